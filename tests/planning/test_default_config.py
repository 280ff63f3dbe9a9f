"""A model by its architecture's name alone: its config is the default one, with the overrides."""

from __future__ import annotations

import pytest

import yaie
from yaie.planning.calls import Call

META = ("model=architecture", "weights=meta")


def config_call(architecture: str, *words: str) -> Call:
    plan = yaie.plan(*META, f"model.architecture={architecture}", *words)
    return next(call for call in plan.calls if call.name == "config")


def test_where_transformers_chooses_among_classes_the_config_says_which() -> None:
    said = config_call("deit", "task=image-classification").kwargs
    assert said == {"architectures": ["DeiTForImageClassification"]}


def test_without_that_transformers_fails() -> None:
    from transformers import AutoConfig, AutoModelForImageClassification

    with pytest.raises(TypeError, match="not iterable"):
        AutoModelForImageClassification.from_config(AutoConfig.for_model("deit"))
