"""What a cell's process tells of an error that nobody foresaw."""

from __future__ import annotations

import errno
import subprocess
import sys

import pytest
import torch

from yaie.sweeps.child import _failed

LIMITED = """\
import resource, sys, torch
from yaie.sweeps.child import _failed
resource.setrlimit(resource.RLIMIT_AS, (8_000_000_000, 8_000_000_000))
try:
    {exhausts}
except Exception as error:
    code, told = _failed(error)
    (said,) = told["problems"]
    print(code, said["message"].partition(": ")[0], said["hint"], sep="|")
"""
RAISE = "raise `ulimit -v`, which lets this process have 8 GB, if memory ran out"
GIVE = "give it more memory, or run fewer cells at a time"


@pytest.mark.parametrize(
    "error",
    [MemoryError(), torch.OutOfMemoryError("CUDA"), OSError(errno.ENOMEM, "no memory")],
    ids=["Python", "device", "system"],
)
def test_memory_that_ran_out_is_no_bug(error: Exception) -> None:
    code, told = _failed(error)
    assert code == 3
    assert told["problems"][0]["message"].startswith(f"memory ran out: {type(error).__name__}")
    assert told["problems"][0]["hint"] == GIVE


@pytest.mark.parametrize("error", [RuntimeError("shapes"), ValueError(), OSError(errno.EIO, "")])
def test_anything_else_is_one(error: Exception) -> None:
    assert _failed(error)[0] == 1


@pytest.mark.parametrize(
    ("exhausts", "said"),
    [
        ("bytearray(1 << 34)", f"3|memory ran out|{GIVE}"),
        ("torch.empty(1 << 34, dtype=torch.uint8)", f"3|RuntimeError|{RAISE}"),
    ],
    ids=["Python", "torch"],
)
def test_memory_that_is_limited_runs_out(exhausts: str, said: str) -> None:
    line = [sys.executable, "-c", LIMITED.format(exhausts=exhausts)]
    done = subprocess.run(line, capture_output=True, text=True)
    assert done.stdout.strip() == said
