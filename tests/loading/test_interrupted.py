"""A save that is killed, or whose disk is full, at each of its system calls over a checkpoint."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.loading.conftest import SIZES
from tests.loading.disks import on_a_disk

PROGRAM = ("-m", "tests.loading.interrupted")


@pytest.fixture(autouse=True)
def one_thread(monkeypatch: pytest.MonkeyPatch) -> None:
    """The program forks, which threads do not survive."""
    monkeypatch.setenv("OMP_NUM_THREADS", "1")


@pytest.fixture
def other(tmp_path: Path) -> Path:
    """A checkpoint alike, of other weights."""
    from transformers import LlamaConfig, LlamaForCausalLM

    config = LlamaConfig(**SIZES | {"num_hidden_layers": 1}, num_key_value_heads=2)
    LlamaForCausalLM(config).save_pretrained(tmp_path / "other", max_shard_size="30kB")
    return tmp_path / "other"


def found(done: subprocess.CompletedProcess[str]) -> Any:
    if "ptrace: Operation not permitted" in done.stderr:
        pytest.skip("no process can be traced here")
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def test_killed_at_any_call_the_old_or_the_new_checkpoint_is_there(
    saved_llama: Path, other: Path
) -> None:
    words = [
        sys.executable,
        *PROGRAM,
        "kill",
        str(saved_llama),
        str(other),
        os.environ.get("STEP", "1"),
    ]
    told = found(subprocess.run(words, capture_output=True, text=True, timeout=600))
    assert set(told["found"]) == {"old, killed", "new, killed"}
    assert told["calls"] > 100


def test_killed_between_two_renames_the_next_save_finds_the_old_or_the_new_checkpoint(
    saved_llama: Path, other: Path
) -> None:
    step = os.environ.get("STEP", "4")
    words = [sys.executable, *PROGRAM, "turns", str(saved_llama), str(other), step]
    told = found(subprocess.run(words, capture_output=True, text=True, timeout=600))
    assert set(told["found"]) == {"old, killed", "new, killed"}


def test_where_the_disk_is_full_at_any_call_the_old_checkpoint_is_there_or_the_new_one_is_saved(
    saved_llama: Path, other: Path, tmp_path: Path
) -> None:
    disk = tmp_path / "disk"
    words = [*PROGRAM, "fill", str(saved_llama), str(disk / "place"), os.environ.get("STEP", "3")]
    told = found(on_a_disk(disk, "size=2m", f'cp -r "{other}" "$0/place"', *words))
    assert set(told["found"]) == {"old, exit 9, 0 left beside", "new, exit 0, 0 left beside"}


def test_save_pretrained_itself_leaves_a_mixture(saved_llama: Path, other: Path) -> None:
    words = [sys.executable, *PROGRAM, "plain", str(saved_llama), str(other), "2"]
    told = found(subprocess.run(words, capture_output=True, text=True, timeout=600))
    assert told["found"]["mixture, killed"] > 0
