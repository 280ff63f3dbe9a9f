"""The files that a cell reads, told by what changes when they do."""

import os
import shutil
from pathlib import Path

import pytest

from yaie.facts.gather import gather
from yaie.spec.compose import compose
from yaie.sweeps.contents import contents


@pytest.fixture
def model(tiny_bert: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(tiny_bert, tmp_path / "model"))


def told(model: Path) -> str | None:
    spec = compose(None, [f"model={model}"]).spec
    return contents(spec, gather(spec))


def test_they_are_told_alike_until_one_changes(model: Path) -> None:
    before = told(model)
    assert before == told(model)
    weights = model / "model.safetensors"
    weights.write_bytes(weights.read_bytes())
    os.utime(weights, (0, 0))
    assert told(model) not in (None, before)


def test_what_a_load_does_not_read_does_not_count(model: Path) -> None:
    before = told(model)
    (model / "sweeps").mkdir()
    (model / "sweeps" / "rows.jsonl").touch()
    (model / "best.yaml").touch()
    assert told(model) == before


def test_a_checkpoint_that_is_not_at_hand_is_not_told(tmp_path: Path) -> None:
    spec = compose(None, ["model=org/name", f"model.cache_dir={tmp_path}"]).spec
    assert contents(spec, gather(spec)) is None
