"""A saved or pushed adapter: what it may take the place of, and whom writing it asks."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

import yaie
from tests.push_hub import PushHub
from yaie.cli.program import main

Load = Callable[..., yaie.Loaded]
Captured = pytest.CaptureFixture[str]


@pytest.fixture
def lora(saved_lora: Path, tmp_path: Path) -> Path:
    """A copy of the adapter that a test may spoil."""
    return Path(shutil.copytree(saved_lora, tmp_path / "lora"))


def contents(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def test_an_adapter_does_not_take_the_place_of_a_model(
    llama: Path, saved_lora: Path, capsys: Captured
) -> None:
    before = contents(llama)
    words = [f"model={llama}", f"adapter={saved_lora}", "processor=none"]
    assert main([*words, "--save", str(llama)]) == 2
    assert contents(llama) == before
    assert capsys.readouterr().err == (
        f"--save: `{llama}` is not empty and no adapter: it holds `config.json`,"
        " `generation_config.json`, `model.safetensors`\n\nhint: name a folder that is new, empty,"
        " or holds an adapter; `adapter.merge=true` saves the whole model\n"
    )


def test_an_adapter_does_not_take_the_place_of_a_model_from_python_either(
    load: Load, llama: Path, saved_lora: Path
) -> None:
    loaded = load(llama, f"adapter={saved_lora}")
    with pytest.raises(yaie.InputError, match="is not empty and no adapter"):
        loaded.save(llama)
    assert (llama / "model.safetensors").exists()


def test_a_model_with_an_adapter_in_its_folder_is_not_replaced_by_an_adapter(
    load: Load, saved_llama: Path, saved_lora: Path, lora: Path
) -> None:
    shutil.copy(saved_llama / "model.safetensors", lora)
    loaded = load(saved_llama, f"adapter={saved_lora}")
    with pytest.raises(yaie.InputError) as raised:
        loaded.save(lora)
    assert raised.value.problems[0].message == (
        f"`{lora}` is replaced as a whole, and holds `model.safetensors`, which no adapter has"
    )


def test_a_model_does_not_take_the_place_of_an_adapter(
    load: Load, saved_llama: Path, lora: Path
) -> None:
    merged = load(saved_llama, f"adapter={lora}", "adapter.merge=true")
    with pytest.raises(yaie.InputError, match="is not empty and no checkpoint"):
        merged.save(lora)
    shutil.copy(saved_llama / "config.json", lora)
    with pytest.raises(yaie.InputError, match="is not empty and no checkpoint"):
        merged.save(lora)


def test_an_adapter_takes_the_place_of_an_adapter(
    load: Load, saved_llama: Path, lora: Path
) -> None:
    loaded = load(saved_llama, f"adapter={lora}")
    loaded.save(lora)
    first = contents(lora)
    loaded.save(lora)
    assert contents(lora) == first
    assert (lora / "README.md").exists()


def test_no_hub_is_asked_of_the_model_that_an_adapter_names(
    load: Load, saved_llama: Path, lora: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    file = lora / "adapter_config.json"
    named = {"base_model_name_or_path": "m/llama"}
    file.write_text(json.dumps(json.loads(file.read_text()) | named))
    loaded = load(saved_llama, f"adapter={lora}")
    assert loaded.save(tmp_path / "out").warnings == ()
    written = json.loads((tmp_path / "out" / "adapter_config.json").read_text())
    assert written["base_model_name_or_path"] == "m/llama"
    with pytest.warns(UserWarning, match="Could not find a config file in m/llama"):
        loaded.model.save_pretrained(tmp_path / "upstream")
    stored = "adapter_model.safetensors"
    assert contents(tmp_path / "out")[stored] == contents(tmp_path / "upstream")[stored]


@pytest.mark.parametrize("more", [(), ("--revision", "new")])
def test_an_adapter_is_not_pushed_in_the_place_of_a_model(
    hub: PushHub, llama: Path, saved_lora: Path, capsys: Captured, more: tuple[str, ...]
) -> None:
    hub.make("me/llama").write({"config.json": b"{}", "model.safetensors": b"x"})
    words = [f"model={llama}", f"adapter={saved_lora}", "processor=none", "--push", "me/llama"]
    assert main([*words, *more]) == 3
    assert capsys.readouterr().err == (
        "--push: `me/llama` holds a model (`config.json`, `model.safetensors`), whose place an"
        " adapter alone would take\n\nhint: push to another repository;"
        " `adapter.merge=true` pushes the whole model\n"
    )
    assert {request.split()[0] for request in hub.requests} == {"GET"}


def test_an_adapter_is_pushed_over_itself_and_no_model_over_it(
    hub: PushHub, load: Load, saved_llama: Path, saved_lora: Path
) -> None:
    loaded = load(saved_llama, f"adapter={saved_lora}")
    first = loaded.push("me/lora")
    assert loaded.push("me/lora").commit == first.commit
    assert "config.json" not in hub.repository("me/lora").head().held
    with pytest.raises(yaie.UnsupportedError, match="whose place a whole model would take"):
        load(saved_llama).push("me/lora")


def test_an_adapter_is_not_pushed_in_the_place_of_a_model_from_python_either(
    hub: PushHub, load: Load, saved_llama: Path, saved_lora: Path
) -> None:
    hub.make("me/llama").write({"pytorch_model.bin": b"x"})
    with pytest.raises(yaie.UnsupportedError, match="whose place an adapter alone would take"):
        load(saved_llama, f"adapter={saved_lora}").push("me/llama")
