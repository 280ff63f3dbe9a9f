"""Recipes, overrides, and what is neither."""

from pathlib import Path

import pytest

from yaie.cli.arguments import parse
from yaie.cli.words import below, parted
from yaie.errors import InputError


def test_recipes_are_told_from_overrides() -> None:
    words = ["a.yaml", "model=tiny", "b/c.yml", "~device", "model=x.yaml", "++task.num_labels=3"]
    recipes, overrides = parted(words, None)
    assert recipes == [Path("a.yaml"), Path("b/c.yml")]
    assert overrides == ["model=tiny", "~device", "model=x.yaml", "++task.num_labels=3"]


def test_an_existing_file_is_a_recipe_whatever_its_name(tmp_path: Path) -> None:
    recipe = tmp_path / "lr=1"
    recipe.write_text("")
    assert parted([str(recipe)], None) == ([recipe], [])


def test_every_word_that_is_neither_is_said_at_once() -> None:
    with pytest.raises(InputError) as caught:
        parted(["one", "model=tiny", "two"], None)
    assert [problem.message for problem in caught.value.problems] == [
        "`one` is no verb, no recipe (`*.yaml`) and no override (`group=option`)",
        "`two` is no verb, no recipe (`*.yaml`) and no override (`group=option`)",
    ]


def test_a_folder_stands_for_the_recipes_below_it_in_order(tmp_path: Path) -> None:
    (tmp_path / "deep").mkdir()
    for name in ("b.yaml", "a.yml", "deep/c.yaml", "notes.txt"):
        (tmp_path / name).write_text("")
    found = [Path(word).relative_to(tmp_path).as_posix() for word in below([str(tmp_path)])]
    assert found == ["a.yml", "b.yaml", "deep/c.yaml"]


def test_other_words_stay_where_they_are() -> None:
    assert below(["a.yaml", "model=tiny", "~device"]) == ["a.yaml", "model=tiny", "~device"]


def test_a_folder_without_recipes_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(InputError) as caught:
        below([str(tmp_path)])
    (problem,) = caught.value.problems
    assert problem.message == f"the folder `{tmp_path}` holds no `*.yaml` or `*.yml`"
    assert problem.hint == f"a model's folder is an override: `model={tmp_path}`"


def test_an_override_may_be_longer_than_a_files_name() -> None:
    long = f"model.config.x={'y' * 400}"
    assert parted([*below([long])], None) == ([], [long])


def test_a_folder_with_too_long_a_name_is_none() -> None:
    with pytest.raises(InputError) as caught:
        parse("check", ["--config-dir", "y" * 400])
    assert caught.value.problems[0].message.endswith(f"there is no folder `{'y' * 400}`")
