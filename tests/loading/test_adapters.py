"""Adapters made by peft: loaded as peft loads them, trained where asked, saved, refused."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch
from safetensors.torch import load_file, save_file

import yaie
from yaie.errors import SourceError, UnsupportedError, YaieError
from yaie.planning.python import program

Load = Callable[..., yaie.Loaded]
TOKENS = torch.tensor([[1, 2, 3, 4, 5]])
WEIGHTS = "adapter_model.safetensors"


@pytest.fixture
def lora(saved_lora: Path, tmp_path: Path) -> Path:
    """A copy of the adapter that a test may spoil."""
    return Path(shutil.copytree(saved_lora, tmp_path / "lora"))


def by_peft(base: Path, adapter: Path) -> Any:
    """The logits of peft's own way."""
    from peft import PeftModel
    from transformers import AutoModelForCausalLM

    model = PeftModel.from_pretrained(AutoModelForCausalLM.from_pretrained(base), adapter)
    return model.eval()(TOKENS).logits


def reached(model: Any) -> set[str]:
    """Parameters that a backward pass brings a gradient."""
    model(input_ids=TOKENS, labels=TOKENS).loss.backward()
    return {name for name, p in model.named_parameters() if p.grad is not None}


def refusal(load: Load, *words: Any) -> str:
    with pytest.raises(YaieError) as raised:
        load(*words)
    return raised.value.problems[-1].message


def test_an_adapter_gives_the_logits_that_peft_gives(
    load: Load, saved_llama: Path, saved_lora: Path
) -> None:
    loaded = load(saved_llama, f"adapter={saved_lora}")
    assert type(loaded.model).__name__ == "LlamaForCausalLM"
    assert torch.equal(loaded.model(TOKENS).logits, by_peft(saved_llama, saved_lora))
    assert loaded.receipt.trainable_parameters == 0
    assert loaded.receipt.problems == ()


def test_a_merged_adapter_gives_the_same_and_leaves_no_trace(
    load: Load, saved_llama: Path, saved_lora: Path
) -> None:
    loaded = load(saved_llama, f"adapter={saved_lora}", "adapter.merge=true")
    plain = load(saved_llama)
    assert loaded.model.state_dict().keys() == plain.model.state_dict().keys()
    torch.testing.assert_close(loaded.model(TOKENS).logits, by_peft(saved_llama, saved_lora))
    assert loaded.receipt.trainable == {"": loaded.receipt.parameters}


@pytest.mark.parametrize("quantization", ["none", "bnb_4bit"])
def test_a_step_trains_the_adapter_alone(
    load: Load, saved_llama: Path, saved_lora: Path, quantization: str
) -> None:
    words = ("adapter.is_trainable=true", "weights.mode=train", "device=cpu")
    anew = ("weights.gradient_checkpointing=true", f"quantization={quantization}")
    loaded = load(saved_llama, f"adapter={saved_lora}", *words, *anew)
    own = {name for name, _ in loaded.model.named_parameters() if ".default." in name}
    assert reached(loaded.model) == own
    assert len(own) == 9
    assert sum(loaded.receipt.trainable.values()) == loaded.receipt.trainable_parameters
    for sizes in loaded.receipt.memory.values():
        assert sizes["predicted_bytes"] == sizes["measured_bytes"]


def test_parameters_beside_an_adapter_are_trained_too_where_they_are_named(
    load: Load, saved_llama: Path, saved_lora: Path
) -> None:
    words = ("adapter.is_trainable=true", "weights.mode=train", "weights.trainable=[model.norm.*]")
    loaded = load(saved_llama, f"adapter={saved_lora}", *words, "weights.freeze=['*modules_to_s*']")
    trained = reached(loaded.model)
    assert "model.norm.weight" in trained
    assert len(trained) == 9
    assert not any("lm_head" in name for name in trained)


def test_the_program_makes_the_same_model(saved_llama: Path, saved_lora: Path, load: Load) -> None:
    for more in ("adapter.is_trainable=true", "adapter.merge=true"):
        words = (f"model={saved_llama}", f"adapter={saved_lora}", more, "processor=none")
        made: dict[str, Any] = {}
        exec(program(yaie.plan(*words)), made)
        state = yaie.load(*words).model.state_dict()
        assert made["model"].state_dict().keys() == state.keys()
        assert all(torch.equal(made["model"].state_dict()[n], t) for n, t in state.items())


def test_a_saved_adapter_is_an_adapter_again(
    load: Load, saved_llama: Path, saved_lora: Path, tmp_path: Path
) -> None:
    loaded = load(saved_llama, f"adapter={saved_lora}")
    saved = loaded.save(tmp_path / "saved")
    assert saved.as_json()["holds"] == "adapter"
    again = load(saved_llama, f"adapter={tmp_path / 'saved'}")
    assert torch.equal(again.model(TOKENS).logits, loaded.model(TOKENS).logits)


def test_a_merged_model_is_saved_whole(
    load: Load, saved_llama: Path, saved_lora: Path, tmp_path: Path
) -> None:
    merged = load(saved_llama, f"adapter={saved_lora}", "adapter.merge=true")
    assert merged.save(tmp_path / "saved").as_json()["holds"] == "model"
    assert torch.equal(load(tmp_path / "saved").model(TOKENS).logits, merged.model(TOKENS).logits)


