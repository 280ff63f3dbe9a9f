"""A sweep that is cut off tells what is finished, and the command that goes on."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tests.sweeps.test_interrupted import until
from tests.sweeps.test_sweep import process_of

WORDS = ("model=tiny", "processor=none", "attention=flash_attention_2,sdpa")


@pytest.mark.parametrize(
    ("number", "word", "code"),
    [(signal.SIGINT, "interrupted", 130), (signal.SIGTERM, "terminated", 143)],
)
def test_what_is_finished_is_told_and_how_to_go_on(
    tmp_path: Path, number: signal.Signals, word: str, code: int
) -> None:
    command = [sys.executable, "-m", "yaie", "sweep", *WORDS, "--into", "out"]
    with subprocess.Popen(
        command, cwd=tmp_path, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as sweep:
        until(lambda: process_of(1, tmp_path / "out"))
        os.kill(sweep.pid, number)
        out, err = sweep.communicate()
    assert sweep.returncode == code
    assert out.startswith("refused flash_attention_2\n")
    assert err.endswith(
        f"written: out/rows.csv, out/report.html\n{word}: 1 of 2 cells: 1 refused\n\n"
        f"hint: `python -m yaie sweep {' '.join(WORDS)} --into out` goes on\n"
    )
