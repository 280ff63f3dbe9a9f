"""The receipt sets the memory that was predicted beside the one that was measured."""

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

import yaie
from yaie.loading.account import surprises

Load = Callable[..., yaie.Loaded]


@pytest.mark.parametrize("quantization", ["none", "bnb_8bit", "bnb_4bit"])
def test_what_was_predicted_is_what_is_there(
    load: Load, saved_llama: Path, quantization: str
) -> None:
    loaded = load(saved_llama, f"quantization={quantization}", "device=cpu")
    (held,) = loaded.receipt.memory.values()
    assert held["predicted_bytes"] == held["measured_bytes"] >= loaded.receipt.memory_bytes
    assert not [problem for problem in loaded.receipt.problems if "predicted" in problem.message]


def test_memory_that_is_not_as_predicted_is_flagged() -> None:
    (problem,) = surprises({"cuda:0": {"predicted_bytes": 10**9, "measured_bytes": 1_060_000_000}})
    assert problem.severity == "warning"
    assert problem.message == (
        "`cuda:0` holds 1.06 GB of weights and their state, and 1 GB were predicted"
    )


def test_memory_that_is_nearly_as_predicted_is_not() -> None:
    assert not [*surprises({"cpu": {"predicted_bytes": 100, "measured_bytes": 105}})]


FREED = """
import gc, weakref, yaie
model = weakref.ref(yaie.load("model=tiny").model)
gc.collect()
assert model() is None
"""


def test_a_model_that_nobody_holds_is_freed() -> None:
    """The first of a process: errors caught in upstream's imports held the frames of its load."""
    done = subprocess.run([sys.executable, "-c", FREED], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
