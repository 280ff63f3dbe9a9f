"""A folder in the place of another."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from yaie.loading import exchange
from yaie.loading.exchange import replaced


@pytest.fixture
def place(tmp_path: Path) -> Path:
    place = tmp_path / "place"
    place.mkdir()
    (place / "file").write_text("old")
    return place


def write(place: Path, text: str = "new") -> None:
    with replaced(place) as staging:
        (staging / "file").write_text(text)


def fail(place: Path) -> None:
    with replaced(place) as staging:
        (staging / "file").write_text("half")
        raise KeyboardInterrupt


def beside(place: Path) -> list[str]:
    return sorted(path.name for path in place.parent.iterdir())


def test_the_new_folder_is_in_place_and_nothing_beside(place: Path) -> None:
    write(place)
    assert (place / "file").read_text() == "new"
    assert beside(place) == ["place"]


def test_a_place_that_is_not_there_is_made_with_all_above(tmp_path: Path) -> None:
    write(tmp_path / "a" / "b")
    assert (tmp_path / "a" / "b" / "file").read_text() == "new"
    assert beside(tmp_path / "a" / "b") == ["b"]


def test_what_raises_within_leaves_the_old_one(place: Path) -> None:
    with pytest.raises(KeyboardInterrupt):
        fail(place)
    assert (place / "file").read_text() == "old"
    assert beside(place) == ["place"]


def test_permissions_are_those_of_the_umask(place: Path) -> None:
    before = os.umask(0o027)
    try:
        with replaced(place) as staging:
            (staging / "file").touch(0o600)
    finally:
        os.umask(before)
    modes = [path.stat().st_mode & 0o777 for path in (place, place / "file")]
    assert modes == [0o750, 0o640]


def test_what_a_killed_run_left_is_removed(place: Path) -> None:
    (place.parent / ".place.saving-0123").mkdir()
    write(place)
    assert beside(place) == ["place"]


def test_what_another_run_still_writes_stays(place: Path) -> None:
    with replaced(place) as staging:
        (staging / "file").write_text("first")
        write(place, "second")
        assert (place / "file").read_text() == "second"
    assert (place / "file").read_text() == "first"
    assert beside(place) == ["place"]


@pytest.fixture
def no_exchange(monkeypatch: pytest.MonkeyPatch) -> None:
    """As on a file system that cannot exchange two names."""
    monkeypatch.setattr(exchange, "_RENAME_EXCHANGE", 1 << 31)


@pytest.mark.usefixtures("no_exchange")
def test_without_an_exchange_the_two_are_renamed_by_turns(place: Path) -> None:
    write(place)
    assert (place / "file").read_text() == "new"
    assert beside(place) == ["place"]


def test_an_old_one_that_was_set_aside_is_put_back_before_anything_else(place: Path) -> None:
    place.rename(place.with_name(".place.before-0123"))
    (place.parent / ".place.saving-0123").mkdir()
    with pytest.raises(KeyboardInterrupt):
        fail(place)
    assert (place / "file").read_text() == "old"
    assert beside(place) == ["place"]
