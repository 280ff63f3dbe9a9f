from __future__ import annotations

import os
from pathlib import Path

import pytest

from tests.spec.composing import problem, problems, written
from yaie.spec.compose import compose


def test_a_recipe_is_the_command_line_written_down(tmp_path: Path) -> None:
    text = "model: {use: gpt2, config: {attn_pdrop: 0.5}}\ndevice: cpu\ntask: {num_labels: 3}\n"
    overrides = ["model=gpt2", "model.config.attn_pdrop=0.5", "device=cpu", "task.num_labels=3"]

    assert compose(written(tmp_path, text), []).spec == compose(None, overrides).spec


def test_a_number_in_quotes_is_text(tmp_path: Path) -> None:
    said = problem(recipe=written(tmp_path, "task:\n  num_labels: '3'\n"))

    assert said.message == "`3` was asked; allowed is a whole number or `null`"
    assert (said.hint, said.origin) == ("`task.num_labels=3`", f"{tmp_path}/r.yaml:2")


def test_a_recipe_that_does_not_exist_is_named(tmp_path: Path) -> None:
    written(tmp_path, "model: bert")

    said = problem(recipe=tmp_path / "s.yaml")

    assert said.message == f"there is no recipe `{tmp_path}/s.yaml`"
    assert said.hint == f"`{tmp_path}/r.yaml`"


def test_a_folder_is_no_recipe(tmp_path: Path) -> None:
    assert problem(recipe=tmp_path).message == f"`{tmp_path}` is a folder; name a recipe in it"


@pytest.mark.parametrize(
    ("text", "path", "hint"),
    [
        (
            "defaults: [{override /model: llama2}, {precision: bf16}, _self_]",
            "defaults",
            "write `model: llama2` and `precision: bf16` at the top level",
        ),
        (
            "model: {_target_: os.system}",
            "model._target_",
            "write `model: {use: OPTION}`, its fields beside `use`",
        ),
        (
            "model: {id: '${oc.env:HF_TOKEN}'}",
            "",
            "write the value itself, or give it on the command line",
        ),
        ("- model: llama2", "", "write `model: llama2`, say, and `precision: bf16` below it"),
        ("hydra: {run: {dir: x}}", "hydra", None),
        ("launcher: joblib", "launcher", None),
        ("save: out", "save", "`--save DIR`"),
        ("push: me/mine", "push", "`--push REPO`"),
        ("export: onnx", "export", "`--export onnx`"),
        ("endpoint: https://example.org", "endpoint", "`HF_ENDPOINT=URL`"),
        ("token: hf_abc", "token", "run `hf auth login`"),
        ("model: [llama2]", "model", None),
        ("model: {use: [llama2]}", "model", None),
        ("precision: fp32,bf16", "precision", "`precision=fp32`"),
    ],
)
def test_what_is_not_a_recipe_gets_its_plain_form(
    tmp_path: Path, text: str, path: str, hint: str | None
) -> None:
    said = problem(recipe=written(tmp_path, text))

    assert (said.path, said.hint, said.origin) == (path, hint, f"{tmp_path}/r.yaml:1")


@pytest.mark.parametrize(
    ("text", "override"),
    [
        ("model: {trust_remote_code: true}", "model.trust_remote_code=true"),
        ("model: {use_safetensors: false}", "model.use_safetensors=false"),
        ("model: {cache_dir: /tmp/x}", "model.cache_dir=/tmp/x"),
        ("device: {offload_folder: /tmp/x}", "device.offload_folder=/tmp/x"),
        ("attention: org/kernel", "attention=org/kernel"),
        ("attention: {use: org/kernel@v1}", "attention=org/kernel@v1"),
        (
            "attention: {submodules: {vision_config: org/kernel}}",
            "attention.submodules.vision_config=org/kernel",
        ),
    ],
)
def test_what_grants_power_is_said_on_the_command_line_only(
    tmp_path: Path, text: str, override: str
) -> None:
    said = problem(recipe=written(tmp_path, text))

    assert said.hint == f"`{override}`"
    assert compose(None, [override]).notes == ()


def test_what_takes_power_back_is_a_recipes_to_say(tmp_path: Path) -> None:
    text = "model: {trust_remote_code: false, cache_dir: null, use_safetensors: true}"

    assert compose(written(tmp_path, text), []).spec.model.use_safetensors is True


def test_a_token_is_not_printed_back(tmp_path: Path) -> None:
    said = problem(recipe=written(tmp_path, "token: hf_abcdef"))

    assert "hf_abcdef" not in f"{said.message}{said.hint}"


def test_problems_of_yaml_and_of_groups_are_said_together(tmp_path: Path) -> None:
    text = "task: base\ntask: base\nprecision: fp17\nmodell: bert\n"

    said = problems(recipe=written(tmp_path, text))

    assert [p.origin for p in said] == [f"{tmp_path}/r.yaml:{line}" for line in (2, 4, 3)]


@pytest.mark.skipif(not Path("/dev/zero").exists(), reason="this system has no devices as files")
def test_a_device_is_no_recipe() -> None:
    told = problem(recipe=Path("/dev/zero"))
    assert told.message == "the recipe `/dev/zero` cannot be read: it is no regular file"


def test_a_pipe_is_no_recipe(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "r.yaml")
    told = problem(recipe=tmp_path / "r.yaml")
    assert told.message.endswith("cannot be read: it is no regular file")


def test_what_is_known_of_a_checkpoint_is_said_by_an_option(tmp_path: Path) -> None:
    recipe = written(tmp_path, "model: {id: org/x, known: {source: me, config: {a: 1}}}")
    told = problems(recipe=recipe)
    assert {p.path.partition(".known")[0] for p in told} == {"model"}
    assert {p.message for p in told} == {
        "what is known of a config.json is said by an option, so a recipe cannot say it"
    }
