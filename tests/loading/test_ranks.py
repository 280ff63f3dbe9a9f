"""A load over two processes of gloo: one receipt, the numbers of the whole model, one error."""

from __future__ import annotations

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

import yaie
from yaie.sources.locate import folder_of

PROGRAM = """
import sys, torch, yaie
place, *words = sys.argv[1:]
loaded = yaie.load(*words)
with torch.no_grad():
    logits = loaded.model(torch.arange(16)[None]).logits
loaded.save(place + "/saved")
again = yaie.load(*words)
again.model.generation_config.do_sample = True
torch.manual_seed(torch.distributed.get_rank())
said = [None, None]
torch.distributed.all_gather_object(said, again.answer("In the beginning").text)
if torch.distributed.get_rank() == 0:
    torch.save({"logits": logits, "said": said, "memory": again.receipt.memory}, place + "/told")
torch.distributed.destroy_process_group()
"""
TORCHRUN = [sys.executable, "-m", "torch.distributed.run", "--standalone", "--nproc-per-node", "2"]


def run(command: list[str]) -> subprocess.CompletedProcess[str]:
    return subprocess.run(command, capture_output=True, text=True, timeout=300)


def run_yaie(*words: str) -> subprocess.CompletedProcess[str]:
    return run([sys.executable, "-m", "yaie", *words])


WORDS = ("model=tiny", "precision=fp32")


