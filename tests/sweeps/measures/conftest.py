"""Loaded models, measured in the process of the tests."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import torch

import yaie
from yaie.loading.acts.act import Deed
from yaie.loading.loaded import Loaded
from yaie.sweeps.files import Files
from yaie.sweeps.measures.act import Measured
from yaie.sweeps.measures.measuring import Measuring

Measure = Callable[..., Deed]


@pytest.fixture(scope="package", autouse=True)
def _one_thread() -> Iterator[None]:
    """Threads of models this small wait for each other."""
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("OMP_NUM_THREADS", "1")
        yield
    torch.set_num_threads(before)


@pytest.fixture(scope="session")
def tiny() -> Loaded:
    return yaie.load("model=tiny", "precision=fp32", "device=cpu")


@pytest.fixture(scope="session")
def four_bits() -> Loaded:
    return yaie.load("model=tiny", "precision=fp32", "quantization=bnb_4bit", "device=cpu")


@pytest.fixture
def measure(tmp_path: Path) -> Measure:
    """Takes one measure of a loaded model, as a cell of a sweep whose reference is cell 0."""

    def taken(loaded: Loaded, stage: str, number: int = 0, **more: Any) -> Deed:
        Files(tmp_path).cell(number).mkdir(parents=True, exist_ok=True)
        measuring = Measuring(repeats=2, **more)
        act = Measured(
            stage=stage, number=number, folder=tmp_path, measuring=measuring, reference=0
        )
        return act.done(loaded)

    return taken
