"""A sweep that is cut off: its cells end with it, and its finished rows stay."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.loading.disks import on_a_disk
from tests.sweeps.test_process import is_gone
from tests.sweeps.test_sweep import process_of
from yaie.sweeps import results
from yaie.sweeps.files import Files

PROGRAM = ("-m", "tests.sweeps.running")
JOBLIB = ("hydra/launcher=joblib", "hydra.launcher.n_jobs=2")
SUBMITIT = ("hydra/launcher=submitit_local",)


def until(there: Callable[[], int | None]) -> int:
    """What is there soon."""
    for _ in range(3000):
        if (found := there()) is not None:
            return found
        time.sleep(0.02)
    raise AssertionError("it did not come")


@pytest.mark.parametrize(
    ("words", "number"),
    [
        ((), signal.SIGINT),
        ((), signal.SIGKILL),
        (JOBLIB, signal.SIGINT),
        (JOBLIB, signal.SIGKILL),
        (SUBMITIT, signal.SIGKILL),
    ],
    ids=["basic-INT", "basic-KILL", "joblib-INT", "joblib-KILL", "submitit-KILL"],
)
def test_no_cell_outlives_its_sweep(
    tiny_bert: Path, tmp_path: Path, words: tuple[str, ...], number: signal.Signals
) -> None:
    folder = tmp_path / "s"
    line = [str(folder), *words, "--", str(tmp_path / "nowhere"), str(tiny_bert)]
    with subprocess.Popen(
        [sys.executable, *PROGRAM, *line], start_new_session=True, stderr=subprocess.DEVNULL
    ) as sweep:
        until(lambda: 0 if Files(folder).rows.is_file() else None)
        cell = until(lambda: process_of(1, folder))
        # Ctrl-C reaches the whole group; the kernel kills one process.
        os.kill(-sweep.pid if number == signal.SIGINT else sweep.pid, number)
    assert is_gone(cell)
    assert [row.number for row in results.read(folder)] == [0]


def test_rows_of_before_a_disk_was_full_are_kept_and_the_next_run_goes_on(tmp_path: Path) -> None:
    nowhere = " ".join(str(tmp_path / f"nowhere{number}") for number in range(4))
    sweep = f"{sys.executable} -m tests.sweeps.running {tmp_path}/disk/s -- {nowhere}"
    script = (
        f"import os, subprocess, time\n"
        f"disk = {str(tmp_path / 'disk')!r}\n"
        f"sweep = {sweep!r}.split()\n"
        "with subprocess.Popen(sweep, stdout=subprocess.PIPE, text=True) as first:\n"
        "    while not os.path.exists(f'{disk}/s/rows.jsonl'): time.sleep(0.02)\n"
        "    while not open(f'{disk}/s/rows.jsonl').read(): time.sleep(0.02)\n"
        "    with open(f'{disk}/ballast', 'wb', buffering=0) as ballast:\n"
        "        try:\n"
        "            while ballast.write(bytes(4096)): pass\n"
        "        except OSError: pass\n"
        "    print(first.stdout.read().strip(), first.wait())\n"
        "print(open(f'{disk}/s/rows.jsonl').read().count('\\n'))\n"
        "os.unlink(f'{disk}/ballast')\n"
        "print(subprocess.run(sweep, capture_output=True, text=True).stdout.strip())\n"
    )
    done = on_a_disk(tmp_path / "disk", "size=1m", "true", "-c", script)
    message, rows, second = done.stdout.splitlines()
    assert message == (
        f"`{tmp_path}/disk/s` cannot be written to: No space left on device; the rows so far are"
        " kept 4"
    )
    assert 1 <= int(rows) < 4
    assert second == "failed failed failed failed"
