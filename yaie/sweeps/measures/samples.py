"""Samples: what a model is given to answer, by what its task reads. Imports torch."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from yaie.loading.answering.parts import placed
from yaie.sweeps.measures.drawn import drawn, needs_more
from yaie.sweeps.measures.measure import Subject, UnmeasuredError
from yaie.sweeps.measures.text import (
    WINDOW,
    first_token,
    is_drawn,
    lines,
    room,
    token_ids,
    windows,
)

EVERY = 7
"""One token of so many is masked: about as many as BERT's training masks."""
MOST = 16
"""Lines of the text."""
LINE = 32
"""Tokens of a line that is drawn."""


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
    are_windows: bool = False
    """Whether each is a window of the text; none is longer than the first."""


def samples(subject: Subject, tokens: int = WINDOW) -> Samples:
    """What the model is given: so many tokens of the text, where it reads windows of it. Raises
    UnmeasuredError where that is not known."""
    if needs_more(subject.model):
        return _drawn(subject)
    remark = "there is no tokenizer: its tokens are drawn by chance" if is_drawn(subject) else None
    if subject.loaded.task not in _OF_WINDOWS:
        read = _choices if subject.loaded.task == "multiple-choice" else _lines
        return Samples(each=tuple(read(subject)), remark=remark)
    of_window = _OF_WINDOWS[subject.loaded.task]
    found = (of_window(subject, ids) for ids in windows(subject, tokens))
    each = tuple(sample for sample in found if sample is not None)
    if not each:
        raise UnmeasuredError(
            "the text is too short: nothing in it follows another token, or is masked"
        )
    return Samples(each=each, remark=remark, are_windows=True)


def _drawn(subject: Subject) -> Samples:
    """Images and sounds of chance, of the size that the model takes."""
    found = drawn(subject)
    each = tuple(Sample(inputs=placed(subject.loaded, inputs)) for inputs in found.each)
    return Samples(each=each, remark=f"it was measured on {found.told} drawn by chance")


def _continued(subject: Subject, ids: Any) -> Sample | None:
    """Each token of a window after those before it."""
    if ids.shape[1] < 2:
        return None
    return Sample(
        inputs=placed(subject.loaded, {"input_ids": ids}),
        places=slice(0, ids.shape[1] - 1),
        targets=None if is_drawn(subject) else ids[0, 1:],
    )


def _masked(subject: Subject, ids: Any) -> Sample | None:
    """Every seventh token of a window masked, and asked for."""
    places = slice(EVERY // 2, ids.shape[1], EVERY)
    targets = ids[0, places].clone()
    if not len(targets):
        return None
    mask = getattr(subject.loaded.tokenizer, "mask_token_id", None)
    if mask is not None:
        ids[0, places] = mask
    known = None if mask is None else targets
    return Sample(inputs=placed(subject.loaded, {"input_ids": ids}), places=places, targets=known)


def _repeated(subject: Subject, ids: Any) -> Sample:
    """A window for the encoder, and the same for the decoder, which goes on from each token."""
    import torch

    start = torch.tensor([[first_token(subject.model)]])
    decoded = torch.cat([start, ids[:, :-1]], dim=1)
    return Sample(inputs=placed(subject.loaded, {"input_ids": ids, "decoder_input_ids": decoded}))


def _lines(subject: Subject) -> Iterator[Sample]:
    """The first lines of the text, each for itself."""
    if is_drawn(subject):
        length = min(LINE, room(subject))
        for ids in token_ids(subject, 2 * length).split(length, dim=1):
            yield Sample(inputs=placed(subject.loaded, {"input_ids": ids}))
        return
    for line in lines(subject, MOST):
        read = subject.loaded.tokenizer(
            line, truncation=True, max_length=room(subject), return_tensors="pt"
        )
        yield Sample(inputs=placed(subject.loaded, read))


def _choices(subject: Subject) -> Iterator[Sample]:
    """Each line against the next, as far as both go: the model chooses one."""
    import torch

    each = [sample.inputs for sample in _lines(subject)]
    for one, other in zip(each, [*each[1:], each[0]], strict=True):
        length = min(one["input_ids"].shape[1], other["input_ids"].shape[1])
        both = {n: torch.cat([one[n][:, :length], other[n][:, :length]])[None] for n in one}
        yield Sample(inputs=both)


_OF_WINDOWS: Mapping[str, Callable[[Subject, Any], Sample | None]] = {
    "causal-lm": _continued,
    "image-text-to-text": _continued,
    "masked-lm": _masked,
    "seq2seq-lm": _repeated,
}
"""Task → what it is given of a window; None where that is too short. Others read line by line."""
