"""Whether the model of a plan can be saved, and what it takes of a disk. Imports transformers."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from yaie.errors import Problem
from yaie.facts.facts import Facts
from yaie.facts.memory import MemoryFacts
from yaie.planning.memory.structure import quantizer_of
from yaie.planning.upstream import mapped, quieted
from yaie.rules.problems import refused
from yaie.sources.disk import DiskNeed, replacing
from yaie.sources.files import small_files
from yaie.spec.device import Sharded
from yaie.spec.load_spec import LoadSpec, keeps_adapter
from yaie.spec.quantization import Unquantized
from yaie.spec.weights import Meta, Pretrained

FLAG = "--save"


def without_whole_weights(spec: LoadSpec, flag: str = FLAG) -> Iterator[Problem]:
    """Loads that bring no weights, or parts that are not put together."""
    if isinstance(spec.weights, Meta):
        yield refused(flag, "`weights=meta` has a structure but no numbers to save")
    packed = not isinstance(spec.quantization, Unquantized)
    if isinstance(spec.device, Sharded) and (packed or flag != FLAG):
        yield refused(flag, IN_PIECES, f"`device=auto`, or leave `{flag}` out")


IN_PIECES = (
    "pieces that several processes hold are put together for `--save` alone, and only where no"
    " quantisation packs them"
)


def unsaveable(spec: LoadSpec, facts: Facts, flag: str = FLAG) -> Iterator[Problem]:
    """Why transformers would not save what the load brings, asked of transformers itself."""
    if keeps_adapter(spec):
        yield from _lost_beside_adapter(spec, flag)
        return
    with quieted(), mapped("the quantisation that is to be saved"):
        quantizer = _quantizer(spec, facts)
        yield from unserializable(quantizer, flag)


def _lost_beside_adapter(spec: LoadSpec, flag: str) -> Iterator[Problem]:
    """transformers saves an adapter alone, and what is new of the model would be lost."""
    if not isinstance(spec.weights, Pretrained) or spec.weights.reinitialize:
        yield refused(
            flag,
            "of a model with an adapter the adapter alone is saved, and the model's own new weights"
            " would be lost",
            f"`adapter.merge=true`, or leave `{flag}` out",
        )


def unserializable(quantizer: Any | None, flag: str = FLAG) -> Iterator[Problem]:
    """The problem of a quantiser whose weights transformers does not write."""
    if quantizer is None or quantizer.is_serializable():
        return
    method = quantizer.quantization_config.quant_method
    name = getattr(method, "value", method)
    without = f"leave `{flag}` out"
    yield refused(
        flag,
        f"transformers does not save models that `{name}` has quantised",
        without if name == "gguf" else f"`quantization=none`, or {without}",
    )


def _quantizer(spec: LoadSpec, facts: Facts) -> Any | None:
    """The quantiser that the loaded model will have. GGUF's stays when its blocks were unpacked."""
    if spec.model.gguf_file is None:
        return quantizer_of(spec, facts)
    from transformers import GgufConfig
    from transformers.quantizers import AutoHfQuantizer

    config = GgufConfig(gguf_file=spec.model.gguf_file)
    return AutoHfQuantizer.from_config(config, pre_quantized=True)


def saved_bytes(spec: LoadSpec, facts: Facts, memory: MemoryFacts | None) -> int | None:
    """What the saved model takes; None where its size is not known."""
    if memory is None:
        return None
    state = memory.total("quantization_state_bytes") or 0
    return (memory.total("weights_bytes") or 0) + state + _beside_weights(spec, facts)


def room_for(size: int, folder: Path) -> DiskNeed:
    """What a save takes."""
    return replacing(folder, size, what="the saved model", verb="save", flag=FLAG)


def _beside_weights(spec: LoadSpec, facts: Facts) -> int:
    """Tokenizer and config, which are much as they were."""
    held = facts.checkpoint.files if facts.checkpoint else {}
    return sum(held[name] for name in small_files(held, spec.model))
