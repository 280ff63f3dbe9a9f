"""What transformers and torch raise is told in yaie's words."""

from __future__ import annotations

import os
import shutil
import signal
import sys
from pathlib import Path
from typing import Any

import pytest
import torch

import yaie
from yaie.planning.upstream import mapped


class _Code:
    def __reduce__(self) -> Any:
        return os.getcwd, ()


@pytest.fixture
def booby_trapped(tiny_bert: Path, tmp_path: Path) -> Path:
    """A checkpoint of a pickle that names a function to be called."""
    shutil.copy(tiny_bert / "config.json", tmp_path)
    torch.save({"weight": torch.zeros(1), "x": _Code()}, tmp_path / "pytorch_model.bin")
    return tmp_path


def test_code_in_a_pickle_is_refused_without_advice_to_run_it(booby_trapped: Path) -> None:
    with pytest.raises(yaie.SourceError) as error:
        yaie.load(f"model={booby_trapped}", "processor=none", "device=cpu")
    (problem,) = (p for p in error.value.problems if p.severity == "error")
    assert (problem.message, problem.hint) == (
        "matching the checkpoint with the model: the weights are a pickle that is damaged, or names"
        " code to be run",
        "bring the weights as safetensors: code in a pickle is not run",
    )


def test_a_models_code_that_ends_the_program_does_not_end_it() -> None:
    with pytest.raises(yaie.UnsupportedError) as error, mapped("building it"):
        sys.exit(0)
    assert error.value.problems[0].message == "building it: SystemExit: 0"


def test_a_signal_ends_the_program_all_the_same() -> None:
    with pytest.raises(SystemExit), mapped("building it"):
        raise SystemExit(128 + signal.SIGTERM)
