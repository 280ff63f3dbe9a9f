"""What a model reads, with numbers of no meaning: texts with padding, images, sounds.

Imports torch.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from inspect import signature
from typing import Any

from yaie.planning.memory.inputs import UnknownInputError, inputs

SAMPLES_A_STEP = 800
"""Of a sound, for each step that a text would be long."""
CHOICES = 3
"""Of a multiple choice; a graph keeps their number."""
_SPECIAL = ("pad", "bos", "eos", "decoder_start", "sep", "cls", "mask")


@dataclass(frozen=True, slots=True, kw_only=True)
class Size:
    """How many texts, and how many tokens each has."""

    batch: int
    sequence: int
    decoder_sequence: int
    """Of the text that an encoder-decoder writes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sample:
    """Keywords of a forward pass."""

    values: Mapping[str, Any]
    """Name → tensor on the CPU."""
    axes: Mapping[str, Mapping[int, str]]
    """Name → axis → what varies along it: `batch`, `sequence`, …"""


def sample(model: Any, size: Size) -> Sample:
    """What a model mainly reads: the same at each call.

    Raises UnknownInputError for a model that reads several kinds of things at once, or of whose
    inputs no size is known.
    """
    import torch

    _refuse_several(model)
    generator = torch.Generator().manual_seed(0)
    shapes = inputs(model, size.batch, size.sequence).values
    values: dict[str, Any] = {}
    for name, shape in shapes.items():
        if name == "decoder_input_ids" and _writes_its_own(model):
            continue
        if name in ("input_ids", "decoder_input_ids"):
            values |= _text(model, name, size, generator)
        elif name == "input_values" and shape.dim() == 2:
            length = size.sequence * SAMPLES_A_STEP
            values[name] = torch.randn((size.batch, length), generator=generator)
        else:
            values[name] = torch.randn(tuple(shape.shape), generator=generator)
    if _chooses(model):
        values = {name: _choices(value) for name, value in values.items()}
    dtype = _dtype(model)
    typed = {n: v.to(dtype) if v.is_floating_point() else v for n, v in values.items()}
    return Sample(values=typed, axes={name: _axes(name, typed) for name in typed})


def _writes_its_own(model: Any) -> bool:
    """Whether the decoder reads what the encoder reads, and a head the last of it."""
    from transformers.models.auto import modeling_auto

    tasks = ("SEQUENCE_CLASSIFICATION", "QUESTION_ANSWERING")
    known = (getattr(modeling_auto, f"MODEL_FOR_{task}_MAPPING_NAMES") for task in tasks)
    return any(type(model).__name__ in names.values() for names in known)


def _chooses(model: Any) -> bool:
    """Whether each text comes as often as there are choices."""
    from transformers.models.auto.modeling_auto import MODEL_FOR_MULTIPLE_CHOICE_MAPPING_NAMES

    return type(model).__name__ in MODEL_FOR_MULTIPLE_CHOICE_MAPPING_NAMES.values()


def _choices(value: Any) -> Any:
    """Each text among those of others."""
    import torch

    return torch.stack([value.roll(place, 0) for place in range(CHOICES)], dim=1)


def _refuse_several(model: Any) -> None:
    from transformers.exporters.utils import is_multimodal

    if is_multimodal(model):
        raise UnknownInputError(f"`{type(model).__name__}` reads texts with images or sounds")
    name = model.main_input_name
    sized = all(hasattr(model.config, field) for field in ("max_source_positions", "num_mel_bins"))
    if name == "input_features" and not sized:
        raise UnknownInputError(f"`{type(model).__name__}` reads sounds of any size")


def _text(model: Any, name: str, size: Size, generator: Any) -> dict[str, Any]:
    """Rows of tokens that end, and are padded, at different places; the first is the longest."""
    import torch

    config = model.config.get_text_config()
    taken = signature(model.forward).parameters
    prefix = name.removesuffix("input_ids")
    length = size.decoder_sequence if prefix else size.sequence
    ids = _tokens(config, (size.batch, length), generator)
    mask = torch.ones_like(ids)
    for row in range(1, size.batch):
        mask[row, length - min(row, length - 1) :] = 0
    pad, eos = getattr(config, "pad_token_id", None) or 0, getattr(config, "eos_token_id", None)
    if isinstance(eos, int) and not prefix:
        ids[torch.arange(size.batch), mask.sum(1) - 1] = eos
    values = {name: ids.where(mask == 1, pad)}
    if (masking := f"{prefix}attention_mask") in taken:
        values[masking] = mask
    if not prefix and "token_type_ids" in taken and hasattr(config, "type_vocab_size"):
        values["token_type_ids"] = torch.zeros_like(ids)
    return values


def _tokens(config: Any, shape: tuple[int, int], generator: Any) -> Any:
    """Tokens of the vocabulary, without those that mean something to the model."""
    import torch

    size = getattr(config, "vocab_size", None)
    if not isinstance(size, int):
        raise UnknownInputError("the size of the vocabulary is not known")
    special = {getattr(config, f"{name}_token_id", None) for name in _SPECIAL}
    plain = torch.tensor([n for n in range(min(size, 2000)) if n not in special] or [0])
    return plain[torch.randint(len(plain), shape, generator=generator)]


def _dtype(model: Any) -> Any:
    return next(p.dtype for p in model.parameters() if p.is_floating_point())


def _axes(name: str, values: Mapping[str, Any]) -> dict[int, str]:
    if name == "pixel_values":
        # A picture for each text need not be: all are compared with all.
        return {0: "images" if "input_ids" in values else "batch"}
    if name == "input_features":
        return {0: "batch"}
    if name == "input_values":
        return {0: "batch", 1: "samples"} if values[name].dim() == 2 else {0: "batch"}
    length = "decoder_sequence" if name.startswith("decoder_") else "sequence"
    return {0: "batch", 1: length} if values[name].dim() == 2 else {0: "batch", 2: length}
