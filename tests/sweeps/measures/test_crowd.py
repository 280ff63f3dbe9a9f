"""Cells that run at a time on a machine are counted by their processes."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from yaie.sweeps.measures.crowd import CHILD, crowd


def test_the_cells_of_a_sweep_that_run_here_are_counted(tmp_path: Path) -> None:
    waiting = [sys.executable, "-c", "input()", "-m", CHILD]
    others = [(str(tmp_path), "0"), (str(tmp_path), "17"), (f"{tmp_path}-other", "0")]
    cells = [subprocess.Popen([*waiting, *words], stdin=subprocess.PIPE) for words in others]
    try:
        assert crowd(tmp_path) == 2
    finally:
        for cell in cells:
            cell.communicate(b"\n")
    assert crowd(tmp_path) == 0
