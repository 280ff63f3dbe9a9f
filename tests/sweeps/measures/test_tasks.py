"""Models of tasks that are asked in different ways: each has the measures of its kind, and is told
on what they were taken."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
import torch

import yaie
from tests.loading.answering import checkpoints, hearing, seeing
from tests.sweeps.measures.conftest import Measure
from yaie.loading.acts.act import Deed
from yaie.loading.loaded import Loaded
from yaie.sweeps.measures.measuring import DEFAULT_TEXT
from yaie.sweeps.measures.samples import MOST

CHOSEN = {
    "kl_divergence": 0.0,
    "kl_divergence_error": 0.0,
    "top1_agreement": 1.0,
    "top1_agreement_error": 0.0,
}
NUMBERS = {"relative_error": 0.0}
Load = Callable[..., Loaded]


@pytest.fixture
def load(tmp_path: Path) -> Load:
    """A checkpoint that a function writes, loaded."""

    def loaded(write: Callable[[Path], None], *words: str) -> Loaded:
        torch.manual_seed(0)
        write(tmp_path / "model")
        return yaie.load(f"model={tmp_path / 'model'}", "device=cpu", "precision=fp32", *words)

    return loaded


MODELS = {
    "answers in a text": (checkpoints.bert("ForQuestionAnswering"), (), CHOSEN, None),
    "choices": (checkpoints.bert("ForMultipleChoice"), (), CHOSEN, None),
    "choices of chance": (
        checkpoints.bert("ForMultipleChoice"),
        ("processor=none",),
        CHOSEN,
        "there is no tokenizer: its tokens are drawn by chance",
    ),
    "rewards": (
        checkpoints.bert("ForSequenceClassification", num_labels=1),
        (),
        NUMBERS,
        None,
    ),
    "several labels at once": (
        checkpoints.bert("ForSequenceClassification", problem_type="multi_label_classification"),
        (),
        NUMBERS,
        None,
    ),
    "texts with images": (seeing.vilt, (), NUMBERS, "texts and images of 32 × 32"),
    "videos": (seeing.videomae, (), CHOSEN, "sets of 4 images of 32 × 32"),
    "images as a processor makes them": (seeing.segformer, (), NUMBERS, "images of 32 × 32"),
    "images of any size": (
        seeing.superpoint,
        ("processor=none",),
        NUMBERS,
        "images of 224 × 224",
    ),
    "parts of images": (seeing.sam, (), NUMBERS, "images of 32 × 32"),
    "speech": (hearing.whisper, (), CHOSEN, "texts and sounds"),
}


@pytest.mark.parametrize(("write", "words", "lost", "read"), MODELS.values(), ids=MODELS)
def test_each_is_measured_as_what_it_is(
    write: Callable[[Path], None],
    words: tuple[str, ...],
    lost: dict[str, float],
    read: str | None,
    load: Load,
    measure: Measure,
) -> None:
    model = load(write, *words)
    assert "first_forward_seconds" in named(measure(model, "first forward"))
    assert named(measure(model, "items")) == ["items_per_second", "workers"]
    assert not named(measure(model, "prompt"))
    deed = measure(model, "quality")
    assert deed.told == lost
    drawn = (
        read if read is None or "tokens" in read else f"it was measured on {read} drawn by chance"
    )
    assert [problem.message for problem in deed.problems] == [drawn] * (read is not None)


def named(deed: Deed) -> list[str]:
    assert isinstance(deed.told, dict)
    return [*deed.told]


def ends(loaded: Loaded) -> list[torch.Tensor]:
    """Log-likelihoods of where an answer begins and ends, in each of the first lines."""
    found = []
    lines = [line for line in DEFAULT_TEXT.read_text(encoding="utf-8").splitlines() if line.strip()]
    for line in lines[:MOST]:
        read = loaded.tokenizer(line, truncation=True, max_length=512, return_tensors="pt")
        with torch.no_grad():
            answer = loaded.model(**read)
        both = torch.cat([answer.start_logits, answer.end_logits])
        found.append(both.double().log_softmax(-1))
    return found


def test_answers_in_a_text_are_two_distributions(load: Load, measure: Measure) -> None:
    plain = load(checkpoints.bert("ForQuestionAnswering"))
    other = yaie.load(f"model={plain.model.name_or_path}", "device=cpu", "precision=bf16")
    measure(plain, "quality")
    told = measure(other, "quality", number=1).told
    pairs = zip(ends(plain), ends(other), strict=True)
    lost = torch.cat([(p.exp() * (p - q)).sum(-1) for p, q in pairs])
    assert isinstance(told, dict)
    assert told["kl_divergence"] == pytest.approx(float(lost.mean()), rel=1e-9)


def test_sounds_that_are_generated_are_no_tokens(load: Load, measure: Measure) -> None:
    model = load(hearing.speecht5)
    assert named(measure(model, "generation")) == named(measure(model, "prompt")) == []
