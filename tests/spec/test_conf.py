from __future__ import annotations

from pathlib import Path

import pytest

from yaie.spec.conf import conf_folder, folder_groups, option_file, options, sentence
from yaie.spec.load_spec import GROUPS


def test_every_group_has_a_folder_of_options() -> None:
    assert {folder.name for folder in conf_folder().iterdir()} == set(GROUPS)


def test_options_are_naturally_sorted(tmp_path: Path) -> None:
    (tmp_path / "mine").mkdir()
    for name in ("m-13b", "m-7b", "a"):
        (tmp_path / "mine" / f"{name}.yaml").touch()

    assert options("mine", tmp_path) == ("a", "m-7b", "m-13b")


def test_a_users_option_stands_before_the_packages_own(tmp_path: Path) -> None:
    mine = tmp_path / "precision" / "bf16.yaml"
    mine.parent.mkdir()
    mine.touch()

    assert option_file("precision", "bf16", tmp_path) == mine


def test_folders_without_options_are_no_groups(tmp_path: Path) -> None:
    for name in (".git", "empty", "mine"):
        (tmp_path / name).mkdir()
    (tmp_path / "mine" / "one.yaml").touch()

    assert folder_groups(tmp_path) == ("mine",)


@pytest.mark.parametrize("group", GROUPS)
def test_every_option_says_what_it_is(group: str) -> None:
    silent = [name for name in options(group) if not sentence(group, name).endswith(".")]

    assert silent == []
