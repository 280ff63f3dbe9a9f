from __future__ import annotations

import inspect
from pathlib import Path

import pytest

from tests.spec.composing import composed, problem, written
from yaie.spec.field_spellings import FORMER, IN_CONFIG
from yaie.spec.field_types import homes
from yaie.spec.load_spec import GROUPS

TODAY = [
    ("torch_dtype=float16", "`precision=fp16`"),
    ("torch_dtype=torch.bfloat16", "`precision=bf16`"),
    ("dtype=auto", "`precision=auto`"),
    ("load_in_8bit=true", "`quantization=bnb_8bit`"),
    ("load_in_4bit=true", "`quantization=bnb_4bit`"),
    ("load_in_4bit=false", None),
    ("low_cpu_mem_usage=true", None),
    ("offload_state_dict=true", None),
    ("from_tf=true", None),
    ("use_auth_token=x", "run `hf auth login`"),
    ("safe_serialization=true", None),
    ("TRANSFORMERS_CACHE=/data", "`model.cache_dir=/data`"),
    ("use_flash_attention_2=true", "`attention=flash_attention_2`"),
    ("attn_implementation=sdpa", "`attention=sdpa`"),
    ("device_map=auto", "`device=auto`"),
    ("device_map={lm_head: 0}", "`device=map`"),
    ("num_labels=3", "`task.num_labels=3`"),
    ("trust_remote_code=true", "`model.trust_remote_code=true`"),
    ("quantization_config={load_in_4bit: true}", "`quantization=bnb_4bit`"),
    ("pretrained_model_name_or_path=org/name", "`model=org/name`"),
    ("pretrained_model_name_or_path=gpt2", "`model.id=gpt2`"),
    ("use_cache=false", "`model.config.use_cache=false`"),
    ("AutoModelForVision2Seq=true", "`task=image-text-to-text`"),
    ("AutoModelWithLMHead=true", "`task=causal-lm`"),
    ("tp_plan=auto", None),
    ("transformers.onnx=true", None),
]


@pytest.mark.parametrize(("override", "hint"), TODAY)
def test_a_former_spelling_names_todays(override: str, hint: str | None) -> None:
    assert problem(override).hint == hint


@pytest.mark.parametrize(("override", "hint"), TODAY)
def test_what_a_former_spelling_names_composes(override: str, hint: str | None) -> None:
    if hint and hint.startswith("`") and hint != "`device=map`":
        composed(hint.removeprefix("`").removesuffix("`"))


def test_a_former_spelling_is_known_below_a_group() -> None:
    said = problem("model.torch_dtype=float32")

    assert said.path == "model.torch_dtype"
    assert said.message == ("`torch_dtype` is the former name of `dtype`; here it is a group")


def test_a_former_spelling_is_known_in_a_recipe(tmp_path: Path) -> None:
    said = problem(recipe=written(tmp_path, "model: bert\nload_in_8bit: true\n"))

    assert (said.hint, said.origin) == ("`quantization=bnb_8bit`", f"{tmp_path}/r.yaml:2")


@pytest.mark.parametrize("name", IN_CONFIG)
def test_a_config_override_does_not_decide_against_a_group(name: str) -> None:
    assert problem(f"model.config.{name}=x").path == f"model.config.{name}"


def test_no_former_spelling_is_a_field_or_a_group_of_today() -> None:
    # Fields of one method of quantisation each; everywhere else the group is meant.
    fields = {name for name in FORMER if homes(name)} - {"dtype", "tokenizer"}

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
