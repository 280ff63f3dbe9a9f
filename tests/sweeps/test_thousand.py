"""A thousand cells with every kind of failure are a thousand rows. `make thousand` runs it."""

from __future__ import annotations

import json
import os
import shutil
from collections import Counter
from itertools import cycle, islice
from pathlib import Path

import pytest

from tests.sweeps.running import FIXED, cell, swept
from yaie.errors import Fault, Problem
from yaie.spec.compose import compose
from yaie.sweeps import results
from yaie.sweeps.cell import Cell
from yaie.sweeps.outcome import exit_code

CELLS = int(os.environ.get("CELLS", "0"))
CODE = {
    "raises": ("raise RuntimeError('as a user would')", "failed"),
    "exits": ("import os; os._exit(7)", "failed"),
    "aborts": ("import os; os.abort()", "killed"),
    "crashes": ("import ctypes; ctypes.string_at(0)", "killed"),
    "is-killed": ("import os; os.kill(os.getpid(), 9)", "killed"),
    "eats": ("bytearray(1 << 60)", "failed"),
    "sleeps": ("import time; time.sleep(3600)", "killed"),
}
"""Remote code of a checkpoint: what runs as its config is read, and what becomes of its cell."""
REAL = 12
"""One cell in so many runs; planning refuses the others, or finds them the same."""


def with_code(model: Path, folder: Path, code: str) -> None:
    """A checkpoint whose config is read by code of its own."""
    shutil.copytree(model, folder)
    config = json.loads((folder / "config.json").read_text())
    config["auto_map"] = {"AutoConfig": "configuration.Config"}
    config["model_type"] = "own"
    (folder / "config.json").write_text(json.dumps(config))
    (folder / "configuration.py").write_text(
        "from transformers import BertConfig\n"
        "class Config(BertConfig):\n"
        "    model_type = 'own'\n"
        f"    def __init__(self, **kwargs):\n        {code}\n"
    )


@pytest.fixture
def models(tiny_bert: Path, tmp_path: Path) -> dict[str, str]:
    """Model of each kind → the status that its cell comes to."""
    shutil.copytree(tiny_bert, tmp_path / "cut")
    weights = tmp_path / "cut" / "model.safetensors"
    weights.write_bytes(weights.read_bytes()[:1000])
    for name, (code, _) in CODE.items():
        with_code(tiny_bert, tmp_path / name, code)
    kinds = {"gone": "failed", "cut": "failed", **{n: status for n, (_, status) in CODE.items()}}
    return {str(tiny_bert): "ok", **{str(tmp_path / n): status for n, status in kinds.items()}}


def refused(number: int) -> Cell:
    problem = Problem(path="device.kind", message="it does not fit", fault=Fault.UNSUPPORTED)
    composition = compose(None, [*FIXED])
    return Cell(number=number, words=(), composition=composition, problems=(problem,))


def same(number: int) -> Cell:
    composition = compose(None, [*FIXED])
    return Cell(number=number, words=(), composition=composition, calls="0", same_as=0)


@pytest.mark.skipif(not CELLS, reason="it takes minutes: `make thousand` runs it")
def test_every_cell_is_a_row_whatever_becomes_of_it(models: dict[str, str], tmp_path: Path) -> None:
    fixed = [*FIXED, "model.trust_remote_code=true"]
    kinds = list(islice(cycle(models.items()), max(CELLS // REAL, len(models))))
    cells = [cell(n, f"model={model}", fixed=fixed) for n, (model, _) in enumerate(kinds)]
    rest = (refused(n) if n % 2 else same(n) for n in range(len(cells), CELLS))
    words = ["hydra/launcher=joblib", "hydra.launcher.n_jobs=2", "hydra.launcher.batch_size=1"]
    rows = swept([*cells, *rest], tmp_path / "s", words=words, timeout=60)
    assert [row.number for row in rows] == [*range(CELLS)]
    found = [(row.cell.get("model"), str(row.status)) for row in rows[: len(cells)]]
    assert found == kinds
    assert Counter(str(row.status) for row in rows[len(cells) :]).keys() == {"refused", "same"}
    assert all(row.problems for row in rows if row.status in ("failed", "killed", "refused"))
    assert results.read(tmp_path / "s") == rows
    assert exit_code(rows) == Fault.UNSUPPORTED
