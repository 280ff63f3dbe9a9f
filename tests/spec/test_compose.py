from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from tests.spec.composing import composed, hint, problem, problems, written
from yaie.errors import InputError
from yaie.spec.compose import compose, compose_all
from yaie.spec.device import Dispatched, Mapped, Single
from yaie.spec.load_spec import LoadSpec
from yaie.spec.model import ModelSpec
from yaie.spec.quantization import Bnb4bit


def test_nothing_said_is_the_tiny_model() -> None:
    composition = composed()

    tiny = ModelSpec(id="pkg://yaie/tiny", architecture="llama", natural_task="causal-lm")
    assert composition.spec == LoadSpec(model=tiny)
    assert composition.choices["model"] == "tiny"


def test_the_sentence_that_the_project_exists_for() -> None:
    spec = composed("model=llama2", "precision=bf16", "device=auto").spec

    assert spec.model.id == "meta-llama/Llama-2-7b-hf"
    assert (spec.precision.dtype, spec.device) == ("bfloat16", Dispatched())


def test_fields_need_no_plus() -> None:
    lines = ("model.config.num_hidden_layers=2", "+task.num_labels=7", "++weights.mode=train")
    spec = composed(*lines).spec

    assert spec.model.id == "pkg://yaie/tiny"
    assert spec.model.config == {"num_hidden_layers": 2}
    assert (spec.task.num_labels, spec.weights.mode) == (7, "train")


def test_a_later_override_wins() -> None:
    assert composed("precision=fp32", "precision=bf16").spec.precision.dtype == "bfloat16"
    assert composed("task.num_labels=2", "task.num_labels=3").spec.task.num_labels == 3


def test_an_option_is_chosen_before_fields_are_set() -> None:
    lines = ("quantization.bnb_4bit_quant_type=fp4", "quantization=bnb_4bit")

    assert composed(*lines).spec.quantization == Bnb4bit(bnb_4bit_quant_type="fp4")


def test_mappings_merge_and_lists_replace() -> None:
    lines = ("model.config={a: {b: 1}, l: [1, 2]}", "model.config.a.c=2", "model.config.l=[3]")

    assert composed(*lines).spec.model.config == {"a": {"b": 1, "c": 2}, "l": [3]}


def test_text_is_taken_as_it_was_written() -> None:
    model = composed("model.id=org/name", "model.revision=1e6", "model.variant=null").spec.model

    assert (model.revision, model.variant) == ("1e6", None)


def test_label_names_are_text_and_their_numbers_whole() -> None:
    assert composed("task.id2label={0: no, 1: 1e6}").spec.task.id2label == {0: "no", 1: "1e6"}


def test_device_numbers_are_whole_numbers() -> None:
    device = composed("device.max_memory.0=20GiB", "device.max_memory.cpu=1000").spec.device

    assert device == Dispatched(max_memory={0: "20GiB", "cpu": 1000})


def test_nested_keys_of_a_device_map_are_module_names(tmp_path: Path) -> None:
    text = 'device: {use: map, map: {model: {layers: {0: cpu}}, lm_head: 1, "": disk}}'
    device = compose(written(tmp_path, text), ["device.map.model.layers.0=0"]).spec.device

    assert device == Mapped(map={"model.layers.0": 0, "lm_head": 1, "": "disk"})


def test_a_tilde_restores_the_options_value() -> None:
    lines = ("model=bert", "model.architecture=gpt2", "model.revision=x")
    model = composed(*lines, "~model.architecture", "~model.revision").spec.model

    assert (model.architecture, model.revision) == ("bert", None)


def test_a_tilde_on_a_group_restores_the_default_option(tmp_path: Path) -> None:
    recipe = written(tmp_path, "device: cpu\nprecision: bf16\n")

    assert compose(recipe, ["~device"]).spec.device == Dispatched()


@pytest.mark.parametrize("id", ["org/name", "./folder", "/abs", "~/x", "pkg://yaie/tiny", "../x"])
def test_a_checkpoint_is_a_free_choice_of_which_nothing_is_known(id: str) -> None:
    composition = composed(f"model={id}")

    assert composition.spec.model == ModelSpec(id=id)
    assert composition.choices["model"] == "custom"


def test_a_folder_that_exists_is_a_free_choice(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "checkpoint").mkdir()
    monkeypatch.chdir(tmp_path)

    assert composed("model=checkpoint").spec.model == ModelSpec(id="checkpoint")


def test_an_id_without_an_option_starts_from_an_empty_model() -> None:
    assert composed("model.id=bert-base-uncased").spec.model == ModelSpec(id="bert-base-uncased")


def test_an_id_beside_an_option_changes_the_option() -> None:
    model = composed("model=bert", "model.id=me/finetuned").spec.model

    assert (model.id, model.architecture) == ("me/finetuned", "bert")


