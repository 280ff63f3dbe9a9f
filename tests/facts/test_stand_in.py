"""A folder that stands in for a checkpoint: its headers, without its numbers."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from yaie.errors import SourceError
from yaie.facts import stand_in
from yaie.facts.headers import tensors, together
from yaie.facts.tensor import TensorFacts

TENSORS = {
    "a": TensorFacts(dtype="bfloat16", shape=(1000, 3000)),
    "b": TensorFacts(dtype="float8_e4m3fn", shape=(5,)),
    "c": TensorFacts(dtype="int64", shape=()),
}


@pytest.fixture
def small(tmp_path: Path) -> Path:
    folder = tmp_path / "small"
    folder.mkdir()
    config = {"model_type": "llama", "transformers_weights": "other.safetensors"}
    (folder / "config.json").write_text(json.dumps(config))
    (folder / "model.safetensors.index.json").write_text("{}")
    (folder / "adapter_config.json").write_text("{}")
    (folder / "generation_config.json").write_text("{}")
    return folder


@pytest.fixture
def made(tmp_path: Path) -> Path:
    folder = tmp_path / "made"
    folder.mkdir()
    return folder


@pytest.mark.parametrize("most", [stand_in.MOST_BYTES, 1000])
def test_its_headers_are_those_of_the_checkpoint(
    most: int, small: Path, made: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(stand_in, "MOST_BYTES", most)
    stand_in.write(made, small, TENSORS)
    files = list(made.glob("*.safetensors"))
    assert together(tensors(file, "safetensors") for file in files) == TENSORS
    assert len(files) == (1 if most > 10**7 else 2)


def test_its_numbers_take_no_room(small: Path, made: Path) -> None:
    stand_in.write(made, small, TENSORS)
    (file,) = made.glob("*.safetensors")
    assert file.stat().st_size > 6_000_000
    assert file.stat().st_blocks * 512 < 100_000


def test_nothing_in_it_leads_to_other_weights(small: Path, made: Path) -> None:
    stand_in.write(made, small, TENSORS)
    assert json.loads((made / "config.json").read_text()) == {"model_type": "llama"}
    assert not (made / "adapter_config.json").exists()
    assert (made / "generation_config.json").exists()


def test_a_disk_that_refuses_is_a_failing_source(small: Path, tmp_path: Path) -> None:
    with pytest.raises(SourceError, match="the headers of the checkpoint cannot be kept in"):
        stand_in.write(tmp_path / "nowhere", small, TENSORS)
