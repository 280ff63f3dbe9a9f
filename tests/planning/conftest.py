"""A valid spec and the facts beside it, from which each test changes one thing."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from yaie.facts.architecture import ArchitectureFacts, ClassFacts
from yaie.facts.checkpoint import CheckpointFacts
from yaie.facts.facts import Facts
from yaie.facts.host import DeviceFacts, HostFacts
from yaie.planning.plan import LoadPlan
from yaie.planning.resolve import resolve
from yaie.spec.load_spec import LoadSpec

LLAMA_CLASS = ClassFacts(
    name="LlamaForCausalLM",
    attention=("eager", "sdpa"),
    no_split_modules=("LlamaDecoderLayer",),
    keep_in_fp32=(),
    can_generate=True,
    gradient_checkpointing=True,
    modules=("model", "lm_head"),
)
LLAMA = ArchitectureFacts(
    model_type="llama",
    config_class="LlamaConfig",
    fields={},
    attribute_map={},
    sub_configs={},
    classes={"causal-lm": LLAMA_CLASS},
    processors=("tokenizer",),
)
CHECKPOINT = CheckpointFacts(
    folder=Path("models/chat"),
    commit=None,
    files={"config.json": 10, "model.safetensors": 100},
    config={"model_type": "llama", "architectures": ["LlamaForCausalLM"], "hidden_size": 64},
    format="safetensors",
    weight_files=("model.safetensors",),
    has_tokenizer=True,
    has_processor=False,
)
TASKS = {"causal-lm": "AutoModelForCausalLM", "base": "AutoModel"}
GPU = DeviceFacts(
    kind="cuda", index=0, name="H100", memory_bytes=80 << 30, compute_capability=(9, 0)
)


def make_facts(**changes: Any) -> Facts:
    """The facts of a Llama at hand on a machine without accelerators."""
    facts: dict[str, Any] = {
        "transformers": "5.23.0",
        "tasks": TASKS,
        "model_types": ("llama",),
        "architecture": LLAMA,
        "sub_architectures": {},
        "checkpoint": CHECKPOINT,
        "host": HostFacts(packages={}, devices=(), memory_bytes=16 << 30),
        "model_type": "llama",
        "task": "causal-lm",
    }
    return Facts(**facts | changes)


@pytest.fixture
def plan() -> Callable[..., LoadPlan]:
    """Resolves a spec given as nested mappings; keywords change the facts."""

    def resolved(spec: dict[str, Any] | None = None, **changes: Any) -> LoadPlan:
        groups = {"model": {"id": "models/chat"}} | (spec or {})
        return resolve(LoadSpec.model_validate(groups), make_facts(**changes))

    return resolved