@pytest.mark.parametrize("device", ["cuda:1", "xpu:0", "npu"])
def test_a_device_by_torchs_name_is_a_free_choice(device: str) -> None:
    assert composed(f"device={device}").spec.device == Single(device=device)


def test_a_hub_kernel_is_a_free_choice_on_the_command_line() -> None:
    assert composed("attention=org/kernel@v1").spec.attention.kind == "org/kernel@v1"


def test_every_value_knows_where_it_was_said(tmp_path: Path) -> None:
    recipe = written(tmp_path, "model:\n  use: bert\n  revision: v1\nprecision: bf16\n")
    composition = compose(recipe, ["task.num_labels=3"])

    assert composition.origin_of("model.architecture") == "option model/bert"
    assert composition.origin_of("model.revision") == f"{recipe}:3"
    assert composition.origin_of("precision.dtype") == f"{recipe}:4"
    assert composition.origin_of("task.num_labels") == "override task.num_labels=3"


def test_all_problems_are_said_at_once(tmp_path: Path) -> None:
    recipe = written(tmp_path, "modle: llama2\ntask: {num_labels: many}\n")

    said = problems("precision=fp17", "a b", "weights.mod=train", recipe=recipe)

    paths = [said_of.path for said_of in said]
    assert paths == ["modle", "", "precision", "task.num_labels", "weights.mod"]


def test_an_unknown_option_says_what_is_allowed() -> None:
    said = problem("precision=fp17")

    assert said.message == (
        "`fp17` is no option of `precision`; allowed are `auto`, `bf16`, `fp16`, `fp32` or `fp64`"
    )
    assert (said.hint, said.origin) == ("`precision=fp16`", "override precision=fp17")


def test_an_unknown_model_may_be_a_hub_id_without_an_owner() -> None:
    assert hint("model=lama2") == (
        "`model=llama2`, or `model.id=lama2` for a hub id without an owner"
    )


@pytest.mark.parametrize(
    ("override", "meant"),
    [
        ("precision=float16", "precision=fp16"),
        ("precision.dtype=bf16", "precision=bf16"),
        ("device=gpu", "device=cuda`, or `device=auto"),
        ("device=1", "device=cuda:1`, or `device=auto"),
        ("device=meta", "weights=meta"),
        ("quantization=4bit", "quantization=bnb_4bit"),
        ("attention=flash_attn", "attention=flash_attention_2`, or `attention=auto"),
        ("task=AutoModelForCausalLM", "task=causal-lm"),
        ("task=causal_lm", "task=causal-lm"),
        ("task=text-generation", "task=causal-lm"),
        ("quantization.method=bnb_4bit", "quantization=bnb_4bit"),
        ("attention.kind=sdpa", "attention=sdpa"),
        ("quantization.bnb_4bit_quant_type=nf4", "quantization=bnb_4bit"),
        ("model.hidden_size=3", "model.config.hidden_size=3"),
        ("model.revison=v1", "model.revision=v1"),
        ("model.use=bert", "model=bert"),
        ("modle.id=a/b", "model.id=a/b"),
        ("revision=v1", "model.revision=v1"),
        ("max_memory.0=1GiB", "device.max_memory.0=1GiB"),
        ("precision=fp32,bf16", "precision=fp32"),
        ("model@pkg=bert", "model=bert"),
        ("~task.nam", "~task.name"),
        ("bert", "model=bert"),
        ("save=out", "--save DIR"),
        ("model.trust_remote_code=yes", "model.trust_remote_code=true"),
        ("processor.padding_side=Left", "processor.padding_side=left"),
    ],
)
def test_what_was_meant_is_named(override: str, meant: str) -> None:
    assert hint(override) == f"`{meant}`"


def test_a_value_for_the_grammar_needs_quotes() -> None:
    assert hint("processor.chat_template={{ x }}") == (
        "put the value in quotes: `'processor.chat_template=\"{{ x }}\"'`"
    )


@pytest.mark.parametrize("override", ["hydra.run.dir=x", "hydra/launcher=joblib", "=x", "~task=x"])
def test_what_is_not_yaies_is_refused(override: str) -> None:
    assert problem(override).origin == f"override {override}"


def test_a_batch_keeps_its_order_and_each_its_own_error(tmp_path: Path) -> None:
    good, bad = written(tmp_path, "model: bert"), tmp_path / "missing.yaml"

    first, second, third = compose_all([good, bad, None], ["precision=bf16"])

    assert not isinstance(first, InputError)
    assert isinstance(second, InputError)
    assert not isinstance(third, InputError)
    assert (first.spec.model.architecture, third.spec.model.architecture) == ("bert", "llama")


def test_composing_bare_words_imports_no_hydra_torch_or_rich() -> None:
    program = (
        "import sys; from yaie.spec.compose import compose;"
        "compose(None, ['model=gpt2', 'precision=bf16']);"
        "print({'hydra', 'omegaconf', 'torch', 'transformers', 'rich'} & set(sys.modules))"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)

    assert done.stdout == "set()\n"
