"""What transformers and torch raise is told in yaie's words."""

from __future__ import annotations

import os
import shutil
from pathlib import Path
from typing import Any

import pytest
import torch

import yaie


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
