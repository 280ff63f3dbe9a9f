from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from yaie.facts.catalogue import catalogue
from yaie.facts.checkpoint import CheckpointFacts
from yaie.facts.task import decide_task
from yaie.spec.load_spec import LoadSpec


def _spec(**model: Any) -> LoadSpec:
    return LoadSpec.model_validate({"model": {"id": "org/name", **model}})


def _checkpoint(*architectures: str) -> CheckpointFacts:
    return CheckpointFacts(
        folder=Path("checkpoint"),
        commit=None,
        files={},
        config={"architectures": list(architectures)},
        format=None,
        weight_files=(),
        has_tokenizer=False,
        has_processor=False,
    )


def test_a_named_task_is_taken_as_it_is() -> None:
    spec = LoadSpec.model_validate({"model": {"id": "org/name"}, "task": {"name": "masked-lm"}})
    assert decide_task(spec, _checkpoint("LlamaForCausalLM"), None, catalogue()) == "masked-lm"


def test_the_class_that_a_checkpoint_was_saved_from_decides() -> None:
    spec = _spec(natural_task="causal-lm")
    saved = _checkpoint("BertForTokenClassification")
    assert decide_task(spec, saved, None, catalogue()) == "token-classification"


def test_a_class_that_transformers_does_not_know_leaves_it_to_the_natural_task() -> None:
    saved = _checkpoint("MyOwnForCausalLM")
    assert decide_task(_spec(natural_task="ctc"), saved, None, catalogue()) == "ctc"


def test_what_is_known_of_the_config_decides_while_it_is_not_at_hand() -> None:
    known = {"source": "here", "config": {"architectures": ["BertForPreTraining"]}}
    assert decide_task(_spec(known=known), None, None, catalogue()) == "pre-training"


@pytest.mark.parametrize(
    ("model_type", "task"),
    [
        ("llama", "causal-lm"),
        ("bert", "masked-lm"),
        ("t5", "seq2seq-lm"),
        ("bart", "seq2seq-lm"),
        ("whisper", "speech-seq2seq"),
        ("llava", "image-text-to-text"),
        ("vit", "image-classification"),
        ("clip", "zero-shot-image-classification"),
        ("clip_vision_model", "base"),
        ("wav2vec2", "ctc"),
        ("detr", "object-detection"),
    ],
)
def test_an_architecture_alone_means_what_its_checkpoints_hold(model_type: str, task: str) -> None:
    facts = catalogue().architecture(model_type)
    assert decide_task(_spec(), None, facts, catalogue()) == task


def test_nothing_tells_where_nothing_is_known() -> None:
    assert decide_task(_spec(), None, None, catalogue()) is None
