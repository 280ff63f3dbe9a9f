"""What a model's answers lose against those of the reference cell. Imports torch."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any

from yaie.spec.wording import counted
from yaie.sweeps.measures import answers
from yaie.sweeps.measures.answers import Answers
from yaie.sweeps.measures.measure import Found, Subject, UnmeasuredError
from yaie.sweeps.measures.samples import Sample, samples

CHOOSING = frozenset(
    (
        "audio-classification",
        "audio-frame-classification",
        "causal-lm",
        "ctc",
        "image-classification",
        "image-text-to-text",
        "masked-lm",
        "multimodal-lm",
        "next-sentence-prediction",
        "seq2seq-lm",
        "sequence-classification",
        "speech-seq2seq",
        "token-classification",
        "video-classification",
    )
)
"""Tasks whose logits are a distribution over their last dimension: of tokens, or of labels."""


def quality(subject: Subject) -> Found:
    """Perplexity of the text, and how far the answers are from the reference's."""
    own, remarks = _answered(subject)
    if subject.is_reference:
        answers.keep(own, subject.answers)
    values: dict[str, Any] = {}
    if own.targets is not None:
        values |= {"perplexity": own.perplexity(), "text_tokens": len(own.targets)}
    if subject.measuring.reference is not None:
        found = answers.compared(own, subject.answers, subject.measuring.reference)
        values |= found.values
        remarks += found.remarks
    lost = [name for name, value in values.items() if not math.isfinite(value)]
    remarks += tuple(f"its {name.replace('_', ' ')} is infinite" for name in lost)
    return Found({n: v for n, v in values.items() if n not in lost}, remarks)


def _answered(subject: Subject) -> tuple[Answers, tuple[str, ...]]:
    """The answers to all samples, one below the other, and what is to be said of them."""
    import torch

    given = samples(subject)
    chooses = _chooses(subject)
    rows = torch.cat([_rows(subject, sample, chooses=chooses) for sample in given.each])
    targets = [sample.targets for sample in given.each if sample.targets is not None]
    own = Answers(
        rows=rows,
        targets=torch.cat(targets) if targets and chooses else None,
        chooses=chooses,
        asked=answers.digest(sample.inputs for sample in given.each),
    )
    return own, () if given.remark is None else (given.remark,)


def _chooses(subject: Subject) -> bool:
    """Whether the model's logits are a distribution; one number a text is a regression."""
    config = subject.model.config
    regression = getattr(config, "problem_type", None) == "regression"
    labels = "classification" in subject.loaded.task
    single = labels and getattr(config, "num_labels", 2) == 1
    return subject.loaded.task in CHOOSING and not (regression or single)


def _rows(subject: Subject, sample: Sample, *, chooses: bool) -> Any:
    """The answer to one sample as rows of float32; raises UnmeasuredError where they hold NaN."""
    name, output = next(_outputs(subject.model(**sample.inputs)))
    rows = answers.whole(output)[0]
    rows = rows.reshape(-1, rows.shape[-1]) if rows.ndim else rows.reshape(1, 1)
    if sample.places is not None:
        rows = rows[sample.places]
    broken = int((rows.isnan() | rows.isposinf()).any(-1).sum())
    if broken:
        told = counted(len(rows), "place")
        raise UnmeasuredError(f"`{name}` is not a number, or infinite, at {broken} of {told}")
    return answers.log_likelihoods(rows) if chooses else rows


def _outputs(output: Any) -> Iterator[tuple[str, Any]]:
    """The logits, where there are some, then other numbers by name."""
    found = {
        name: value
        for name, value in output.items()
        if hasattr(value, "is_floating_point") and value.is_floating_point() and value.ndim
    }
    if "logits" in found:
        yield "logits", found["logits"]
    yield from found.items()
    raise UnmeasuredError("its output holds no numbers to compare")
