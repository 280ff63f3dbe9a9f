"""Model and weights compared before a load, by headers alone, here or on a hub."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
import torch
from huggingface_hub import constants
from safetensors.torch import load_file

import yaie
from tests.hub import Hub, serving
from yaie.errors import Problem, UnsupportedError
from yaie.planning.download import plan_with_files
from yaie.planning.inquiry import check_with_checkpoint, inquire

SIZES = {"hidden_size": 16, "intermediate_size": 32, "vocab_size": 64}
OURS = ("model=org/bert", "processor=none")


@pytest.fixture(scope="module")
def saved(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A BertForMaskedLM of two shards."""
    from transformers import BertConfig, BertForMaskedLM

    folder = tmp_path_factory.mktemp("bert")
    config = BertConfig(**SIZES, num_hidden_layers=2, num_attention_heads=2)
    BertForMaskedLM(config).save_pretrained(folder, max_shard_size="20KB")
    return folder


@pytest.fixture(scope="module")
def classifier(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A BertForSequenceClassification with two labels."""
    from transformers import BertConfig, BertForSequenceClassification

    folder = tmp_path_factory.mktemp("classifier")
    config = BertConfig(**SIZES, num_hidden_layers=2, num_attention_heads=2)
    BertForSequenceClassification(config).save_pretrained(folder)
    return folder


@pytest.fixture
def hub(saved: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Hub]:
    with serving(monkeypatch, tmp_path / "cache", {"org/bert": saved}) as served:
        yield served


def judged(*words: str) -> tuple[Problem, ...]:
    return check_with_checkpoint(yaie.compose(*words))


def weights_sent(hub: Hub, folder: Path) -> dict[str, int]:
    """File → bytes behind its header that were sent."""
    found = {}
    for name in (n for n in hub.sent if n.endswith(".safetensors")):
        start = 8 + int.from_bytes((folder / name).read_bytes()[:8], "little")
        found[name] = len([offset for offset in hub.sent[name] if offset >= start])
    return found


def test_no_byte_of_a_weight_is_asked_for(hub: Hub, saved: Path) -> None:
    assert judged(*OURS) == ()
    sent = weights_sent(hub, saved)
    assert len(sent) > 1
    assert set(sent.values()) == {0}


def test_a_file_takes_two_requests(hub: Hub) -> None:
    judged(*OURS)
    name = "model-00001-of-00003.safetensors"
    assert len([r for r in hub.requests if r.startswith("GET") and r.endswith(name)]) == 2


def test_headers_are_read_once_a_process(hub: Hub) -> None:
    judged(*OURS)
    hub.sent.clear()
    assert judged(*OURS) == ()
    assert not any(name.endswith(".safetensors") for name in hub.sent)


@pytest.mark.parametrize("overrides", [("task=base",), ("model.config.vocab_size=65",)])
def test_what_is_said_of_a_hub_is_said_of_a_folder(
    hub: Hub, saved: Path, overrides: tuple[str, ...]
) -> None:
    there, here = (
        inquire(yaie.compose(*OURS, *overrides)),
        inquire(yaie.compose(f"model={saved}", "processor=none", *overrides)),
    )
    assert [(p.path, p.message) for p in there.problems] == [
        (p.path, p.message) for p in here.problems
    ]
    assert there.problems
    assert there.keys == here.keys


def test_a_pickle_is_compared_by_its_pickle(hub: Hub, saved: Path, tmp_path: Path) -> None:
    folder = tmp_path / "pickled"
    folder.mkdir()
    (folder / "config.json").write_text((saved / "config.json").read_text())
    shards = [load_file(file) for file in saved.glob("*.safetensors")]
    weights = {name: tensor for shard in shards for name, tensor in shard.items()}
    torch.save(weights, folder / "pytorch_model.bin")
    hub.add("org/pickled", folder)
    here, there = (
        inquire(yaie.compose(f"model={model}", "processor=none", "task=base"))
        for model in (folder, "org/pickled")
    )
    assert here.keys == there.keys
    assert here.keys is not None
    numbers = sum(t.numel() * t.element_size() for t in weights.values())
    size = (folder / "pytorch_model.bin").stat().st_size
    assert len(hub.sent["pytorch_model.bin"]) < size - numbers


def test_a_header_without_end_is_refused(hub: Hub, saved: Path, tmp_path: Path) -> None:
    folder = tmp_path / "endless"
    folder.mkdir()
    (folder / "config.json").write_text((saved / "config.json").read_text())
    (folder / "model.safetensors").write_bytes((10**9).to_bytes(8, "little") + b"{}")
    hub.add("org/endless", folder)
    (problem,) = inquire(yaie.compose("model=org/endless", "processor=none")).problems
    assert problem.message == (
        "`org/endless/model.safetensors` is not a safetensors file: 10 bytes without a sensible"
        " header"
    )
    assert problem.fault == 4
    assert len(hub.sent["model.safetensors"]) == 8


def test_a_hub_that_ignores_ranges_is_a_failing_source(hub: Hub) -> None:
    hub.repositories["org/bert"].ranges = "ignored"
    (problem,) = inquire(yaie.compose(*OURS)).problems
    assert "answers with the whole of `org/bert/model-00001" in problem.message
    assert (problem.fault, problem.origin) == (4, "override model=org/bert")


def test_a_gated_repository_is_a_failing_source(hub: Hub) -> None:
    hub.repositories["org/bert"].gated = True
    (problem,) = inquire(yaie.compose(*OURS)).problems
    assert problem.fault == 4
    assert problem.message.startswith("`org/bert` is gated")


def test_an_error_of_the_rules_asks_no_hub(hub: Hub) -> None:
    assert judged(*OURS, "precision=fp16", "quantization=bnb_4bit", "weights=meta")
    assert hub.requests == []


def test_a_repository_without_a_tokenizer_says_so(hub: Hub) -> None:
    (problem,) = judged("model=org/bert")
    assert (problem.path, problem.severity) == ("processor.kind", "warning")
    assert problem.message == "`org/bert` holds the files of no tokenizer"


def test_a_plan_lists_the_weights_that_were_judged_by_their_headers(hub: Hub) -> None:
    planned = plan_with_files(yaie.compose(*OURS))
    assert planned.download is not None
    assert [name for name in planned.download.files if name.endswith(".safetensors")] == [
        f"model-0000{number}-of-00003.safetensors" for number in (1, 2, 3)
    ]


RENEWED = "weights.reinitialize=['cls.predictions.transform.dense.*']"


def test_a_plan_of_weights_that_do_not_fit_is_refused(hub: Hub) -> None:
    with pytest.raises(UnsupportedError, match="1 weight of `BertForMaskedLM` has another shape"):
        plan_with_files(yaie.compose(*OURS, "model.config.type_vocab_size=3", RENEWED))


def test_offline_is_a_failing_source(hub: Hub, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(constants, "HF_HUB_OFFLINE", True)
    (problem,) = inquire(yaie.compose(*OURS)).problems
    assert problem.fault == 4
    assert problem.message == (
        "`org/bert` is not at hand, and `HF_HUB_OFFLINE` keeps it from being fetched"
    )


@pytest.mark.parametrize(
    ("asked", "first", "modules"),
    [
        (("task.num_labels=7",), "", ("classifier",)),
        (
            ("model.config.type_vocab_size=3", "weights.reinitialize=['classifier.*']"),
            "`~model.config.type_vocab_size`, or ",
            ("classifier", "bert.embeddings.token_type_embeddings"),
        ),
    ],
)
def test_what_a_hint_says_helps(
    classifier: Path, asked: tuple[str, ...], first: str, modules: tuple[str, ...]
) -> None:
    words = (f"model={classifier}", "processor=none", *asked)
    (error,) = [p for p in judged(*words) if p.severity == "error"]
    patterns = ",".join(f"'{module}.*'" for module in modules)
    typed = f"weights.reinitialize=[{patterns}]"
    assert error.hint == f"{first}`{typed}` makes them new"
    assert all(p.severity == "warning" for p in judged(*words, typed))


def test_a_quantization_config_that_cannot_be_read_is_refused_before_the_load(
    saved: Path, tmp_path: Path
) -> None:
    folder = Path(shutil.copytree(saved, tmp_path / "quantised"))
    config = json.loads((folder / "config.json").read_text())
    stored = {"quant_method": "bitsandbytes", "load_in_4bit": "yes"}
    (folder / "config.json").write_text(json.dumps(config | {"quantization_config": stored}))
    composition = yaie.compose(f"model={folder}", "processor=none", "device=cpu")
    (problem,) = check_with_checkpoint(composition)
    assert problem.message == (
        "reading the checkpoint's `quantization_config`: TypeError: load_in_4bit must be a boolean"
    )
