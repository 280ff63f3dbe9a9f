"""A recipe is written whole, and over no other one unasked."""

from __future__ import annotations

from pathlib import Path

import pytest

from yaie.errors import InputError, Problem
from yaie.spec.recipe_file import check_place, place


def refusal(path: Path) -> Problem:
    with pytest.raises(InputError) as caught:
        check_place(path, "--write")
    return caught.value.problems[0]


def test_a_recipe_has_the_ending_of_one(tmp_path: Path) -> None:
    said = refusal(tmp_path / "best")
    assert said.message == f"`{tmp_path}/best` is no name of a recipe"
    assert said.hint == "`--write best.yaml`"


def test_a_folder_is_told(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").mkdir()
    assert refusal(tmp_path / "a.yaml").message == f"`{tmp_path}/a.yaml` is a folder"
    assert refusal(tmp_path / "b" / "c.yaml").message == f"there is no folder `{tmp_path}/b`"


def test_another_recipe_is_not_overwritten_unasked(tmp_path: Path) -> None:
    path = tmp_path / "best.yaml"
    path.write_text("model: bert\n")
    with pytest.raises(InputError, match="is there already, and says something else"):
        place(path, "model: tiny\n", "--write", overwrite=False)
    assert path.read_text() == "model: bert\n"


def test_the_same_recipe_may_be_there(tmp_path: Path) -> None:
    for _ in range(2):
        place(tmp_path / "best.yaml", "model: tiny\n", "--write", overwrite=False)
    assert [path.name for path in tmp_path.iterdir()] == ["best.yaml"]


def test_it_is_overwritten_where_that_is_said(tmp_path: Path) -> None:
    path = tmp_path / "best.yaml"
    path.write_text("model: bert\n")
    place(path, "model: tiny\n", "--write", overwrite=True)
    assert path.read_text() == "model: tiny\n"
