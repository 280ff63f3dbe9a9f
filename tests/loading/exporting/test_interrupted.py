"""An export that is killed, or whose disk is full, over another one."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.loading.disks import on_a_disk
from tests.loading.exporting.conftest import Cases
from tests.loading.test_interrupted import found


def test_killed_or_on_a_full_disk_the_old_or_the_new_export_is_there(
    cases: Cases, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OMP_NUM_THREADS", "1")
    case, disk = cases["vision"], tmp_path / "disk"
    program = ("-m", "tests.loading.exporting.interrupted", str(case.checkpoint))
    words = (*program, str(disk / "place"), "40")
    told = found(on_a_disk(disk, "size=4m", f'cp -r "{case.folder}" "$0/place"', *words))
    assert set(told) <= {"old, killed", "new, killed", "old, exit 9", "new, exit 0"}
    assert told["old, killed"] > 5
    assert told["old, exit 9"] > 5
