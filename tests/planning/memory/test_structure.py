"""The memory of tensors, foreseen on `meta` and had by a load."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

import yaie
from tests import quantised as packing
from tools.oracle.checkpoints import tiny
from yaie.facts.gather import gather
from yaie.loading import measuring
from yaie.planning.memory.quantization_state import state_bytes
from yaie.planning.memory.structure import Structure, structure_of
from yaie.planning.upstream import quieted

pytestmark = pytest.mark.filterwarnings("ignore:`torch.jit:DeprecationWarning")

FAMILIES = (
    "bert",
    "deepseek_v3",
    "falcon_h1",
    "flava",
    "gemma3_text",
    "grounding-dino",
    "llama",
    "llava",
    "mamba",
    "nemotron_h",
    "qwen3_moe",
    "t5",
    "vit",
    "voxtral",
    "whisper",
)
QUANTISED = ("bert", "flava", "llama", "qwen3_moe", "t5", "voxtral")
NAMING = ("bert", "llama", "qwen3_moe", "t5", "whisper")
"""Those that name their input embeddings, for which torchao asks."""


def foreseen(*words: str) -> Structure:
    composition = yaie.compose(*words)
    with quieted():
        return structure_of(composition.spec, gather(composition.spec))


def of(architecture: str, *words: str) -> tuple[str, ...]:
    return (f"model={tiny(architecture)}", "processor=none", "device=cpu", *words)


def weights(structure: Structure) -> int:
    return sum(tensor.bytes for tensor in structure.tensors())


def loaded(words: tuple[str, ...]) -> Any:
    return yaie.load(*words).model


@pytest.mark.parametrize("precision", ["fp32", "fp16", "bf16"])
@pytest.mark.parametrize("architecture", FAMILIES)
def test_weights_are_those_of_the_loaded_model(architecture: str, precision: str) -> None:
    words = of(architecture, f"precision={precision}")
    assert weights(foreseen(*words)) == loaded(words).get_memory_footprint()


@pytest.mark.parametrize("architecture", ["nemotron_h", "voxtral"])
def test_fresh_weights_are_of_one_dtype(architecture: str) -> None:
    words = of(architecture, "weights=random", "precision=bf16")
    assert weights(foreseen(*words)) == loaded(words).get_memory_footprint()


@pytest.mark.parametrize("method", ["bnb_4bit", "bnb_8bit"])
@pytest.mark.parametrize("architecture", QUANTISED)
def test_packed_weights_are_those_of_bitsandbytes(architecture: str, method: str) -> None:
    words = of(architecture, f"quantization={method}")
    structure, model = foreseen(*words), loaded(words)
    assert weights(structure) == model.get_memory_footprint()
    assert state_bytes(structure) == measuring.quantization_state(model)


@pytest.mark.parametrize(
    "words",
    [
        ("quantization=quanto", "precision=bf16"),
        ("quantization=quanto", "quantization.weights=int4"),
        ("quantization=torchao", "precision=bf16"),
        ("quantization=torchao", "quantization.quant_type=Float8WeightOnlyConfig"),
    ],
)
@pytest.mark.parametrize("architecture", NAMING)
def test_packed_tensors_are_weights_and_state(architecture: str, words: tuple[str, ...]) -> None:
    asked = of(architecture, *words)
    structure, model = foreseen(*asked), loaded(asked)
    assert weights(structure) + (state_bytes(structure) or 0) == measuring.memory(model)
    assert state_bytes(structure) == measuring.quantization_state(model)


def test_scales_that_are_quantised_too_are_foreseen_and_load_after_that() -> None:
    words = of("llama", "quantization=bnb_4bit", "quantization.bnb_4bit_use_double_quant=true")
    code = (
        "import yaie; from yaie.facts.gather import gather;"
        "from yaie.loading.measuring import quantization_state as had;"
        "from yaie.planning.memory.quantization_state import state_bytes as foreseen;"
        "from yaie.planning.memory.structure import structure_of;"
        f"words = {words!r}; spec = yaie.compose(*words).spec;"
        "told = foreseen(structure_of(spec, gather(spec)));"
        "assert told == had(yaie.load(*words).model), told"
    )
    # In a process of its own, for the tables that bitsandbytes keeps are the process's.
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("method", list(packing.CONFIGS))
def test_checkpoints_that_are_quantised_are_foreseen(tmp_path: Path, method: str) -> None:
    folder = packing.write(tmp_path, str(tiny("llama")), packing.CONFIGS[method])
    words = (f"model={folder}", "processor=none", "device=cpu")
    structure, model = foreseen(*words), loaded(words)
    assert weights(structure) == model.get_memory_footprint()
    assert state_bytes(structure) == 0


@pytest.mark.parametrize("method", ["bnb_4bit", "bnb_8bit"])
def test_checkpoints_that_bitsandbytes_saved_are_foreseen(tmp_path: Path, method: str) -> None:
    loaded(of("llama", f"quantization={method}")).save_pretrained(tmp_path)
    words = (f"model={tmp_path}", "processor=none", "device=cpu")
    structure, model = foreseen(*words), loaded(words)
    assert weights(structure) == model.get_memory_footprint()
    assert state_bytes(structure) == measuring.quantization_state(model)
