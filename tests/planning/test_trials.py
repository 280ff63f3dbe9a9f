"""What is found of many compositions together is what is found of each alone."""

from pathlib import Path

import pytest

from yaie.facts.setting import named
from yaie.planning.inquiry import inquire
from yaie.planning.trials import trials
from yaie.spec.compose import compose
from yaie.spec.load_spec import Composition

LINES = [
    ["precision=bf16", "device=cpu"],
    ["precision=bf16", "processor=none", "attention=eager"],
    ["quantization=bnb_4bit", "device=cpu"],
    ["weights=random", "weights.seed=3"],
    ["attention=flash_attention_2"],
]
WRONG = [
    ["model.config.num_hidden_layers=9"],
    ["model=./nowhere"],
]


def compositions() -> list[Composition]:
    return [compose(None, line) for line in (*LINES, *WRONG, *LINES[:2])]


def test_problems_calls_and_memory_are_those_of_each_alone() -> None:
    setting = named("cpu-64gb")
    with trials(setting) as there:
        together = [there.inquire(composition) for composition in compositions()]
    for composition, found in zip(compositions(), together, strict=True):
        alone = inquire(composition, setting)
        assert found.problems == alone.problems
        assert found.memory == alone.memory
        assert (found.plan and found.plan.calls) == (alone.plan and alone.plan.calls)


def test_an_unreached_checkpoint_is_presumed_by_what_is_known_of_its_config(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    from huggingface_hub import constants

    monkeypatch.setattr(constants, "HF_HUB_OFFLINE", True)
    word = f"model.cache_dir={tmp_path}"
    with trials() as there:
        found = there.inquire(compose(None, ["model=llama2", "precision=fp16", word]))
    assert found.unreached
    assert found.plan is not None
    assert found.memory is not None
    assert found.problems[0].severity == "warning"
