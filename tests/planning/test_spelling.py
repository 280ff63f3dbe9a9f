"""One recipe in the words of each release, by the catalogues that come with yaie."""

from __future__ import annotations

import pytest

from yaie.errors import errors_of
from yaie.facts.setting import named
from yaie.planning.calls import Call
from yaie.planning.plan import LoadPlan
from yaie.planning.preflight import check, plan
from yaie.spec.compose import compose

RANDOM = ("weights=random", "processor=none", "device=cpu")


def planned(release: str, *words: str) -> LoadPlan:
    return plan(compose(None, words), setting=named(transformers=release))


def making(decided: LoadPlan) -> Call:
    return decided.calls[decided.model]


def refusals(release: str, *words: str) -> list[str]:
    problems = check(compose(None, words), named(transformers=release))
    return [str(problem) for problem in errors_of(problems)]


@pytest.mark.parametrize(
    ("release", "name"),
    [("4.55", "torch_dtype"), ("4.57", "dtype"), ("5.0", "dtype"), ("5.23", "dtype")],
)
def test_the_dtype_is_said_by_the_name_of_the_release(release: str, name: str) -> None:
    said = making(planned(release, "precision=bf16", "device=cpu")).kwargs
    assert said[name] == "bfloat16"
    assert len({"dtype", "torch_dtype"} & said.keys()) == 1


def test_a_stored_dtype_that_the_release_passes_over_is_said() -> None:
    assert making(planned("4.55", "device=cpu")).kwargs["torch_dtype"] == "bfloat16"
    assert making(planned("4.57", "device=cpu")).kwargs["dtype"] == "auto"


@pytest.mark.parametrize("release", ["4.55", "4.57", "5.0", "5.23"])
def test_four_bits_are_a_config_in_every_release(release: str) -> None:
    said = making(planned(release, "quantization=bnb_4bit", "device=cpu")).kwargs
    assert "load_in_4bit" not in said
    assert said["quantization_config"].kwargs["load_in_4bit"] is True  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("release", "tokenizer"),
    [
        ("4.57", "transformers.PreTrainedTokenizerFast.from_pretrained"),
        ("5.0", "transformers.AutoTokenizer.from_pretrained"),
    ],
)
def test_a_tokenizer_of_a_class_that_is_not_there_is_read_by_its_former_one(
    release: str, tokenizer: str
) -> None:
    decided = planned(release)
    assert decided.processor is not None
    assert decided.calls[decided.processor].target == tokenizer


@pytest.mark.parametrize(
    ("release", "there"),
    [("4.57", {"rope_theta": 5e4}), ("5.0", {"rope_parameters": {"rope_theta": 5e4}})],
)
def test_rotary_parameters_are_fields_of_their_own_before_5(
    release: str, there: dict[str, object]
) -> None:
    words = ("model=architecture", "model.architecture=llama", *RANDOM)
    decided = planned(release, *words, "model.config.rope_parameters.rope_theta=50000.0")
    assert decided.calls[1].kwargs == there


def test_scaling_is_a_field_of_its_own_before_5() -> None:
    words = ("model=architecture", "model.architecture=llama", *RANDOM)
    scaled = "model.config.rope_parameters={rope_type:linear,factor:2.0,rope_theta:1000.0}"
    assert planned("4.57", *words, scaled).calls[1].kwargs == {
        "rope_theta": 1000.0,
        "rope_scaling": {"rope_type": "linear", "factor": 2.0},
    }


def test_what_no_field_can_say_is_refused() -> None:
    words = ("model=architecture", "model.architecture=llama", *RANDOM)
    partial = "model.config.rope_parameters.partial_rotary_factor=0.5"
    assert refusals("4.57", *words, partial) == [
        "model.config.rope_parameters.partial_rotary_factor: `LlamaConfig` of transformers 4.57.6"
        f" has no field for it   (override {partial})"
        "\nhint: `~model.config.rope_parameters.partial_rotary_factor`"
    ]


