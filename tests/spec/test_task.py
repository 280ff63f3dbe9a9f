from __future__ import annotations

import pytest

from yaie.spec.conf import options
from yaie.spec.task import task_name

ALIASES = {"pretraining", "vision2seq"}


@pytest.mark.parametrize(
    ("auto_class", "name"),
    [
        ("AutoModel", "base"),
        ("AutoModelForCausalLM", "causal-lm"),
        ("AutoModelForSeq2SeqLM", "seq2seq-lm"),
        ("AutoModelForSpeechSeq2Seq", "speech-seq2seq"),
        ("AutoModelForVision2Seq", "vision2seq"),
        ("AutoModelForAudioXVector", "audio-xvector"),
        ("AutoModelForCTC", "ctc"),
        ("AutoModelForMultimodalLM", "multimodal-lm"),
        ("AutoModelForZeroShotImageClassification", "zero-shot-image-classification"),
    ],
)
def test_a_task_is_its_class_in_kebab_case(auto_class: str, name: str) -> None:
    assert task_name(auto_class) == name


def test_every_auto_class_of_transformers_is_an_option() -> None:
    import transformers

    classes = [name for name in dir(transformers) if name.startswith("AutoModel")]

    assert {task_name(name) for name in classes} == set(options("task")) - ALIASES - {"auto"}
