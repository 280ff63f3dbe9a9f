from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from yaie.errors import SourceError
from yaie.facts.checkpoint import read_checkpoint
from yaie.facts.headers import stored_tensors, tensors
from yaie.facts.tensor import TensorFacts
from yaie.sources.locate import locate
from yaie.spec.model import ModelSpec

A = {"dtype": "BF16", "shape": [2, 3], "data_offsets": [0, 12]}
B = {"dtype": "F32", "shape": [], "data_offsets": [12, 16]}
GOOD = {"__metadata__": {"format": "pt"}, "a": A, "b": B}


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "model.safetensors"


def written(file: Path, header: Any, data: int = 16) -> Path:
    text = json.dumps(header).encode()
    file.write_bytes(len(text).to_bytes(8, "little") + text + bytes(data))
    return file


def refused_by_safetensors(file: Path) -> bool:
    from safetensors import SafetensorError, safe_open

    try:
        with safe_open(str(file), framework="np"):
            return False
    except SafetensorError:
        return True


def test_tensors_are_told_by_name(file: Path) -> None:
    assert tensors(written(file, GOOD), "safetensors") == {
        "a": TensorFacts(dtype="bfloat16", shape=(2, 3)),
        "b": TensorFacts(dtype="float32", shape=()),
    }
    assert not refused_by_safetensors(file)


DAMAGE: dict[str, tuple[Any, int, str]] = {
    "cut": (GOOD, 9, "is cut short: its header says 186 bytes, the file has 179"),
    "long": (GOOD, 17, "is damaged: 1 bytes at its end have no tensor"),
    "gap": ({"b": B}, 16, "is damaged: its header leaves gaps between tensors, or overlaps"),
    "shape": (
        {"a": A | {"shape": [2]}},
        12,
        "is damaged: the bytes of `a` are not those of its shape",
    ),
    "dtype": ({"a": A | {"dtype": "X"}}, 12, "is damaged: its header does not describe `a`"),
    "entry": ({"a": 3}, 0, "is damaged: its header does not describe `a`"),
    "list": ([], 0, "is damaged: its safetensors header is not a JSON object"),
    "metadata": (
        GOOD | {"__metadata__": {"format": 3}},
        16,
        "is damaged: `__metadata__` of its safetensors header maps no texts",
    ),
}


@pytest.mark.parametrize("kind", DAMAGE)
def test_damage_is_told_where_safetensors_refuses_too(kind: str, file: Path) -> None:
    header, data, said = DAMAGE[kind]
    written(file, header, data)
    with pytest.raises(SourceError) as caught:
        tensors(file, "safetensors")
    assert caught.value.problems[0].message == f"`{file}` {said}"
    assert refused_by_safetensors(file)


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "is not a safetensors file: 0 bytes without a sensible header"),
        (b"\xff" * 16, "is not a safetensors file: 16 bytes without a sensible header"),
        (b"\x20" + bytes(7) + b"{}", "is cut short: its header says 40 bytes, the file has 10"),
        (b"\x01" + bytes(7) + b"{", "is damaged: its safetensors header is not JSON"),
    ],
)
def test_what_has_no_header_is_told(content: bytes, said: str, file: Path) -> None:
    file.write_bytes(content)
    with pytest.raises(SourceError) as caught:
        tensors(file, "safetensors")
    assert caught.value.problems[0].message == f"`{file}` {said}"
    assert refused_by_safetensors(file)


def test_the_tensors_of_a_checkpoint_are_those_of_its_model(tiny_bert: Path) -> None:
    from transformers import AutoModelForMaskedLM

    source = locate(str(tiny_bert))
    assert source is not None
    stored = stored_tensors(read_checkpoint(source, ModelSpec()))
    state = AutoModelForMaskedLM.from_pretrained(tiny_bert).state_dict()
    assert stored is not None
    assert stored["bert.embeddings.word_embeddings.weight"].shape == (64, 16)
    assert all(tuple(state[name].shape) == facts.shape for name, facts in stored.items())


def test_weights_of_another_format_have_no_header(tmp_path: Path) -> None:
    (tmp_path / "pytorch_model.bin").touch()
    source = locate(str(tmp_path))
    assert source is not None
    assert stored_tensors(read_checkpoint(source, ModelSpec())) is None