@pytest.fixture(scope="module", params=["tp", "fsdp"])
def sharded(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> tuple[Any, Path]:
    """What a program on two ranks told, and the folder that it saved to."""
    import torch

    place = tmp_path_factory.mktemp("sharded")
    (place / "program.py").write_text(PROGRAM)
    words = [str(place / "program.py"), str(place), *WORDS, f"device={request.param}"]
    ran = run([*TORCHRUN, *words])
    assert ran.returncode == 0, ran.stderr
    return torch.load(place / "told"), place / "saved"


@pytest.fixture(scope="module")
def whole() -> yaie.Loaded:
    """The same model in one process."""
    return yaie.load(*WORDS, "device=cpu")


def test_a_sharded_model_computes_what_the_whole_one_does(
    sharded: tuple[Any, Path], whole: yaie.Loaded
) -> None:
    import torch

    with torch.no_grad():
        logits = whole.model(torch.arange(16)[None]).logits
    torch.testing.assert_close(sharded[0]["logits"], logits, rtol=1e-4, atol=1e-4)


def test_a_sharded_model_is_saved_as_the_whole_one_is(
    sharded: tuple[Any, Path], whole: yaie.Loaded, tmp_path: Path
) -> None:
    whole.save(tmp_path / "whole")
    ours, theirs = (
        {path.name: path.read_bytes() for path in folder.iterdir()}
        for folder in (sharded[1], tmp_path / "whole")
    )
    assert ours == theirs


def test_ranks_load_a_second_model(sharded: tuple[Any, Path]) -> None:
    assert list(sharded[0]["memory"]) == ["rank 0", "rank 1"]


def test_ranks_that_sample_say_the_same(sharded: tuple[Any, Path]) -> None:
    one, other = sharded[0]["said"]
    assert one == other != ""


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


def test_what_every_rank_fails_of_is_told_once_with_its_exit_code(llama: Path) -> None:
    from safetensors.torch import load_file, save_file

    weights = load_file(llama / "model.safetensors")
    del weights["model.norm.weight"]
    save_file(weights, llama / "model.safetensors")
    words = (f"model={llama}", "processor=none", "device=tp", "device.ranks=2", "--json", "-q")
    ran = run_yaie(*words)
    (problem,) = json.loads(ran.stdout)["problems"]
    assert (ran.returncode, ran.stderr) == (3, "")
    assert "model.norm.weight" in problem["message"]


def on_two_nodes(*words: str, folders: tuple[Path, Path]) -> list[subprocess.CompletedProcess[str]]:
    """The ends of two torchruns, each with one rank, that meet on loopback as two machines do."""
    with socket.socket() as free:
        free.bind(("localhost", 0))
        endpoint = f"localhost:{free.getsockname()[1]}"
    nodes = [*TORCHRUN[:3], "--nnodes", "2", "--nproc-per-node", "1", "--rdzv-backend", "c10d"]
    command = [*nodes, "--rdzv-endpoint", endpoint, "--rdzv-id", "a", "-m", "yaie", *words]
    started = [
        subprocess.Popen(command, stdout=-1, stderr=-1, text=True, cwd=folder) for folder in folders
    ]
    said = [node.communicate(timeout=120) for node in started]
    return [
        subprocess.CompletedProcess(command, node.returncode, *each)
        for node, each in zip(started, said, strict=True)
    ]


@pytest.fixture
def here(tmp_path: Path) -> Path:
    """A folder that holds the checkpoint `m`."""
    shutil.copytree(folder_of("pkg://yaie/tiny"), tmp_path / "here" / "m")
    return tmp_path / "here"


def test_two_nodes_share_a_model_and_print_one_receipt(here: Path) -> None:
    words = ("model=./m", "processor=none", "device=tp", "--json")
    nodes = on_two_nodes(*words, folders=(here, here))
    assert [node.returncode for node in nodes] == [0, 0], nodes[0].stderr + nodes[1].stderr
    (receipt,) = (node.stdout for node in nodes if node.stdout)
    assert list(json.loads(receipt)["memory"]) == ["rank 0", "rank 1"]


def test_a_node_without_the_checkpoint_ends_the_other_too(here: Path, tmp_path: Path) -> None:
    words = ("model=./m", "processor=none", "device=tp", "--json")
    with_it, without = on_two_nodes(*words, folders=(here, tmp_path))
    assert 0 not in (with_it.returncode, without.returncode)
    (problem,) = json.loads(without.stdout)["problems"]
    assert (with_it.stdout, problem["message"]) == ("", "there is no folder `./m`")


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
            if b"yaie.loading.rank" in Path(f"/proc/{child}/cmdline").read_bytes():
                return child
        time.sleep(0.05)


def ends(process: int) -> bool:
    """Whether it is gone, or will be in a moment: it closes what it has open before that."""
    for _ in range(100):
        if not is_running(process):
            return True
        time.sleep(0.05)
    return False


def is_running(process: int) -> bool:
    """Whether it is there, and more than an entry that its new parent has not read yet."""
    try:
        return Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def test_a_rank_that_is_killed_ends_the_others() -> None:
    words = ["model=tiny", "device=tp", "device.ranks=2"]
    with subprocess.Popen(
        [sys.executable, "-m", "yaie", *words], stderr=subprocess.PIPE, text=True
    ) as started:
        os.kill(a_rank_of(started.pid), signal.SIGKILL)
        _, said = started.communicate(timeout=120)
    assert started.returncode == 3
    assert "was killed by signal 9, and the others were ended with it" in said


@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_a_signal_ends_all_ranks_and_leaves_nothing(
    number: int, code: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    words = ["model=tiny", "device=tp", "device.ranks=2"]
    with subprocess.Popen(
        [sys.executable, "-m", "yaie", *words], stderr=subprocess.PIPE, text=True
    ) as started:
        rank = a_rank_of(started.pid)
        os.kill(started.pid, number)
        _, said = started.communicate(timeout=120)
    assert (started.returncode, said) == (code, "interrupted\n" if code == 130 else "")
    assert ends(rank)
    assert list(tmp_path.iterdir()) == []


def test_ranks_end_with_a_process_that_was_killed() -> None:
    words = ["model=tiny", "device=tp", "device.ranks=2"]
    with subprocess.Popen([sys.executable, "-m", "yaie", *words], stderr=-1) as started:
        rank = a_rank_of(started.pid)
        started.kill()
        started.communicate(timeout=60)
    assert ends(rank)
