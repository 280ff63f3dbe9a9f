"""What the catalogue holds of default models is what transformers builds."""

from __future__ import annotations

import random
from collections.abc import Iterator

import pytest

from yaie.facts import model_classes, observing, releases
from yaie.facts.architecture import ClassFacts, Refusal
from yaie.facts.catalogue import catalogue
from yaie.facts.host import this_host

CELLS = 40


def known(model_type: str, task: str = "base") -> ClassFacts:
    facts = catalogue().architecture(model_type)
    assert facts is not None
    return facts.classes[task]


def attempt(model_type: str, task: str, kind: str) -> observing.Attempt:
    import transformers

    auto = getattr(transformers, catalogue().tasks[task])
    config_class = transformers.CONFIG_MAPPING[model_type]
    cls = model_classes.model_classes(auto, config_class)[0]
    subject = observing.Subject(cls=cls, auto=auto, config_class=config_class)
    with releases.flash_packages_taken_for_granted():
        return subject.attempt(attn_implementation=kind)


def drawn() -> Iterator[tuple[str, str, str]]:
    """Cells that the packages of this machine allow to be built."""
    seed = random.SystemRandom().randrange(10**6)
    print(f"seed {seed}")
    draw = random.Random(seed)
    while True:
        model_type = draw.choice(catalogue().model_types)
        facts = catalogue().architecture(model_type)
        if facts is None or not facts.classes:
            continue
        task = draw.choice(sorted(facts.classes))
        if not set(facts.classes[task].needs_packages) - this_host().packages.keys():
            yield model_type, task, draw.choice(releases.attention_kinds())


def test_random_cells_are_built_or_not_as_the_catalogue_says() -> None:
    wrong = []
    for (model_type, task, kind), _ in zip(drawn(), range(CELLS), strict=False):
        facts, made = known(model_type, task), attempt(model_type, task, kind)
        built = made.model is not None and made.model.config._attn_implementation == kind
        if built != (facts.seen and kind in facts.attention):
            wrong.append((model_type, task, kind, made.error))
    assert wrong == []


@pytest.mark.parametrize(
    ("model_type", "task", "kind", "by"),
    [
        ("fuyu", "causal-lm", "flex_attention", "PersimmonModel"),
        ("rt_detr", "object-detection", "sdpa", "RTDetrResNetBackbone"),
        ("d_fine", "object-detection", "sdpa", "HGNetV2Backbone"),
        ("vibevoice", "base", "flash_attention_2", "VibeVoiceAcousticTokenizerModel"),
    ],
)
def test_a_part_refuses_a_kind_that_the_class_declares(
    model_type: str, task: str, kind: str, by: str
) -> None:
    assert known(model_type, task).refusals[kind].by == by
    with pytest.raises(ValueError, match=f"^{by} does not support"):
        raise attempt(model_type, task, kind).error or AssertionError("it was built")


def test_a_config_refuses_by_a_check_of_its_own() -> None:
    refusal = known("hrm_text", "causal-lm").refusals["flash_attention_2"]
    assert refusal == Refusal(
        by="HrmTextConfig",
        says="`attn_implementation='flash_attention_2'` is not supported when"
        " `config.prefix_lm=True`: FlashAttention cannot represent the PrefixLM 4-D mask overlay",
        mended_by={"prefix_lm": False},
    )


def test_another_kernel_runs_in_place_of_the_one_that_is_asked() -> None:
    facts = known("gpt_oss", "causal-lm")
    assert facts.refusals["flash_attention_2"].runs == "kernels-community/vllm-flash-attn3"
    assert "kernels-community/vllm-flash-attn3" in facts.attention
    assert "flash_attention_2" not in facts.attention


def test_a_part_may_run_on_a_kind_of_its_own() -> None:
    known = catalogue().architecture("qwen2_5_omni")
    assert known is not None
    (facts,) = {cls.name: cls for cls in known.classes.values() if cls.apart}.values()
    assert facts.apart["eager"]["Qwen2_5OmniToken2WavDiTModel"] == "sdpa"
    assert "sdpa" not in facts.apart


def test_a_refusal_names_the_sub_config_of_the_part() -> None:
    assert known("fuyu", "causal-lm").refusals["flex_attention"].part == "text_config"


def test_what_the_class_itself_refuses_needs_no_reason() -> None:
    facts = known("reformer")
    assert (facts.attention, facts.refusals) == (("eager", "paged|eager"), {})


def test_a_default_config_that_builds_nothing_says_why() -> None:
    assert known("dbrx", "causal-lm").obstacle == (
        "AttributeError: 'DbrxAttentionConfig' object has no attribute 'rope_theta'"
    )


def test_an_obstacle_is_taken_away_by_a_field() -> None:
    assert known("reformer", "causal-lm").mended_by == {"is_decoder": True}
    assert known("ministral", "causal-lm").mended_by == {"head_dim": observing.FILLED}


def test_what_needs_a_missing_package_is_unseen() -> None:
    facts = known("layoutlmv2")
    assert (facts.seen, facts.obstacle, facts.unseen_without) == (False, None, ("detectron2",))


@pytest.mark.parametrize(
    ("model_type", "package"),
    [("detr", "timm"), ("dinat", "natten"), ("layoutlmv2", "detectron2"), ("sam3", None)],
)
def test_packages_that_a_default_model_needs(model_type: str, package: str | None) -> None:
    assert (package in known(model_type).needs_packages) == (package is not None)


def test_experts_are_run_by_what_every_part_takes() -> None:
    experts = known("mixtral", "causal-lm").experts
    assert {"eager", "batched_mm", "grouped_mm"} <= set(experts)
    assert known("llama", "causal-lm").experts == ()


def test_tied_weights_are_named_by_layer() -> None:
    assert known("llama", "causal-lm").tied_weights == {
        "lm_head.weight": "model.embed_tokens.weight"
    }
    assert known("t5", "seq2seq-lm").tied_weights["lm_head.weight"] == "shared.weight"


def test_a_tensor_parallel_plan_says_how_modules_are_split() -> None:
    plan = known("llama", "causal-lm").tensor_parallel
    assert plan["model.layers.*.self_attn.q_proj"] == "colwise"
    assert known("bert").tensor_parallel == {}
