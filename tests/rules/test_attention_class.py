"""Why a class is not built with an attention kind, told from what its default model did."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

import yaie
from tests.rules.making import (
    ATTENTION,
    FLASH,
    LLAMA,
    attending,
    checkpoint,
    facts,
    model_class,
    spec,
)
from yaie.facts.architecture import FieldFacts, Refusal
from yaie.rules.judge import judge
from yaie.rules.problems import refused, said


def refusing(**why: Any) -> Any:
    """A Llama that is not built with flex_attention, for a reason of its own."""
    model = model_class(
        "LlamaForCausalLM",
        head="lm_head",
        attention=("eager", "sdpa", "paged|eager"),
        refusals={"flex_attention": Refusal(**why)},
    )
    return replace(
        LLAMA,
        fields=LLAMA.fields | {"prefix_lm": FieldFacts(type="bool", default=True)},
        classes={"causal-lm": model},
        sub_configs={"text_config": "persimmon"},
        open_sub_configs=("text_config",),
    )


@pytest.mark.parametrize(
    ("why", "told"),
    [
        (
            {"by": "PersimmonModel", "part": "text_config"},
            "`LlamaForCausalLM` does not run on `flex_attention`, since its part `PersimmonModel`"
            " does not; it runs on `eager`, `sdpa`",
        ),
        (
            {"by": "LlamaConfig", "says": "no mask of it"},
            "`LlamaForCausalLM` does not run on `flex_attention` with this config (no mask of it);"
            " it runs on `eager`, `sdpa`",
        ),
        (
            {"by": "LlamaForCausalLM", "runs": "org/kernel"},
            "`LlamaForCausalLM` runs `org/kernel` where `flex_attention` is asked; it runs on"
            " `eager`, `sdpa`",
        ),
    ],
)
def test_a_kind_that_is_refused_says_by_what(why: dict[str, str], told: str) -> None:
    known = facts(architecture=refusing(**why))
    assert judge(attending("flex_attention"), known) == (
        refused("attention.kind", told, "`attention=sdpa`"),
    )


def test_a_check_of_the_config_is_lifted_by_its_field() -> None:
    why = {"by": "LlamaConfig", "says": "no mask of it", "mended_by": {"prefix_lm": False}}
    known = facts(architecture=refusing(**why), host=FLASH)
    (problem,) = judge(attending("flex_attention"), known)
    assert problem.hint == "`attention=sdpa`, or `model.config.prefix_lm=false`"
    lifted = attending("flex_attention", model={"config": {"prefix_lm": False}})
    assert judge(lifted, known) == ()


@pytest.mark.parametrize(("kinds", "refused_by"), [(("eager",), "Persimmon2"), (ATTENTION, None)])
def test_a_part_that_the_config_names_is_asked_itself(
    kinds: tuple[str, ...], refused_by: str | None
) -> None:
    part = replace(LLAMA, classes={"base": model_class("Persimmon2", attention=kinds)})
    known = facts(
        architecture=refusing(by="PersimmonModel", part="text_config"),
        sub_architectures={"text_config": part},
        checkpoint=checkpoint(config={"text_config": {"model_type": "persimmon2"}}),
        host=FLASH,
    )
    told = [p.message for p in judge(attending("flex_attention"), known)]
    assert bool(told) == bool(refused_by)
    assert all(f"since its part `{refused_by}` does not" in message for message in told)


def test_a_kind_that_is_declared_and_could_not_be_seen_is_said() -> None:
    model = model_class("LlamaForCausalLM", head="lm_head", obstacle="7 heads")
    known = facts(architecture=replace(LLAMA, classes={"causal-lm": model}), host=FLASH)
    assert judge(attending("sdpa"), known) == (
        said(
            "attention.kind",
            "`LlamaForCausalLM` declares that it runs on `sdpa`; its parts could not be asked,"
            " since its default config builds no model",
        ),
    )


def test_a_kind_of_the_whole_that_a_part_does_not_take_is_said_of_the_others() -> None:
    model = model_class(
        "LlamaForCausalLM",
        head="lm_head",
        apart={"eager": {"Vocoder": "sdpa"}},
        parts={"text_config": ATTENTION, "vocoder_config": ("sdpa",)},
    )
    known = facts(architecture=replace(LLAMA, classes={"causal-lm": model}))
    assert judge(attending("eager"), known) == (
        refused(
            "attention.kind",
            "`Vocoder`, a part of `LlamaForCausalLM`, runs on `sdpa`, not `eager`",
            "`attention=auto attention.submodules.text_config=eager`",
        ),
    )


def test_kinds_that_a_part_refuses_are_not_offered() -> None:
    (problem,) = yaie.check("model=detr", "attention=sdpa")
    assert problem.message == (
        "`DetrForObjectDetection` does not run on `sdpa`, since its part `ResNetModel` does not; it"
        " runs on `eager`"
    )
    assert problem.hint == "`attention=eager`"


def test_a_part_that_refuses_may_have_a_kind_of_its_own() -> None:
    known = facts(architecture=refusing(by="PersimmonModel", part="text_config"), host=FLASH)
    (problem,) = judge(attending("flex_attention"), known)
    assert problem.path == "attention.kind"
    apart = {"kind": "flex_attention", "submodules": {"text_config": "eager"}}
    assert {problem.severity for problem in judge(spec(attention=apart), known)} == {"warning"}
