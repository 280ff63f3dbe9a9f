"""Memory that ran out is told by what the kernel counted."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from yaie.sweeps import exhaustion
from yaie.sweeps.exhaustion import Toll, lack_since, toll

HELD = 100_000_000
EATER = "held = bytearray(1 << 29)\nheld[::4096] = b'x' * len(held[::4096])\n"
ATTENDER = """\
import sys
from pathlib import Path
from yaie.sweeps.process import attended
Path(sys.argv[1]).write_text("0")
folder = Path(sys.argv[2])
sys.path.insert(0, str(folder))
with (folder / "log.txt").open("wb") as log:
    print(attended(["eater"], log, cwd=folder, mark='eater', timeout=60, wanted=lambda: True))
"""


@pytest.fixture
def group() -> Iterator[Path]:
    """A cgroup of this machine that may hold 100 MB."""
    for root, limit in (("memory", "memory.limit_in_bytes"), (".", "memory.max")):
        folder = exhaustion.CGROUPS / root / f"yaie-{os.getpid()}"
        with suppress(OSError):
            folder.mkdir()
            try:
                (folder / limit).write_text(str(HELD))
                yield folder
                return
            finally:
                folder.rmdir()
    pytest.skip("no cgroup can be made here")


def test_what_the_kernel_ended_for_want_of_memory_is_told_so(group: Path, tmp_path: Path) -> None:
    (tmp_path / "eater.py").write_text(EATER)
    line = [sys.executable, "-c", ATTENDER, str(group / "cgroup.procs"), str(tmp_path)]
    done = subprocess.run(line, capture_output=True, text=True)
    assert "code=-9" in done.stdout
    assert "lack='the memory of its cgroup ran out: 100 MB are all that it may have'" in done.stdout


def test_what_ends_otherwise_lacked_none(tmp_path: Path) -> None:
    assert lack_since(toll()) in ("", None)


VERSIONS = {
    "first": ("4:cpu,memory:/mine", "memory/mine", "memory.oom_control", "memory.limit_in_bytes"),
    "second": ("0::/mine", "mine", "memory.events", "memory.max"),
    "container": ("0::/outside/mine", ".", "memory.events", "memory.max"),
}


@pytest.mark.parametrize("version", VERSIONS)
def test_cgroups_of_both_versions_are_read(
    version: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    line, folder, count, limit = VERSIONS[version]
    monkeypatch.setattr(exhaustion, "CGROUPS", tmp_path)
    monkeypatch.setattr(exhaustion, "OWN", tmp_path / "own")
    (tmp_path / "own").write_text(f"{line}\n")
    (tmp_path / folder).mkdir(parents=True, exist_ok=True)
    (tmp_path / folder / count).write_text("oom 7\noom_kill 3\n")
    (tmp_path / folder / limit).write_text("2000000000\n")
    assert toll().group == 3
    assert lack_since(Toll(2, None)) == (
        "the memory of its cgroup ran out: 2 GB are all that it may have"
    )


def test_a_system_that_counts_nothing_says_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(exhaustion, "OWN", tmp_path / "none")
    monkeypatch.setattr(exhaustion, "STATISTICS", tmp_path / "none")
    assert lack_since(toll()) is None
