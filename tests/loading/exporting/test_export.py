"""What an export writes, run by onnxruntime here and held against transformers' own logits."""

from __future__ import annotations

import json
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
import torch

import yaie
from tests.loading.exporting.conftest import TASKS, Case, Cases
from yaie.cli.receipt import write

onnxruntime = pytest.importorskip("onnxruntime")


def logits_of(folder: Path, inputs: dict[str, torch.Tensor]) -> torch.Tensor:
    session = onnxruntime.InferenceSession(folder / "model.onnx")
    feed = {name: value.numpy() for name, value in inputs.items()}
    return torch.from_numpy(session.run(["logits"], feed)[0])


def model_of(case: Case) -> Any:
    import transformers

    config = transformers.AutoConfig.from_pretrained(case.checkpoint)
    return getattr(transformers, config.architectures[0]).from_pretrained(case.checkpoint)


def tokens(batch: int, length: int) -> torch.Tensor:
    return torch.arange(3, 3 + batch * length).reshape(batch, length) % 61 + 3


def text(batch: int, length: int) -> dict[str, torch.Tensor]:
    """The last row is one token shorter than the others."""
    mask = torch.ones((batch, length), dtype=torch.long)
    mask[-1, -1] = 0
    return {"input_ids": tokens(batch, length), "attention_mask": mask}


def read(kind: str, batch: int, length: int) -> dict[str, torch.Tensor]:
    match kind:
        case "vision":
            pixels = torch.linspace(-1, 1, batch * 3 * 16 * 16)
            return {"pixel_values": pixels.reshape(batch, 3, 16, 16)}
        case "seq2seq":
            decoder = {f"decoder_{name}": value for name, value in text(batch, 4).items()}
            return {**text(batch, length), **decoder}
        case "classifier":
            more = {"token_type_ids": torch.zeros((batch, length), dtype=torch.long)}
            return {**text(batch, length), **more}
    return text(batch, length)


@pytest.mark.parametrize(("batch", "length"), [(1, 4), (4, 9), (5, 31)])
@pytest.mark.parametrize("kind", ["causal", "classifier", "seq2seq", "vision"])
def test_onnxruntime_answers_as_transformers_at_other_shapes(
    kind: str, batch: int, length: int, cases: Cases
) -> None:
    inputs = read(kind, batch, length)
    with torch.no_grad():
        wanted = model_of(cases[kind])(**inputs).logits
    torch.testing.assert_close(logits_of(cases[kind].folder, inputs), wanted)


def test_the_receipt_tells_what_varies(cases: Cases) -> None:
    assert cases["causal"].told["inputs"] == {
        "input_ids": ["batch", "sequence"],
        "attention_mask": ["batch", "sequence"],
    }
    assert cases["seq2seq"].told["outputs"] == {
        "logits": ["batch", "decoder_sequence", 64],
        "encoder_last_hidden_state": ["batch", "sequence", 16],
    }
    assert cases["vision"].told["inputs"] == {"pixel_values": ["batch", 3, 16, 16]}
    assert cases["classifier"].told["outputs"] == {"logits": ["batch", 3]}


def test_the_receipt_tells_the_difference_of_each_output(cases: Cases) -> None:
    for case in (cases[kind] for kind in TASKS):
        assert case.told["difference"].keys() == case.told["outputs"].keys()
        assert all(0 <= found["relative"] < 1e-5 for found in case.told["difference"].values())


def test_the_graph_is_valid_and_beside_it_is_what_one_runs_it_with(cases: Cases) -> None:
    import onnx
    from transformers import AutoConfig, AutoTokenizer, GenerationConfig

    folder, told = cases["causal"].folder, cases["causal"].told
    onnx.checker.check_model(folder / "model.onnx")
    assert AutoConfig.from_pretrained(folder).architectures == ["LlamaForCausalLM"]
    assert GenerationConfig.from_pretrained(folder).use_cache
    assert AutoTokenizer.from_pretrained(folder)("In the beginning").input_ids
    sizes = [path.stat().st_size for path in folder.iterdir()]
    assert (told["folder"], told["format"]) == (str(folder), "onnx")
    assert (told["files"], told["bytes"], told["opset"]) == (len(sizes), sum(sizes), 20)


def test_transformers_loads_the_export_itself(cases: Cases) -> None:
    from transformers.exporters.base import ExportedModel

    inputs = read("classifier", 2, 6)
    got = ExportedModel.from_pretrained(cases["classifier"].folder)(**inputs).logits
    with torch.no_grad():
        torch.testing.assert_close(got, model_of(cases["classifier"])(**inputs).logits)


def test_the_exporter_says_nothing_of_its_steps_and_warns_of_nothing(cases: Cases) -> None:
    for case in (cases[kind] for kind in TASKS):
        assert "ONNX" not in case.chatter
        said = [problem["message"] for problem in json.loads(case.answer)["problems"]]
        assert not [message for message in said if message.startswith("transformers says")]


def test_people_are_told_where_and_how_near(cases: Cases) -> None:
    exported = {
        "folder": "bert-onnx",
        "bytes": 2_000_000,
        "files": 5,
        "opset": 20,
        "difference": {"logits": {"absolute": 1e-5, "relative": 7.9e-7}},
    }
    receipt = {**json.loads(cases["vision"].answer), "exported": exported}
    written = StringIO()
    write(yaie.compose("model=tiny").spec, receipt, written)
    assert (
        "exported      bert-onnx, 2 MB in 5 files, opset 20, within 7.9e-07 of the model's largest"
        " output\n"
    ) in written.getvalue()


def test_the_cache_is_kept_again_and_the_model_computes_as_before(tmp_path: Path) -> None:
    from tests.loading.exporting.conftest import vision
    from yaie.loading.exporting.graph import _without_cache

    model = vision().eval()
    model.config.use_cache = True
    with _without_cache(model):
        assert model.config.use_cache is False
    assert model.config.use_cache is True
