from __future__ import annotations

import inspect
from pathlib import Path

import pytest

from tests.spec.composing import composed, problem, written
from yaie.spec.former import FORMER, IN_CONFIG
from yaie.spec.load_spec import GROUPS
from yaie.spec.shape import homes

TODAY = [
    ("torch_dtype=float16", "use `precision=fp16`"),
    ("torch_dtype=torch.bfloat16", "use `precision=bf16`"),
    ("dtype=auto", "use `precision=auto`"),
    ("load_in_8bit=true", "use `quantization=bnb_8bit`"),
    ("load_in_4bit=true", "use `quantization=bnb_4bit`"),
    ("load_in_4bit=false", None),
    ("low_cpu_mem_usage=true", None),
    ("offload_state_dict=true", None),
    ("from_tf=true", None),
    ("use_auth_token=x", "run `hf auth login`"),
    ("safe_serialization=true", None),
    ("TRANSFORMERS_CACHE=/data", "use `model.cache_dir=/data`"),
    ("use_flash_attention_2=true", "use `attention=flash_attention_2`"),
    ("attn_implementation=sdpa", "use `attention=sdpa`"),
    ("device_map=auto", "use `device=auto`"),
    ("device_map={lm_head: 0}", "use `device=map`"),
    ("num_labels=3", "use `task.num_labels=3`"),
    ("trust_remote_code=true", "use `model.trust_remote_code=true`"),
    ("quantization_config={load_in_4bit: true}", "use `quantization=bnb_4bit`"),
    ("pretrained_model_name_or_path=org/name", "use `model=org/name`"),
    ("pretrained_model_name_or_path=gpt2", "use `model.id=gpt2`"),
    ("use_cache=false", "use `model.config.use_cache=false`"),
    ("AutoModelForVision2Seq=true", "use `task=image-text-to-text`"),
    ("AutoModelWithLMHead=true", "use `task=causal-lm`"),
    ("tp_plan=auto", None),
    ("transformers.onnx=true", None),
]


@pytest.mark.parametrize(("override", "hint"), TODAY)
def test_a_former_spelling_names_todays(override: str, hint: str | None) -> None:
    assert problem(override).hint == hint


@pytest.mark.parametrize(("override", "hint"), TODAY)
def test_what_a_former_spelling_names_composes(override: str, hint: str | None) -> None:
    if hint and hint.startswith("use `") and hint != "use `device=map`":
        composed(hint.removeprefix("use `").removesuffix("`"))


def test_a_former_spelling_is_known_below_a_group() -> None:
    said = problem("model.torch_dtype=float32")

    assert said.path == "model.torch_dtype"
    assert said.message == ("`torch_dtype` is the former name of `dtype`; here it is a group.")


def test_a_former_spelling_is_known_in_a_recipe(tmp_path: Path) -> None:
    said = problem(recipe=written(tmp_path, "model: bert\nload_in_8bit: true\n"))

    assert (said.hint, said.origin) == ("use `quantization=bnb_8bit`", f"{tmp_path}/r.yaml:2")


@pytest.mark.parametrize("name", IN_CONFIG)
def test_a_config_override_does_not_decide_against_a_group(name: str) -> None:
    assert problem(f"model.config.{name}=x").path == f"model.config.{name}"


def test_no_former_spelling_is_a_field_or_a_group_of_today() -> None:
    fields = {name for name in FORMER if homes(name) and name != "dtype"}

    assert fields | (FORMER.keys() & set(GROUPS)) == set()


def test_transformers_has_dropped_what_is_said_to_be_gone() -> None:
    import transformers
    from transformers import AutoModelForCausalLM, LlamaConfig

    assert not hasattr(transformers, "AutoModelForVision2Seq")
    assert not hasattr(transformers, "AutoModelWithLMHead")
    assert "TRANSFORMERS_CACHE" not in inspect.getsource(transformers.utils.hub)
    config = LlamaConfig(num_hidden_layers=1, hidden_size=32, intermediate_size=8, vocab_size=8)
    with pytest.raises(TypeError, match="load_in_8bit"):
        AutoModelForCausalLM.from_config(config, load_in_8bit=True)
