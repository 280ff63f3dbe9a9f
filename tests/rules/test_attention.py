"""Has the class the kernel, and the machine what the kernel needs?"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from tests.rules.making import (
    FLASH,
    LLAMA,
    LLAVA,
    VISION,
    attending,
    checkpoint,
    facts,
    model_class,
    spec,
)
from yaie.facts.architecture import FieldFacts
from yaie.facts.limits import Limits
from yaie.facts.limits_file import limits_of
from yaie.facts.stands import Stand
from yaie.rules.judge import judge
from yaie.rules.problems import refused, said, wrong


def only(*kinds: str) -> Any:
    """A Llama whose class runs on these kinds alone."""
    model = model_class("LlamaForCausalLM", head="lm_head", attention=kinds)
    return replace(LLAMA, classes={"causal-lm": model})


@pytest.mark.parametrize("kind", ["auto", "eager", "sdpa", "flash_attention_2", "flex_attention"])
def test_kinds_that_run_on_a_gpu_are_no_problem(kind: str) -> None:
    assert judge(attending(kind), facts(host=FLASH)) == ()


def test_an_unknown_kind_is_an_input_error_with_the_one_that_was_meant() -> None:
    assert judge(attending("flash_atention_2"), facts()) == (
        wrong(
            "attention.kind",
            "`flash_atention_2` is no attention kind; there are `auto`, `eager`, `sdpa`,"
            " `flash_attention_2`, `flash_attention_3`, `flash_attention_4`, `flex_attention`, and"
            " hub kernels as `org/name@revision`",
            "`attention=flash_attention_2`",
        ),
    )


def test_a_kind_that_the_class_does_not_run_on_is_refused() -> None:
    assert judge(attending("sdpa"), facts(architecture=only("eager"))) == (
        refused(
            "attention.kind",
            "`LlamaForCausalLM` does not run on `sdpa`; it runs on `eager`",
            "`attention=eager`",
        ),
    )


def test_attention_weights_need_the_eager_kernel() -> None:
    asked = attending("sdpa", model={"config": {"output_attentions": True}})
    assert judge(asked, facts()) == (
        refused(
            "attention.kind",
            "`output_attentions` needs the `eager` kernel, not `sdpa`",
            "`attention=eager`",
        ),
    )


def test_a_part_with_a_kernel_of_its_own_is_a_sub_config() -> None:
    asked = spec(attention={"submodules": {"vision_confg": "eager"}})
    assert judge(asked, facts(architecture=LLAVA, model_type="llava")) == (
        wrong(
            "attention.submodules.vision_confg",
            "`llava` has no sub-config `vision_confg`; it has `text_config`, `vision_config`",
            "`~attention.submodules.vision_confg attention.submodules.vision_config=eager`",
        ),
    )


def test_an_unknown_kind_of_a_part_is_an_input_error() -> None:
    asked = spec(attention={"submodules": {"vision_config": "egaer"}})
    (problem,) = judge(asked, facts(architecture=LLAVA, model_type="llava"))
    assert (problem.path, problem.hint) == (
        "attention.submodules.vision_config",
        "`attention.submodules.vision_config=eager`",
    )


def test_experts_are_chosen_in_a_mixture() -> None:
    mixture = model_class("MixtralForCausalLM", head="lm_head", experts=("eager", "batched_mm"))
    asked = spec(attention={"experts": "batched_mm"})
    assert judge(asked, facts(architecture=replace(LLAMA, classes={"causal-lm": mixture}))) == ()


def test_experts_are_not_chosen_where_every_layer_is_dense() -> None:
    mixture = model_class("MixtralForCausalLM", head="lm_head", experts=("eager", "batched_mm"))
    known = replace(
        LLAMA,
        classes={"causal-lm": mixture},
        fields=LLAMA.fields | {"num_dense_layers": FieldFacts(type="int", default=2)},
    )
    asked = spec(
        model={"id": None, "known": None, "config": {"num_hidden_layers": 2}},
        weights={"kind": "meta"},
        attention={"experts": "batched_mm"},
    )
    (problem,) = judge(asked, facts(architecture=known))
    assert problem.path == "attention.experts"


def test_experts_are_not_chosen_where_there_are_none() -> None:
    assert judge(spec(attention={"experts": "batched_mm"}), facts()) == (
        refused(
            "attention.experts",
            "`LlamaForCausalLM` has no experts whose kernel could be chosen",
            "`attention.experts=auto`",
        ),
    )


def parts(**kinds: str) -> Any:
    """A LLaVA on a CPU, with a kind for each of its parts."""
    return spec(attention={"submodules": kinds})


def composite(*kinds: str) -> Any:
    """A LLaVA whose vision part runs on these kinds alone."""
    vision = replace(VISION, classes={"base": model_class("CLIPVisionModel", attention=kinds)})
    known = {"text_config": LLAMA, "vision_config": vision}
    return facts(architecture=LLAVA, model_type="llava", sub_architectures=known)


def seen(**kinds: tuple[str, ...]) -> Any:
    """The LLaVA, its parts seen to run on these kinds."""
    model = replace(LLAVA.classes["causal-lm"], parts=kinds)
    return replace(composite("eager"), architecture=replace(LLAVA, classes={"causal-lm": model}))


def test_a_part_that_was_seen_is_judged_by_what_was_seen() -> None:
    assert judge(parts(vision_config="sdpa"), seen(vision_config=("eager", "sdpa"))) == ()


def test_a_part_that_has_no_attention_has_no_kind_of_it() -> None:
    assert judge(parts(vision_config="sdpa"), seen(vision_config=())) == (
        refused(
            "attention.submodules.vision_config",
            "`vision_config` of `LlamaForCausalLM` has no attention kind of its own",
            "`~attention.submodules.vision_config`",
        ),
    )


def test_a_part_that_was_seen_to_follow_the_whole_has_no_kind_of_its_own() -> None:
    asked = spec(attention={"kind": "eager", "submodules": {"vision_config": "sdpa"}})
    limits = {"": Limits(following_parts=("vision_config",))}
    known = replace(seen(vision_config=("eager", "sdpa")), limits=limits)
    assert judge(asked, known) == (
        refused(
            "attention.submodules.vision_config",
            "`sdpa` was asked, and `vision_config` takes `eager`, the kind of the whole",
            "`~attention.submodules.vision_config`, or `attention=auto`",
        ),
    )
    assert judge(parts(vision_config="sdpa"), known) == ()


def test_transformers_gives_the_decoder_of_sam3s_tracker_the_kind_of_the_whole() -> None:
    stand = Stand(model_type="sam3_tracker", task="base", auto_class="AutoModel")
    part = "mask_decoder_config"
    assert stand.kind_of(part, {part: "sdpa"}) == "sdpa"
    assert stand.kind_of(part, {"": "eager", part: "sdpa"}) == "eager"
    assert part in limits_of("5.23.0", "sam3_tracker").following_parts


def test_a_part_is_judged_by_its_own_class() -> None:
    assert judge(parts(vision_config="sdpa"), composite("eager")) == (
        refused(
            "attention.submodules.vision_config",
            "`CLIPVisionModel` does not run on `sdpa`; it runs on `eager`",
            "`attention.submodules.vision_config=eager`",
        ),
    )


def test_a_kind_that_a_part_runs_on_is_no_problem() -> None:
    assert judge(parts(vision_config="eager", text_config="sdpa"), composite("eager")) == ()


def test_attention_weights_are_not_kept_by_what_auto_takes() -> None:
    asked = spec(model={"config": {"output_attentions": True}}, weights={"kind": "random"})
    assert judge(asked, facts()) == (
        refused(
            "attention.kind",
            "`output_attentions` needs the `eager` kernel, not `auto`, which takes `sdpa` here and"
            " returns no attention weights",
            "`attention=eager`",
        ),
    )


def test_an_override_of_a_config_json_makes_auto_the_eager_kernel() -> None:
    assert judge(spec(model={"config": {"output_attentions": True}}), facts()) == ()


def test_auto_keeps_attention_weights_where_the_class_has_the_eager_kernel_alone() -> None:
    asked = spec(model={"config": {"output_attentions": True}}, weights={"kind": "random"})
    assert judge(asked, facts(architecture=only("eager"))) == ()


def test_attention_weights_that_a_config_json_asks_for_are_said_to_be_lost() -> None:
    held = checkpoint(config={"model_type": "llama", "output_attentions": True})
    (problem,) = judge(spec(), facts(checkpoint=held))
    assert (problem.severity, problem.hint) == ("warning", "`attention=eager`")


def test_paged_attention_is_said_to_be_for_batching() -> None:
    asked = spec(attention={"kind": "paged|eager"})
    assert judge(asked, facts(architecture=only("eager", "paged|eager"))) == (
        said(
            "attention.kind",
            "`paged|eager` computes in continuous batching (`generate_batch`) alone; a call of the"
            " model fails on it",
            "`attention=eager`",
        ),
    )


@pytest.mark.parametrize("kind", ["sdpa", "flash_attention_2"])
def test_other_paged_kinds_are_named_without_it(kind: str) -> None:
    (problem,) = judge(attending(f"paged|{kind}"), facts())
    assert problem.hint == f"`attention={kind}`"


def test_a_part_that_no_class_stands_for_is_judged_by_the_whole() -> None:
    whole = model_class("LlavaForConditionalGeneration", attention=("eager",))
    architecture = replace(LLAVA, classes={"causal-lm": whole})
    known = facts(architecture=architecture, model_type="llava")
    assert judge(parts(vision_config="sdpa"), known) == (
        refused(
            "attention.submodules.vision_config",
            "`LlavaForConditionalGeneration` does not run on `sdpa`; it runs on `eager`",
            "`attention.submodules.vision_config=eager`",
        ),
    )
