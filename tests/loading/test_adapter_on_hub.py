"""Adapters of a hub: judged by config and header alone, brought once a load is sure of them."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file, save_file

import yaie
from tests.hub import Hub, serving
from yaie.errors import SourceError
from yaie.planning.download import plan_with_files
from yaie.planning.inquiry import check_with_checkpoint

WEIGHTS = "adapter_model.safetensors"
TOKENS = torch.tensor([[1, 2, 3, 4, 5]])


@pytest.fixture
def lora(saved_lora: Path, tmp_path: Path) -> Path:
    """A copy of the adapter that a test may spoil before it is served."""
    return Path(shutil.copytree(saved_lora, tmp_path / "lora"))


@pytest.fixture
def hub(lora: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Hub]:
    with serving(monkeypatch, tmp_path / "hub", {"org/lora": lora}) as served:
        yield served


def words(base: Path) -> tuple[str, ...]:
    return (f"model={base}", "adapter=org/lora", "processor=none")


def test_a_check_asks_for_no_byte_of_its_weights(hub: Hub, lora: Path, saved_llama: Path) -> None:
    assert not [p for p in check_with_checkpoint(yaie.compose(*words(saved_llama))) if p.hint]
    start = 8 + int.from_bytes((lora / WEIGHTS).read_bytes()[:8], "little")
    assert hub.sent[WEIGHTS] == set(range(start))


def test_an_adapter_of_other_layers_is_told_by_its_header(
    hub: Hub, lora: Path, saved_llama: Path
) -> None:
    stored = load_file(lora / WEIGHTS)
    save_file({n.replace("layers.1", "layers.7"): t for n, t in stored.items()}, lora / WEIGHTS)
    problems = check_with_checkpoint(yaie.compose(*words(saved_llama)))
    assert [(p.path, p.message.partition(":")[0]) for p in problems if p.severity == "error"] == [
        (
            "adapter.id",
            "it lacks 4 weights that its config makes a place for in `LlamaForCausalLM`",
        ),
        ("adapter.id", "4 weights of it have no place in `LlamaForCausalLM`"),
    ]


def test_a_plan_lists_the_file_that_is_not_here_yet(
    hub: Hub, lora: Path, saved_llama: Path
) -> None:
    plan = plan_with_files(yaie.compose(*words(saved_llama)))
    assert plan.download is not None
    size = (lora / WEIGHTS).stat().st_size
    assert plan.download.files == {f"org/lora/{WEIGHTS}": size}
    assert plan.memory is not None


def test_the_adapter_comes_though_its_model_is_here(
    hub: Hub, saved_llama: Path, saved_lora: Path
) -> None:
    loaded = yaie.load(*words(saved_llama))
    hub.requests.clear()
    again = yaie.load(*words(saved_llama))
    here = yaie.load(f"model={saved_llama}", f"adapter={saved_lora}", "processor=none")
    assert hub.requests == []
    for each in (loaded, again):
        assert torch.equal(each.model(TOKENS).logits, here.model(TOKENS).logits)


@pytest.mark.parametrize(
    ("absent", "lacks"),
    [
        ("adapter_config.json", "no adapter_config.json, so that it is no adapter"),
        (WEIGHTS, "neither adapter_model.safetensors nor adapter_model.bin"),
    ],
)
def test_a_repository_that_lacks_a_file_is_told_before_the_load(
    hub: Hub, lora: Path, saved_llama: Path, absent: str, lacks: str
) -> None:
    (lora / absent).unlink()
    with pytest.raises(SourceError) as raised:
        yaie.load(*words(saved_llama))
    (problem,) = raised.value.problems
    assert (problem.path, problem.message) == ("adapter.id", f"`org/lora` holds {lacks}")
    found = check_with_checkpoint(yaie.compose(*words(saved_llama)))
    assert [each.message for each in found] == [f"`org/lora` holds {lacks}"]


def test_a_type_that_is_not_injected_is_told_before_its_weights_come(
    hub: Hub, lora: Path, saved_llama: Path
) -> None:
    file = lora / "adapter_config.json"
    file.write_text(json.dumps(json.loads(file.read_text()) | {"peft_type": "VERA"}))
    problems = check_with_checkpoint(yaie.compose(*words(saved_llama)))
    assert "names the type `VERA`" in problems[0].message
