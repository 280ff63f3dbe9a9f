"""`load`: the receipt and the answer, for people and for programs."""

import json
from pathlib import Path

import pytest

from yaie.cli.program import main

Captured = pytest.CaptureFixture[str]

SMALL = [
    "model=architecture",
    "model.architecture=llama",
    "task=causal-lm",
    "weights=random",
    "precision=bf16",
    "model.config={num_hidden_layers: 2, hidden_size: 16, intermediate_size: 16, vocab_size: 64}",
    "model.config.num_attention_heads=2",
]


def test_the_receipt_is_the_answer(capsys: Captured) -> None:
    assert main([*SMALL, "--quiet"]) == 0
    out, err = capsys.readouterr()
    assert out.startswith("model         LlamaForCausalLM   asked causal-lm, random weights\n")
    assert "precision     bfloat16           asked bfloat16\n" in out
    assert len(out.splitlines()) <= 20
    assert err == ""


def test_json_is_one_document_as_the_contract_has_it(capsys: Captured) -> None:
    assert main(["load", *SMALL, "--json"]) == 0
    receipt = json.loads(capsys.readouterr().out)
    assert set(receipt) == {
        *("model_class", "source", "parameters", "trainable_parameters", "memory_bytes", "dtypes"),
        "memory",
        *("attention", "device_map", "quantization", "training", "seconds", "problems"),
        *("missing_keys", "unexpected_keys", "mismatched_keys"),
        *("trainable", "gradient_checkpointing", "adapter"),
    }
    assert receipt["dtypes"] == {"bfloat16": receipt["parameters"]}


def test_a_prompt_is_answered_after_the_receipt(capsys: Captured) -> None:
    assert main(["model=tiny", "--prompt", "In the beginning", "-q"]) == 0
    receipt, answer = capsys.readouterr().out.split("\n\n", 1)
    assert receipt.startswith("model         LlamaForCausalLM")
    assert "beginning" in answer


def test_an_answer_is_in_the_document_too(capsys: Captured) -> None:
    assert main(["model=tiny", "--prompt", "In the beginning", "--json"]) == 0
    assert "beginning" in json.loads(capsys.readouterr().out)["answer"]


def test_what_programs_read_of_an_answer_stands_beside_it(capsys: Captured) -> None:
    assert main(["model=tiny", "--text", "In the beginning", "--json"]) == 0
    receipt = json.loads(capsys.readouterr().out)
    perplexity = receipt["outputs"]["perplexity"]
    assert receipt["answer"].startswith(f"perplexity {perplexity:.4g}\nnext ")


def test_an_input_that_is_refused_ends_with_its_code(capsys: Captured) -> None:
    assert main(["model=tiny", "--image", "no.png", "-q"]) == 4
    assert capsys.readouterr().err == "--image: `no.png` is no file that is there\n"


def test_without_a_network_the_hub_is_said_to_be_out_of_reach(
    capsys: Captured, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    asked = ["model=llama2", "precision=bf16", "device=auto", f"model.cache_dir={tmp_path}"]
    assert main(asked) == 4
    out, err = capsys.readouterr()
    assert out == ""
    assert err.startswith("model.id: ")
    assert "Traceback" not in err


@pytest.mark.parametrize("folder", ["out", "out/onnx"])
def test_a_folder_of_two_acts_is_refused_before_the_load(
    folder: str, tmp_path: Path, capsys: Captured
) -> None:
    out, graph = tmp_path / "out", tmp_path / folder
    assert main([*SMALL, "--save", str(out), "--export", f"onnx:{graph}"]) == 2
    assert f"`{graph}` and `{out}` of `--save` are the same folder" in capsys.readouterr().err
    assert not out.exists()