def test_layers_of_two_kinds_have_a_field_each_before_5() -> None:
    words = ("model=architecture", "model.architecture=gemma3_text", "task=causal-lm", *RANDOM)
    both = (
        "model.config.rope_parameters={full_attention:{rope_type:default,rope_theta:500.0},"
        "sliding_attention:{rope_type:default,rope_theta:50.0}}"
    )
    there = {"rope_theta": 500.0, "rope_local_base_freq": 50.0}
    assert planned("4.57", *words, both).calls[1].kwargs == there


def test_what_is_known_of_a_config_is_said_in_the_names_of_the_release() -> None:
    built = planned("4.55", "model=llama3", *RANDOM).calls[1].kwargs
    assert built["torch_dtype"] == "bfloat16"
    assert built["rope_theta"] == 500000.0
    assert not {"dtype", "rope_parameters"} & built.keys()


def test_parts_are_said_in_the_names_of_the_release() -> None:
    built = planned("4.57", "model=qwen2-vl", "weights=meta", "processor=none").calls[0].kwargs
    text = built["text_config"]
    assert isinstance(text, dict)
    assert text["rope_theta"] == 1000000.0
    assert text["rope_scaling"] == {"rope_type": "default", "mrope_section": [16, 24, 24]}


def test_a_task_is_called_by_its_former_name_where_the_architecture_knows_that_alone() -> None:
    words = ("model=architecture", "model.architecture=video_llava", "task=image-text-to-text")
    before = planned("4.57", *words, "weights=meta")
    assert making(before).target == "transformers.AutoModelForVision2Seq.from_config"
    today = planned("5.23", *words, "weights=meta")
    assert making(today).target == "transformers.AutoModelForImageTextToText.from_config"


def test_an_architecture_that_is_not_there_yet_is_refused() -> None:
    words = ("model=architecture", "model.architecture=llama4_moe", "weights=meta")
    assert refusals("4.57", *words)[0].startswith(
        "model.architecture: transformers 4.57.6 has no architecture `llama4_moe` among its 421"
    )


@pytest.mark.parametrize(("release", "tied"), [("4.57", True), ("5.0", None)])
def test_tied_embeddings_are_said_of_the_text_before_5(release: str, tied: bool | None) -> None:
    built = planned(release, "model=qwen2-vl", "weights=meta", "processor=none").calls[0].kwargs
    text = built["text_config"]
    assert isinstance(text, dict)
    assert text.get("tie_word_embeddings") is tied
    assert built["tie_word_embeddings"] is True


def test_a_field_that_came_later_is_left_out_at_its_default() -> None:
    words = ("model=gpt2", "quantization=gptq", "quantization.dataset=wikitext2", "device=cuda")
    said = making(plan(compose(None, words), setting=named("h100", "4.57"))).kwargs
    config = said["quantization_config"]
    assert "checkpoint_format" in config.kwargs  # type: ignore[attr-defined]
    assert not {"format", "act_group_aware"} & config.kwargs.keys()  # type: ignore[attr-defined]


@pytest.mark.parametrize("release", ["4.55", "4.57", "5.0"])
def test_tensor_parallelism_is_said_by_keywords_of_its_own(release: str) -> None:
    """The DistributedConfig of these releases takes no `tp_size`."""
    decided = planned(release, "device=tp", "device.ranks=2")
    said = making(decided).kwargs
    assert (said["tp_plan"], said["tp_size"]) == ("auto", 2)
    assert "distributed_config" not in said
    names = {(spelled.today, spelled.there) for spelled in decided.spelled}
    assert ("distributed_config=", "tp_plan=") in names
    assert "distributed_config" in making(planned("5.23", "device=tp", "device.ranks=2")).kwargs


def test_fsdp_is_refused_where_the_release_has_it_not() -> None:
    assert refusals("4.57", "device=fsdp", "device.ranks=2") == [
        "device.kind: transformers 4.57.6 shards weights by `tp` alone as it loads them"
        "   (override device=fsdp)"
        "\nhint: `device=tp device.ranks=2`"
    ]
