"""What a model's answers lose against those of the reference cell. Imports torch."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, nullcontext
from typing import Any

from yaie.loading.ranks import is_first
from yaie.spec.wording import all_quoted, counted
from yaie.sweeps.measures import answers
from yaie.sweeps.measures.answers import About, Nothing, Own, Reference, digest, held, keeping
from yaie.sweeps.measures.lost import Lost
from yaie.sweeps.measures.measure import Found, Subject, UnmeasuredError
from yaie.sweeps.measures.samples import Sample, Samples, samples

CHOOSING = frozenset(
    (
        "audio-classification",
        "audio-frame-classification",
        "causal-lm",
        "ctc",
        "image-classification",
        "image-text-to-text",
        "masked-lm",
        "multiple-choice",
        "multimodal-lm",
        "next-sentence-prediction",
        "question-answering",
        "seq2seq-lm",
        "sequence-classification",
        "speech-seq2seq",
        "token-classification",
        "video-classification",
    )
)
"""Tasks whose logits are a distribution over their last dimension: of tokens, of labels, or of the
places where an answer begins and ends."""

_UNCHOSEN = ("multi_label_classification", "regression")


def quality(subject: Subject) -> Found:
    """Perplexity of the text, and how far the answers are from the reference's."""
    given = samples(subject, subject.measuring.tokens)
    chooses, lost = _chooses(subject), Lost()
    about = About(chooses=chooses, asked=digest(sample.inputs for sample in given.each))
    with _reference(subject, about, len(given.each)) as reference:
        for rows, targets in _pieces(subject, given, chooses=chooses):
            other = reference.beside(rows)
            if chooses:
                lost.choose(rows, other, targets)
            else:
                lost.number(rows, other)
    values = {**lost.of_text(), **(lost.of_reference() if reference.remark is None else {})}
    remarks = [given.remark, reference.remark]
    endless = [name for name, value in values.items() if not math.isfinite(value)]
    remarks += [f"its {name.replace('_', ' ')} is infinite" for name in endless]
    told = {name: value for name, value in values.items() if name not in endless}
    return Found(told, tuple(remark for remark in remarks if remark is not None))


def _reference(subject: Subject, about: About, pieces: int) -> AbstractContextManager[Reference]:
    """What the answers are compared with: those of the reference itself are kept."""
    number = subject.reference
    if number is None:
        return nullcontext(Nothing())
    if not subject.is_reference:
        return held(about, subject.answers, number)
    return keeping(about, subject.answers, pieces) if is_first() else nullcontext(Own())


def _pieces(subject: Subject, given: Samples, *, chooses: bool) -> Iterator[tuple[Any, Any]]:
    """Answers with the right tokens, where there are some: a window at a time, for those to a long
    text are more than memory holds; else all at once, for they may be of several widths."""
    if given.are_windows:
        yield from ((_rows(subject, sample), sample.targets) for sample in given.each)
    else:
        yield _joined([_rows(subject, sample) for sample in given.each], chooses=chooses), None


def _chooses(subject: Subject) -> bool:
    """Whether the model's logits are a distribution; one number a text is a regression, and of
    several labels none excludes another."""
    config = subject.model.config
    several = getattr(config, "problem_type", None) in _UNCHOSEN
    labels = "classification" in subject.loaded.task
    single = labels and getattr(config, "num_labels", 2) == 1
    return subject.loaded.task in CHOOSING and not (several or single)


def _rows(subject: Subject, sample: Sample) -> Any:
    """The answer to one sample as rows; raises UnmeasuredError where they hold NaN."""
    import torch

    found = _told(subject.model(**sample.inputs))
    rows = torch.cat([_table(output) for output in found.values()])
    if sample.places is not None:
        rows = rows[sample.places]
    broken = int((rows.isnan() | rows.isposinf()).any(-1).sum())
    if broken:
        names, told = all_quoted(found), counted(len(rows), "place")
        raise UnmeasuredError(f"{names} is not a number, or infinite, at {broken} of {told}")
    return rows


def _told(output: Any) -> dict[str, Any]:
    """The logits, or where an answer begins and ends, or else the first numbers of an output."""
    found = {
        name: value
        for name, value in output.items()
        if hasattr(value, "is_floating_point") and value.is_floating_point() and value.numel()
    }
    for names in (("logits",), ("start_logits", "end_logits"), [*found][:1]):
        if found and found.keys() >= {*names}:
            return {name: found[name] for name in names}
    raise UnmeasuredError("its output holds no numbers to compare")


def _table(output: Any) -> Any:
    """The numbers of a batch of one, as rows."""
    rows = answers.whole(output)[0]
    return rows.reshape(-1, rows.shape[-1]) if rows.ndim else rows.reshape(1, 1)


def _joined(tables: Sequence[Any], *, chooses: bool) -> Any:
    """All rows one below the other. Those that are of several lengths become as long as the
    longest, with what cannot be chosen; or, where nothing is chosen, one row."""
    import torch

    widths = [table.shape[-1] for table in tables]
    if len({*widths}) == 1:
        return torch.cat([*tables])
    if not chooses:
        return torch.cat([table.flatten() for table in tables])[None]
    pad = torch.nn.functional.pad
    longest = max(widths)
    padded = (pad(t, (0, longest - t.shape[-1]), value=-math.inf) for t in tables)
    return torch.cat([*padded])
