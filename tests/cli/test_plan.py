"""`plan` and `code`: two readings of the same calls."""

import json
from pathlib import Path

import pytest

from yaie.cli.program import main

Captured = pytest.CaptureFixture[str]
META = ["model=architecture", "model.architecture=qwen3", "task=causal-lm", "weights=meta"]


def test_code_is_a_program(capsys: Captured) -> None:
    assert main(["code", *META]) == 0
    out, err = capsys.readouterr()
    compile(out, "load.py", "exec")
    assert "AutoModelForCausalLM.from_config(" in out
    assert err == ""


def test_code_as_json_holds_the_program(capsys: Captured) -> None:
    assert main(["code", *META]) == 0
    program = capsys.readouterr().out
    assert main(["code", *META, "--json"]) == 0
    assert json.loads(capsys.readouterr().out) == {"program": program, "problems": []}


def test_a_plan_shows_the_calls_what_there_is_to_fetch_and_the_memory(capsys: Captured) -> None:
    assert main(["code", *META]) == 0
    program = capsys.readouterr().out
    assert main(["plan", *META]) == 0
    out = capsys.readouterr().out
    assert out.startswith(f"{program}\n# nothing to fetch\n# memory: 48.2 GB of weights; ")
    compile(out, "load.py", "exec")


def test_a_plan_as_json_has_the_memory_of_each_device(capsys: Captured) -> None:
    words = ["model=tiny", "device=cuda:0", "--host", "t4", "--context", "1k", "--batch", "2"]
    assert main(["plan", *words, "--json"]) == 0
    memory = json.loads(capsys.readouterr().out)["memory"]
    assert memory["use"] == {"context": 1024, "batch": 2}
    assert list(memory["devices"]) == ["cuda:0"]
    device = memory["devices"]["cuda:0"]
    kinds = ("weights_bytes", "quantization_state_bytes", "kv_cache_bytes", "activation_bytes")
    assert {kind: device[kind] for kind in kinds} == {kind: memory[kind] for kind in kinds}
    assert device["memory_bytes"] == 15360 * 2**20


@pytest.mark.parametrize("length", ["0", "-1", "many", "1e3", "9" * 40, "k", "²"])
def test_a_context_is_a_number_of_tokens(length: str, capsys: Captured) -> None:
    assert main(["plan", "model=tiny", f"--context={length}"]) == 2
    err = capsys.readouterr().err
    assert err == (
        f"`--context {length}` is no whole number from 1 to 1,000,000,000\n\n"
        "hint: `--context 1024`\n"
    )


def test_a_plan_as_json_has_calls_and_download(capsys: Captured) -> None:
    assert main(["plan", *META, "--json"]) == 0
    document = json.loads(capsys.readouterr().out)
    targets = [call["target"] for call in document["calls"]]
    assert "transformers.AutoModelForCausalLM.from_config" in targets
    download = document["download"]
    assert (download["files"], download["bytes"]) == ([], 0)


@pytest.mark.parametrize("verb", ["plan", "code"])
def test_a_spec_with_errors_has_no_plan(verb: str, capsys: Captured) -> None:
    assert main([verb, *META, "precision=fp17"]) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert err.startswith("precision: ")


@pytest.fixture
def offline(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("HF_ENDPOINT", "http://127.0.0.1:9")
    monkeypatch.setenv("HF_HOME", str(tmp_path))


@pytest.mark.usefixtures("offline")
def test_a_known_model_is_planned_while_the_hub_cannot_be_reached(capsys: Captured) -> None:
    assert main(["plan", "model=llama2", "--host", "2xa100-80gb", "--json"]) == 0
    document = json.loads(capsys.readouterr().out)
    assert document["download"] is None
    assert document["memory"]["weights_bytes"] == 13_476_831_744
    (problem,) = document["problems"]
    assert problem["severity"] == "warning"
    assert "planned by what is known of its config" in problem["message"]


@pytest.mark.usefixtures("offline")
def test_a_model_of_which_nothing_is_known_needs_the_hub(capsys: Captured) -> None:
    assert main(["plan", "model=org/name", "task=causal-lm"]) == 4
    assert "cannot be reached for `org/name`" in capsys.readouterr().err
