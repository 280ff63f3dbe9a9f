"""What conf/model says of well-known checkpoints is true: transformers builds them so."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from yaie.spec.compose import compose
from yaie.spec.conf import options
from yaie.spec.model import ModelSpec

if TYPE_CHECKING:
    from transformers import PreTrainedModel

# Options that name no checkpoint of the hub.
AT_HAND = {"architecture", "tiny"}
KNOWN = sorted(set(options("model")) - AT_HAND)

# Said in every config.json, or by every config class's properties, but in no class's `to_dict`.
UNDECLARED = {"dtype", "num_labels", "decoder_start_token_id"}

# Parameters as published: the "safetensors" line of each model page on the hub, and, where the
# stored file holds a head or a tied copy more, `num_parameters()` as printed of the loaded model.
# detr: 41,302,368 that facebookresearch/detr prints as trained, and the 222,400 of its frozen stem.
# codegen-350m is left out: no number of it is published to the unit.
PUBLISHED = [
    ("bart", "base", 139_420_416),
    ("bart-large-cnn", "seq2seq-lm", 406_290_432),
    ("bert", "base", 109_482_240),
    ("bert", "masked-lm", 109_514_298),
    ("bert-large", "base", 335_141_888),
    ("bert-large", "masked-lm", 335_174_458),
    ("clip", "zero-shot-image-classification", 151_277_313),
    ("detr", "object-detection", 41_524_768),
    ("dialogpt-large", "causal-lm", 774_030_080),
    ("dialogpt-medium", "causal-lm", 354_823_168),
    ("dialogpt-small", "causal-lm", 124_439_808),
    ("distilbert", "base", 66_362_880),
    ("distilbert", "masked-lm", 66_985_530),
    ("gemma", "causal-lm", 2_506_172_416),
    ("gemma2", "causal-lm", 2_614_341_888),
    ("gemma3", "causal-lm", 999_885_952),
    ("gpt2", "causal-lm", 124_439_808),
    ("gpt2-large", "causal-lm", 774_030_080),
    ("gpt2-medium", "causal-lm", 354_823_168),
    ("gpt2-xl", "causal-lm", 1_557_611_200),
    ("llama2", "causal-lm", 6_738_415_616),
    ("llama2-13b", "causal-lm", 13_015_864_320),
    ("llama2-70b", "causal-lm", 68_976_648_192),
    ("llama3", "causal-lm", 8_030_261_248),
    ("llava", "image-text-to-text", 7_063_427_072),
    ("minilm", "base", 22_713_216),
    ("mistral", "causal-lm", 7_248_023_552),
    ("phi", "causal-lm", 2_779_683_840),
    ("phi3", "causal-lm", 3_821_079_552),
    ("qwen2-vl", "image-text-to-text", 2_208_985_600),
    ("qwen3", "causal-lm", 8_190_735_360),
    ("qwen3-0.6b", "causal-lm", 596_049_920),
    ("roberta", "base", 124_645_632),
    ("roberta", "masked-lm", 124_697_433),
    ("smollm2", "causal-lm", 134_515_008),
    ("t5", "seq2seq-lm", 222_903_552),
    ("t5-small", "seq2seq-lm", 60_506_624),
    ("vit", "image-classification", 86_567_656),
    ("wav2vec2", "ctc", 94_396_320),
    ("whisper", "speech-seq2seq", 241_734_912),
    ("whisper-tiny", "speech-seq2seq", 37_760_640),
]


def _option(name: str) -> ModelSpec:
    return compose(None, [f"model={name}"]).spec.model


def _known(model: ModelSpec) -> dict[str, Any]:
    assert model.known is not None
    return model.known.config


def _on_meta(model: ModelSpec, task: str) -> PreTrainedModel:
    """The model that the known config describes, built by transformers without memory."""
    import torch
    import transformers

    from yaie.facts.catalogue import catalogue

    config = transformers.AutoConfig.for_model(model.architecture, **_known(model))
    auto_class = getattr(transformers, catalogue().tasks[task])
    with torch.device("meta"):
        return auto_class.from_config(config)


@pytest.mark.parametrize(("name", "task", "parameters"), PUBLISHED)
def test_a_known_config_builds_the_published_number_of_parameters(
    name: str, task: str, parameters: int
) -> None:
    assert _on_meta(_option(name), task).num_parameters() == parameters


@pytest.mark.parametrize("name", KNOWN)
def test_the_natural_task_builds_the_class_that_the_checkpoint_was_saved_from(name: str) -> None:
    model = _option(name)
    built = _on_meta(model, model.natural_task or "")
    assert [type(built).__name__] == _known(model)["architectures"]


@pytest.mark.parametrize("name", KNOWN)
def test_the_natural_task_is_what_auto_means_once_the_checkpoint_is_at_hand(name: str) -> None:
    from yaie.facts.catalogue import catalogue

    model = _option(name)
    saved_from = _known(model)["architectures"][0]
    assert catalogue().task_of(saved_from) == (model.architecture, model.natural_task)


@pytest.mark.parametrize("name", KNOWN)
def test_every_known_field_is_read_back_from_the_built_config(name: str) -> None:
    from transformers import AutoConfig

    model = _option(name)
    config = AutoConfig.for_model(model.architecture, **_known(model))
    assert _differences(_known(model), config) == {}


def _differences(asked: dict[str, Any], config: Any) -> dict[str, Any]:
    """Fields whose value in a config, or in one inside it, is another than asked."""
    different: dict[str, Any] = {}
    for field, value in asked.items():
        got = config[field] if isinstance(config, dict) else getattr(config, field, None)
        if isinstance(value, dict):
            different |= _differences(value, got)
        elif got != value and str(got) != f"torch.{value}":
            different[field] = got
    return different


@pytest.mark.parametrize("name", KNOWN)
def test_a_known_config_names_only_fields_that_the_config_class_declares(name: str) -> None:
    from transformers import AutoConfig

    model = _option(name)
    declared = set(AutoConfig.for_model(model.architecture).to_dict()) | UNDECLARED
    assert set(_known(model)) <= declared


@pytest.mark.parametrize("name", KNOWN)
def test_an_option_tells_where_its_facts_were_read(name: str) -> None:
    model = _option(name)
    assert model.known is not None
    assert model.known.source.startswith(f"https://huggingface.co/{model.id}/blob/")


def test_tiny_is_the_model_that_ships_inside_the_package() -> None:
    model = _option("tiny")
    assert (model.id, model.architecture, model.natural_task, model.known) == (
        "pkg://yaie/tiny",
        "llama",
        "causal-lm",
        None,
    )


def test_architecture_knows_nothing_of_any_checkpoint() -> None:
    spec = compose(None, ["model=architecture", "model.architecture=qwen3"]).spec
    assert spec.model == ModelSpec(architecture="qwen3")


def test_the_real_minilm_says_what_its_option_says(minilm: Any) -> None:
    import json

    real = json.loads((minilm / "config.json").read_text())
    known = _known(_option("minilm"))
    assert known == {field: real[field] for field in known}
