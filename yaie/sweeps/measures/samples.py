"""Samples: what a model is given to answer, by what its task reads. Imports torch."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from yaie.loading.answering.parts import placed
from yaie.planning.memory.inputs import UnknownInputError, inputs
from yaie.sweeps.measures.measure import Subject, UnmeasuredError
from yaie.sweeps.measures.text import SEED, is_drawn, lines, room, token_ids

EVERY = 7
"""One token of so many is masked: about as many as BERT's training masks."""
MOST = 16
"""Lines of the text, images or sounds."""
DRAWN = 4
"""Images or sounds."""
DECODED = 8
"""Tokens of a decoder whose encoder sees or hears."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sample:
    """One input, a batch of one."""

    inputs: Mapping[str, Any]
    places: Any = None
    """Positions of the output that count; None for all of it."""
    targets: Any = None
    """The token that stands at each of these places; None where nothing is right or wrong."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Samples:
    """All that one model is given."""

    each: tuple[Sample, ...]
    remark: str | None = None
    """What they are, where they are not the text."""


def samples(subject: Subject) -> Samples:
    """What the model is given; raises UnmeasuredError where that is not known."""
    if subject.model.main_input_name != "input_ids" or _sees(subject):
        return _drawn(subject)
    read = _READING.get(subject.loaded.task, _lines)
    remark = "there is no tokenizer: its tokens are drawn by chance" if is_drawn(subject) else None
    return Samples(each=tuple(read(subject)), remark=remark)


def _sees(subject: Subject) -> bool:
    """Whether texts alone are no input of it."""
    return not subject.model.can_generate() and hasattr(subject.model.config, "vision_config")


def _continued(subject: Subject) -> Iterator[Sample]:
    """Each token of the text after those before it."""
    ids = token_ids(subject, room(subject))
    if ids.shape[1] < 2:
        raise UnmeasuredError("the text is one token, and nothing follows it")
    yield Sample(
        inputs=placed(subject.loaded, {"input_ids": ids}),
        places=slice(0, ids.shape[1] - 1),
        targets=None if is_drawn(subject) else ids[0, 1:],
    )


def _masked(subject: Subject) -> Iterator[Sample]:
    """Every seventh token of the text masked, and asked for."""
    ids = token_ids(subject, room(subject))
    places = slice(EVERY // 2, ids.shape[1], EVERY)
    targets = ids[0, places].clone()
    mask = getattr(subject.loaded.tokenizer, "mask_token_id", None)
    if mask is not None:
        ids[0, places] = mask
    if not len(targets):
        raise UnmeasuredError("the text is too short for a mask")
    known = None if mask is None else targets
    yield Sample(inputs=placed(subject.loaded, {"input_ids": ids}), places=places, targets=known)


def _repeated(subject: Subject) -> Iterator[Sample]:
    """The text for the encoder, and the same for the decoder, which goes on from each token."""
    import torch

    ids = token_ids(subject, room(subject))
    config = subject.model.generation_config
    start = torch.tensor([[config.decoder_start_token_id or 0]])
    decoded = torch.cat([start, ids[:, :-1]], dim=1)
    yield Sample(inputs=placed(subject.loaded, {"input_ids": ids, "decoder_input_ids": decoded}))


def _lines(subject: Subject) -> Iterator[Sample]:
    """The first lines of the text, each for itself."""
    if is_drawn(subject):
        yield Sample(inputs=placed(subject.loaded, {"input_ids": token_ids(subject, 32)}))
        return
    for line in lines(subject, MOST):
        read = subject.loaded.tokenizer(
            line, truncation=True, max_length=room(subject), return_tensors="pt"
        )
        yield Sample(inputs=placed(subject.loaded, read))


_READING: Mapping[str, Callable[[Subject], Iterator[Sample]]] = {
    "causal-lm": _continued,
    "image-text-to-text": _continued,
    "masked-lm": _masked,
    "seq2seq-lm": _repeated,
}
"""Task → how it reads the text; others read it line by line."""


def _drawn(subject: Subject) -> Samples:
    """Images and sounds of chance, of the size that the model takes."""
    import torch

    try:
        shapes = inputs(subject.model, 1, DECODED)
    except UnknownInputError as error:
        raise UnmeasuredError(str(error)) from error
    drawing = torch.Generator().manual_seed(SEED)
    each = (
        Sample(
            inputs=placed(
                subject.loaded, {name: _filled(v, drawing) for name, v in shapes.values.items()}
            )
        )
        for _ in range(DRAWN)
    )
    what = shapes.told or "inputs"
    return Samples(each=tuple(each), remark=f"it was measured on {what} drawn by chance")


def _filled(value: Any, drawing: Any) -> Any:
    import torch

    if value.is_floating_point():
        return torch.randn(value.shape, generator=drawing)
    return torch.ones(value.shape, dtype=value.dtype)
