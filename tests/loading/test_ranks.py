"""A load over two processes of gloo: one receipt, the numbers of the whole model, one error."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

import yaie

ANSWER = """
import sys, torch, yaie
loaded = yaie.load(*sys.argv[2:])
with torch.no_grad():
    logits = loaded.model(torch.arange(16)[None]).logits
if torch.distributed.get_rank() == 0:
    torch.save(logits, sys.argv[1])
torch.distributed.destroy_process_group()
"""
TORCHRUN = [sys.executable, "-m", "torch.distributed.run", "--standalone", "--nproc-per-node", "2"]


def run(command: list[str]) -> subprocess.CompletedProcess[str]:
    return subprocess.run(command, capture_output=True, text=True, timeout=300)


def run_yaie(*words: str) -> subprocess.CompletedProcess[str]:
    return run([sys.executable, "-m", "yaie", *words])


@pytest.mark.parametrize("kind", ["tp", "fsdp"])
def test_a_sharded_model_computes_what_the_whole_one_does(kind: str, tmp_path: Path) -> None:
    import torch

    (tmp_path / "answer.py").write_text(ANSWER)
    words = ["model=tiny", "precision=fp32"]
    program = [str(tmp_path / "answer.py"), str(tmp_path / "logits.pt")]
    ran = run([*TORCHRUN, *program, *words, f"device={kind}"])
    assert ran.returncode == 0, ran.stderr
    with torch.no_grad():
        whole = yaie.load(*words, "device=cpu").model(torch.arange(16)[None]).logits
    torch.testing.assert_close(torch.load(tmp_path / "logits.pt"), whole, rtol=1e-4, atol=1e-4)


def test_one_receipt_tells_what_each_rank_holds() -> None:
    ran = run_yaie("model=tiny", "device=tp", "device.ranks=2", "--json")
    assert ran.returncode == 0, ran.stderr
    memory = json.loads(ran.stdout)["memory"]
    assert list(memory) == ["rank 0", "rank 1"]
    assert all(m["predicted_bytes"] == m["measured_bytes"] for m in memory.values())


def test_under_torchrun_one_receipt_is_printed() -> None:
    ran = run([*TORCHRUN, "-m", "yaie", "model=tiny", "device=fsdp", "--json"])
    assert ran.returncode == 0, ran.stderr
    assert list(json.loads(ran.stdout)["memory"]) == ["rank 0", "rank 1"]


def test_more_ranks_than_heads_start_nothing() -> None:
    ran = run_yaie("model=tiny", "device=tp", "device.ranks=64")
    assert (ran.returncode, ran.stdout) == (3, "")
    assert "64 ranks share" in ran.stderr


def test_a_sharded_load_outside_of_torchrun_is_refused() -> None:
    assert "RANK" not in os.environ
    with pytest.raises(yaie.UnsupportedError, match="processes that torchrun starts"):
        yaie.load("model=tiny", "device=tp", "device.ranks=2")


def children(process: int) -> list[int]:
    try:
        return [
            int(n) for n in Path(f"/proc/{process}/task/{process}/children").read_text().split()
        ]
    except OSError:
        return []


def a_rank_of(process: int) -> int:
    """A process that was started as a rank, as soon as there is one."""
    while True:
        for child in children(process):
            if b"spawn_main" in Path(f"/proc/{child}/cmdline").read_bytes():
                return child
        time.sleep(0.05)


def test_a_rank_that_is_killed_ends_the_others() -> None:
    words = ["model=tiny", "device=tp", "device.ranks=2"]
    with subprocess.Popen(
        [sys.executable, "-m", "yaie", *words], stderr=subprocess.PIPE, text=True
    ) as started:
        os.kill(a_rank_of(started.pid), signal.SIGKILL)
        _, said = started.communicate(timeout=120)
    assert started.returncode == 3
    assert "was killed by signal 9, and the others were ended with it" in said
