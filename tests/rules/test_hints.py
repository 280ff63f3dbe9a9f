"""Every hint that is an override is true: typed, it makes the problem go away and no other come."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from copy import deepcopy
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.rules.making import (
    CPU,
    GPT2,
    KNOWN,
    LLAMA,
    LLAVA,
    VISION,
    checkpoint,
    facts,
    gpus,
    holding,
    model_class,
)
from yaie.errors import Fault, Problem
from yaie.facts.facts import Facts
from yaie.rules.judge import judge
from yaie.spec.compose import compose
from yaie.spec.load_spec import LoadSpec

Recipe = dict[str, Any]
CLASSIFIER = facts(task="sequence-classification")
MULTIMODAL = facts(
    architecture=LLAVA,
    model_type="llava",
    sub_architectures={"text_config": LLAMA, "vision_config": VISION},
)
ROPELESS = checkpoint(config={"model_type": "llama", "rope_theta": 1e4})
LISTED = checkpoint(config={"model_type": "llama", "layer_types": ["full_attention"] * 2})
EAGER = replace(
    LLAMA,
    classes={"causal-lm": model_class("LlamaForCausalLM", head="lm_head", attention=("eager",))},
)
QUANTISED = checkpoint(
    config={"model_type": "llama", "quantization_config": {"quant_method": "gemma"}}
)
LAYERS = {"model.embed_tokens": 0, "model.layers.1": 0, "model.norm": 0, "lm_head": 0}


def mapped(**placed: Any) -> Recipe:
    return {"device": {"use": "map", "map": placed}}


def config(**overrides: Any) -> Recipe:
    return {"model": {"config": overrides}}


CASES: list[tuple[Recipe, Facts]] = [
    ({"model": {"architecture": "lama"}}, facts(architecture=None, model_type="lama")),
    ({"model": {"architecture": "bert"}}, facts(checkpoint=checkpoint())),
    (
        {"model": {"gguf_file": "a-Q4.gguf"}},
        facts(checkpoint=holding("a-Q4_0.gguf", format="gguf")),
    ),
    ({}, facts(checkpoint=holding(format=None))),
    ({}, facts(checkpoint=holding("a.gguf", format=None))),
    (
        {"model": {"use_safetensors": True}},
        facts(checkpoint=holding("pytorch_model.bin", format=None)),
    ),
    ({"model": {"variant": "fp16"}}, facts(checkpoint=checkpoint())),
    (config(hidden_sizee=3), facts()),
    (config(hidden_size=3), MULTIMODAL),
    (config(vision_config={"dept": 3}), MULTIMODAL),
    (config(num_labels=3), CLASSIFIER),
    (config(n_embd=8, hidden_size=16), facts(architecture=GPT2, model_type="gpt2")),
    (config(rope_theta=5.0), facts(checkpoint=ROPELESS)),
    (config(rope_parameters={"rope_theta": 5.0}), facts(checkpoint=ROPELESS)),
    (config(num_hidden_layers=3) | {"weights": "random"}, facts(checkpoint=LISTED)),
    ({"task": "masked-lm"}, facts(task="masked-lm")),
    ({"task": {"num_labels": 3}}, facts()),
    ({"task": {"num_labels": 0}}, CLASSIFIER),
    ({"task": {"num_labels": 3, "id2label": {0: "no", 1: "not sure"}}}, CLASSIFIER),
    ({"task": {"id2label": {1: "no", 2: "yes"}}}, CLASSIFIER),
    ({"task": {"label2id": {"yes": 1, "no": 0}}}, CLASSIFIER),
    ({"task": {"id2label": {0: "a"}, "label2id": {"b": 0}}}, CLASSIFIER),
    (
        {"task": {"num_labels": 1, "problem_type": "single_label_classification"}},
        CLASSIFIER,
    ),
    ({"task": {"problem_type": "regression"}}, facts(task="token-classification")),
    ({"model": {"id": None}}, facts()),
    ({"weights": "random", "quantization": "bnb_4bit"}, facts()),
    ({"weights": "random", "device": "balanced"}, facts(host=gpus(2))),
    ({"weights": {"reinitialize": ["lm_hed.*"]}}, facts()),
    ({"precision": "fp16"}, facts()),
    ({"precision": "bf16"}, facts(host=gpus(capability=(7, 5)))),
    ({"device": "cuda"}, facts()),
    ({"device": {"max_memory": {"cuda:0": "20GiB"}}}, facts(host=gpus())),
    ({"device": {"max_memory": {"cpu": "20TB"}}}, facts()),
    ({"device": {"max_memory": {3: "20GiB"}}}, facts()),
    (
        mapped(model="disk", lm_head="cpu"),
        facts(checkpoint=holding("pytorch_model.bin", format="bin")),
    ),
    (mapped(model="gpu", lm_head="cpu"), facts(host=gpus())),
    (mapped(**{"": "cpu", "model.layer.1": "cpu"}), facts()),
    (mapped(model="cpu"), facts()),
    (mapped(**{"": "cpu", "model.layers.0": "disk"}), facts()),
    (
        mapped(**LAYERS, **{"model.layers.0.self_attn": 0, "model.layers.0.mlp": 1}),
        facts(host=gpus(2)),
    ),
    ({"quantization": "bnb_4bit"}, facts(host=replace(CPU, packages={"torch": "2.13.0"}))),
    ({"quantization": "bnb_4bit"}, facts(checkpoint=QUANTISED)),
    ({"quantization": "bnb_4bit", "model": {"gguf_file": "a.gguf"}}, facts()),
    ({"quantization": "bnb_4bit", "precision": "fp64"}, facts()),
    ({"quantization": "bnb_4bit", "precision": "fp32"}, facts()),
    (
        {"quantization": {"use": "bnb_4bit", "bnb_4bit_compute_dtype": "float64"}},
        facts(),
    ),
    (
        {"quantization": {"use": "bnb_8bit", "llm_int8_skip_modules": ["lm_heed"]}},
        facts(),
    ),
    ({"quantization": "bnb_8bit"} | mapped(model=0, lm_head="cpu"), facts(host=gpus())),
    ({"quantization": "bnb_8bit", "device": "none"}, facts(host=gpus())),
    ({"attention": "sdpa"}, facts(architecture=EAGER)),
    ({"attention": "flash_attention_2"}, facts(host=gpus())),
    ({"attention": "flash_attention_2", "precision": "fp32"}, facts(host=gpus(flash_attn="2.8.3"))),
    (
        {"attention": "flash_attention_2", "precision": "bf16"},
        facts(host=replace(CPU, packages={**CPU.packages, "flash-attn": "2.8.3"})),
    ),
    ({"attention": "flex_attention"}, facts()),
    ({"attention": "sdpa"} | config(output_attentions=True), facts()),
    ({"attention": {"submodules": {"vision_confg": "eager"}}}, MULTIMODAL),
    ({"attention": {"submodules": {"vision_config": "egaer"}}}, MULTIMODAL),
    ({"attention": {"experts": "eager"}}, facts()),
    ({}, facts(checkpoint=checkpoint(has_tokenizer=False))),
    (
        {"processor": {"padding_side": "left"}},
        facts(architecture=replace(LLAMA, processors=("image",))),
    ),
]


def composed(recipe: Recipe, folder: Path, overrides: Sequence[str] = ()) -> LoadSpec:
    """The spec of a recipe for a Llama of the hub, with what the recipe says on top."""
    option = folder / "conf" / "model" / "llama-of-the-hub.yaml"
    option.parent.mkdir(parents=True, exist_ok=True)
    option.write_text(yaml.safe_dump({"id": "org/llama", "architecture": "llama", "known": KNOWN}))
    model = {"use": option.stem}
    path = folder / "recipe.yaml"
    path.write_text(yaml.safe_dump(recipe | {"model": model | recipe.get("model", {})}))
    return compose(path, overrides, folder / "conf").spec


def alternatives(problem: Problem) -> Iterator[list[str]]:
    """What a hint proposes to type, one override or several at a time; commands aside."""
    for typed in re.findall(r"`([^`]+)`", problem.hint or ""):
        if re.match(r"~?[a-z_]+[.=]", typed) and "…" not in typed:
            yield re.findall(r"(?:'(?:\\.|[^'])*'|\S)+", typed)


def without(recipe: Recipe, path: str) -> Recipe:
    """The recipe less the value that a problem blames: what is said wrong is said anew."""
    cut = deepcopy(recipe)
    within, keys = cut, path.split(".")
    while keys:
        name = next((n for n in map(".".join, _heads(keys)) if n in within), None)
        if name is None or len(name.split(".")) == len(keys):
            within.pop(name or "", None)
            return cut
        within, keys = within[name], keys[len(name.split(".")) :]
    return cut


def _heads(keys: list[str]) -> Iterator[list[str]]:
    for length in range(len(keys), 0, -1):
        yield [*keys[:length]]


def after(
    recipe: Recipe, typed: list[str], problem: Problem, true: Facts, folder: Path
) -> set[str]:
    task = next((t.removeprefix("task=") for t in typed if t.startswith("task=")), true.task)
    true = replace(true, task=task if task != "auto" else "causal-lm")
    if any(t.startswith("model.architecture=") for t in typed):
        true = replace(true, architecture=LLAMA, model_type="llama")
    spec = composed(recipe, folder, typed)
    if problem.fault is Fault.INPUT and problem in judge(spec, true):
        spec = composed(without(recipe, problem.path), folder, typed)
    found = {p.path for p in judge(spec, true) if p.severity == "error"}
    return found | ({problem.path} if problem in judge(spec, true) else set())


@pytest.mark.parametrize(("recipe", "true"), CASES)
def test_a_hint_makes_its_problem_go_away_and_no_other_come(
    recipe: Recipe, true: Facts, tmp_path: Path
) -> None:
    problems = judge(composed(recipe, tmp_path), true)
    before = {problem.path for problem in problems}
    hinted = [(problem, typed) for problem in problems for typed in alternatives(problem)]
    assert hinted
    for problem, typed in hinted:
        left = after(recipe, typed, problem, true, tmp_path)
        assert left <= before - {problem.path}, typed