def test_an_adapter_of_other_layers_is_refused_before_the_load(
    load: Load, saved_llama: Path, lora: Path
) -> None:
    stored = load_file(lora / WEIGHTS)
    moved = {name.replace("layers.1", "layers.7"): tensor for name, tensor in stored.items()}
    save_file(moved, lora / WEIGHTS)
    with pytest.raises(UnsupportedError) as raised:
        load(saved_llama, f"adapter={lora}")
    messages = [problem.message for problem in raised.value.problems]
    assert [m.partition(":")[0] for m in messages] == [
        "it lacks 4 weights that its config makes a place for in `LlamaForCausalLM`",
        "4 weights of it have no place in `LlamaForCausalLM`",
    ]


def test_an_adapter_of_other_widths_is_refused_before_the_load(
    load: Load, saved_llama: Path, lora: Path
) -> None:
    stored = load_file(lora / WEIGHTS)
    save_file({n: t[..., :16].contiguous() for n, t in stored.items()}, lora / WEIGHTS)
    assert "weights of it are not of the shapes of" in refusal(load, saved_llama, f"adapter={lora}")


def test_an_adapter_for_modules_that_are_not_there_is_refused(
    load: Load, saved_llama: Path, lora: Path
) -> None:
    file = lora / "adapter_config.json"
    file.write_text(json.dumps(json.loads(file.read_text()) | {"target_modules": ["c_attn"]}))
    assert "injecting the adapter" in refusal(load, saved_llama, f"adapter={lora}")


def test_the_folder_of_an_adapter_is_no_model(load: Load, saved_lora: Path) -> None:
    assert "holds an adapter of" in refusal(load, saved_lora)


def test_a_folder_without_an_adapter_is_told(load: Load, saved_llama: Path) -> None:
    with pytest.raises(SourceError) as raised:
        load(saved_llama, f"adapter={saved_llama}")
    assert raised.value.problems[0].message == (
        f"`{saved_llama}` holds no adapter_config.json, so that it is no adapter"
    )


def test_an_adapter_beside_weights_on_disk_is_refused_for_transformers_loses_it(
    load: Load, saved_llama: Path, saved_lora: Path, tmp_path: Path
) -> None:
    from transformers import AutoModelForCausalLM

    names = ("model.embed_tokens", "model.layers.0", "model.norm", "model.rotary_emb", "lm_head")
    places = dict.fromkeys(names, "cpu") | {"model.layers.1": "disk"}
    words = [f"device.map.{name}={place}" for name, place in places.items()]
    asked = (f"adapter={saved_lora}", "device=map", *words, f"device.offload_folder={tmp_path}")
    assert "where an adapter loses its numbers" in refusal(load, saved_llama, *asked)
    model = AutoModelForCausalLM.from_pretrained(
        saved_llama, device_map=places, offload_folder=tmp_path / "upstream"
    )
    model.load_adapter(saved_lora)
    lost = [n for n, p in model.named_parameters() if p.is_meta and "lora_" in n]
    assert len(lost) == 4
    assert not torch.equal(model.eval()(TOKENS).logits, by_peft(saved_llama, saved_lora))


def test_an_inspection_says_what_an_adapter_adds(saved_llama: Path, saved_lora: Path) -> None:
    words = (f"model={saved_llama}", "processor=none")
    plain, adapted = yaie.inspect(*words), yaie.inspect(*words, f"adapter={saved_lora}")
    added = 2 * (4 * 32 + 32 * 4) + 2 * (4 * 32 + 16 * 4) + 128 * 32
    assert plain.problems == ()
    assert [problem.message for problem in adapted.problems] == [
        f"these are the modules of the model alone; the adapter adds {added:,} parameters, which"
        " `load --architecture` shows among them"
    ]


def spoilt(lora: Path, **fields: Any) -> None:
    file = lora / "adapter_config.json"
    file.write_text(json.dumps(json.loads(file.read_text()) | fields))


def test_a_rank_that_is_a_word_is_told_at_the_adapter_before_peft_fails_of_it(
    load: Load, saved_llama: Path, lora: Path
) -> None:
    spoilt(lora, r="four")
    wanted = "`r` in its adapter_config.json is `four`, and a whole number is wanted"
    assert refusal(load, saved_llama, f"adapter={lora}") == wanted
    with pytest.raises(TypeError, match="not supported between instances"):
        by_peft(saved_llama, lora)


def test_a_scale_that_is_no_number_is_refused_for_no_answer_is_one(
    load: Load, saved_llama: Path, lora: Path
) -> None:
    spoilt(lora, lora_alpha=float("nan"))
    assert "a number that is finite is wanted" in refusal(load, saved_llama, f"adapter={lora}")
    assert by_peft(saved_llama, lora).isnan().all()


def test_a_name_that_a_dict_of_modules_has_is_refused_for_peft_has_no_place_for_it(
    load: Load, saved_llama: Path, saved_lora: Path
) -> None:
    from transformers import AutoModelForCausalLM

    taken = refusal(load, saved_llama, f"adapter={saved_lora}", "adapter.name=keys")
    assert taken.startswith("`keys` is what a module or a parameter is called")
    model = AutoModelForCausalLM.from_pretrained(saved_llama)
    with pytest.raises(KeyError, match="attribute 'keys' already exists"):
        model.load_adapter(saved_lora, adapter_name="keys")


def test_what_peft_says_of_a_config_is_told_at_the_adapter(
    load: Load, saved_llama: Path, lora: Path
) -> None:
    spoilt(lora, r=0)
    with pytest.raises(UnsupportedError) as raised:
        load(saved_llama, f"adapter={lora}")
    (problem,) = raised.value.problems
    assert problem.path == "adapter.id"
    assert "`r` should be a positive integer" in problem.message
