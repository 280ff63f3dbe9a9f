from __future__ import annotations

from pathlib import Path
from shutil import disk_usage

from yaie.errors import Problem
from yaie.sources.disk import DiskNeed, free_bytes, mount_of, require_room, shortages
from yaie.spec.wording import sized

HUGE = 10**16


def needed(folder: Path, bytes: int = HUGE, what: str = "2 files of `org/model`") -> DiskNeed:
    return DiskNeed(
        folder=folder, bytes=bytes, what=what, path="model.cache_dir", hint=lambda: "make room"
    )


def problem_of(*needs: DiskNeed) -> Problem:
    (problem,) = shortages(needs)
    return problem


def test_a_disk_with_room_is_no_problem(tmp_path: Path) -> None:
    require_room(needed(tmp_path, 0), needed(tmp_path, 4096))


def test_a_disk_without_room_says_what_is_free_and_what_is_needed(tmp_path: Path) -> None:
    problem = problem_of(needed(tmp_path / "not" / "there"))
    assert (problem.path, problem.hint, problem.fault) == ("model.cache_dir", "make room", 4)
    assert problem.message == (
        f"the disk of `{tmp_path}/not/there` has {sized(disk_usage(tmp_path).free)} free, and"
        " 10 PB are needed for 2 files of `org/model`"
    )


def test_what_goes_to_one_disk_counts_together(tmp_path: Path) -> None:
    half = free_bytes(tmp_path) * 2 // 3
    first, second = needed(tmp_path / "a", half), needed(tmp_path / "b", half, "offloaded modules")
    require_room(first)
    total, each = sized(2 * half), sized(half)
    assert problem_of(first, second).message.endswith(
        f"{total} are needed, {each} for 2 files of `org/model` and {each} for offloaded modules"
    )


def test_the_room_of_a_folder_that_is_not_there_is_that_of_its_disk(tmp_path: Path) -> None:
    link = tmp_path / "link"
    link.symlink_to(tmp_path)
    assert mount_of(link / "not" / "there") == mount_of(tmp_path)
    assert mount_of(tmp_path).is_mount()
