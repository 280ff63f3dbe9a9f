"""What must not be loaded is refused before a weight is read, with what to type instead."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from safetensors.torch import load_file, save_file

import yaie
from tests.loading.conftest import SIZES

Load = Callable[..., yaie.Loaded]


def refusal(error: pytest.ExceptionInfo[yaie.YaieError]) -> tuple[str, str, str | None]:
    problem = next(p for p in error.value.problems if p.severity == "error")
    return problem.path, problem.message, problem.hint


def test_more_layers_than_the_checkpoint_has(load: Load, saved_llama: Path) -> None:
    with pytest.raises(yaie.UnsupportedError) as error:
        load(saved_llama, "model.config.num_hidden_layers=4")
    path, message, hint = refusal(error)
    assert path == "model.config.num_hidden_layers"
    assert message == "`4` was asked, and the checkpoint's weights are made for `2`"
    assert hint == "`~model.config.num_hidden_layers`, or `weights=random`"


def test_widths_that_only_the_weights_know(load: Load, saved_classifier: Path) -> None:
    renewed = "weights.reinitialize=['classifier.*']"
    with pytest.raises(yaie.UnsupportedError) as error:
        load(saved_classifier, "model.config.type_vocab_size=3", renewed)
    assert refusal(error)[:2] == (
        "model.config.type_vocab_size",
        "1 weight of `BertForSequenceClassification` has another shape in the checkpoint:"
        " `bert.embeddings.token_type_embeddings.weight` (2x32 there, 3x32 here)",
    )


def test_new_weights_that_the_model_has_not(load: Load, saved_llama: Path) -> None:
    with pytest.raises(yaie.InputError) as error:
        load(saved_llama, "weights.reinitialize=['model.layers.9.mlp.*']")
    assert refusal(error)[:2] == (
        "weights.reinitialize",
        "`model.layers.9.mlp.*` matches none of the 21 weights of `LlamaForCausalLM`",
    )


def test_a_folder_without_config_json(load: Load, llama: Path) -> None:
    (llama / "config.json").unlink()
    with pytest.raises(yaie.YaieError) as error:
        load(llama)
    assert f"`{llama}` holds no config.json, so it is no checkpoint" in str(error.value)


def test_a_checkpoint_that_lost_a_weight(load: Load, llama: Path) -> None:
    tensors = load_file(llama / "model.safetensors")
    del tensors["model.layers.1.mlp.up_proj.weight"]
    save_file(tensors, llama / "model.safetensors", {"format": "pt"})
    with pytest.raises(yaie.UnsupportedError) as error:
        load(llama)
    assert refusal(error)[1] == (
        "the checkpoint lacks 1 weight of `LlamaForCausalLM`: `model.layers.1.*` (1 weight)"
    )


def test_the_same_damage_under_another_head(load: Load, llama: Path) -> None:
    tensors = load_file(llama / "model.safetensors")
    del tensors["model.norm.weight"]
    save_file(tensors, llama / "model.safetensors", {"format": "pt"})
    with pytest.raises(yaie.UnsupportedError) as error:
        load(llama, "task=sequence-classification")
    assert (
        "lacks 1 weight of `LlamaForSequenceClassification`: `model.norm.weight`"
        in (refusal(error)[1])
    )


def test_a_head_of_another_width(load: Load, saved_classifier: Path) -> None:
    with pytest.raises(yaie.UnsupportedError) as error:
        load(saved_classifier, "task.num_labels=7")
    path, message, hint = refusal(error)
    assert path == "task.num_labels"
    assert message == (
        "2 weights of `BertForSequenceClassification` have other shapes in the checkpoint:"
        " `classifier.bias` (2 there, 7 here), `classifier.weight` (2x32 there, 7x32 here)"
    )
    assert hint == "`weights.reinitialize=['classifier.*']` makes them new"


def test_damaged_weights(load: Load, llama: Path) -> None:
    file = llama / "model.safetensors"
    file.write_bytes(file.read_bytes()[:-100])
    with pytest.raises(yaie.SourceError):
        load(llama)


def test_all_problems_of_one_spec_at_once(load: Load, saved_llama: Path) -> None:
    with pytest.raises(yaie.InputError) as error:
        load(saved_llama, "model.config.hidden_sizee=3", "task.num_labels=3", "attention=eager")
    assert [p.path for p in error.value.problems if p.severity == "error"] == [
        "model.config.hidden_sizee",
        "task.num_labels",
    ]


def test_a_prompt_without_a_tokenizer(saved_llama: Path) -> None:
    from yaie.loading.acts.answer import Answer
    from yaie.loading.answering.given import Given
    from yaie.loading.load import load

    composition = yaie.compose(f"model={saved_llama}", "processor=none")
    with pytest.raises(yaie.UnsupportedError) as error:
        load(composition, acts=(Answer(given=Given(prompt="hello")),))
    assert refusal(error)[1] == "`--prompt` needs a tokenizer, and this load brings none"


def test_an_override_that_config_json_hides(load: Load, llama: Path) -> None:
    """`rope_theta` beside `rope_parameters` is carried by the config and read by nothing."""
    config = json.loads((llama / "config.json").read_text())
    assert "rope_parameters" in config
    with pytest.raises(yaie.YaieError) as error:
        load(llama, "model.config.rope_theta=5.0")
    assert "model.config.rope_parameters.rope_theta=5.0" in (refusal(error)[2] or "")


def test_a_field_that_an_override_should_have_changed(load: Load, tmp_path: Path) -> None:
    """`layer_types` follows from `use_sliding_window` where a config.json is read, not later."""
    from transformers import Qwen2Config, Qwen2ForCausalLM

    Qwen2ForCausalLM(Qwen2Config(**SIZES, num_key_value_heads=2)).save_pretrained(tmp_path)
    config = json.loads((tmp_path / "config.json").read_text())
    del config["layer_types"]
    (tmp_path / "config.json").write_text(json.dumps(config))
    window = {"use_sliding_window": "true", "sliding_window": "4", "max_window_layers": "0"}
    with pytest.raises(yaie.UnsupportedError) as error:
        load(tmp_path, *(f"model.config.{name}={value}" for name, value in window.items()))
    assert refusal(error)[2] == ("`model.config.layer_types=[sliding_attention,sliding_attention]`")
