"""`plan` and `code`: two readings of the same calls."""

import json

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


def test_a_plan_shows_the_calls_and_what_there_is_to_fetch(capsys: Captured) -> None:
    assert main(["code", *META]) == 0
    program = capsys.readouterr().out
    assert main(["plan", *META]) == 0
    assert capsys.readouterr().out == f"{program}\n# nothing to fetch\n"


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
