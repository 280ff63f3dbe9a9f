"""A load from a hub on loopback: what is fetched, in which order, and what is refused before."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.hub import Hub, running
from tests.loading.answering.checkpoints import bert
from tests.loading.disks import on_a_disk

Yaie = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture
def hub(saved_llama: Path) -> Iterator[Hub]:
    with running() as served:
        served.add("org/llama", saved_llama)
        yield served


@pytest.fixture
def yaie(hub: Hub, tmp_path: Path) -> Yaie:
    """Runs yaie in a process of its own: the hub's address is read at import."""
    environment = {**os.environ, "HF_ENDPOINT": hub.url, "HF_HOME": str(tmp_path)}
    environment |= {"HF_HUB_DISABLE_TELEMETRY": "1", "HF_HUB_DISABLE_XET": "1"}
    for name in ("HF_HUB_CACHE", "HF_HUB_OFFLINE"):
        environment.pop(name, None)

    def run(*words: str) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-m", "yaie", *words]
        return subprocess.run(command, capture_output=True, text=True, env=environment)

    return run


def fetched(hub: Hub, name: str) -> bool:
    return any(name in str(request) and "GET" in str(request) for request in hub.requests)


def test_what_was_brought_once_is_loaded_again_without_a_request(hub: Hub, yaie: Yaie) -> None:
    words = ("model=org/llama", "processor=none", "--json")
    first = yaie(*words)
    assert first.returncode == 0, first.stderr
    assert json.loads(first.stdout)["source"]["revision"] == hub.repositories["org/llama"].commit
    hub.requests.clear()
    assert yaie(*words).returncode == 0
    assert hub.requests == []


def test_a_plan_lists_files_and_bytes_and_brings_a_header_without_its_weights(
    hub: Hub, yaie: Yaie, saved_llama: Path
) -> None:
    plan = yaie("plan", "model=org/llama", "processor=none", "--json")
    assert plan.returncode == 0, plan.stderr
    download = json.loads(plan.stdout)["download"]
    content = (saved_llama / "model.safetensors").read_bytes()
    assert (download["files"], download["bytes"]) == (["model.safetensors"], len(content))
    header = 8 + int.from_bytes(content[:8], "little")
    assert hub.sent["model.safetensors"] == set(range(header))


def test_a_typo_costs_no_download(hub: Hub, yaie: Yaie) -> None:
    done = yaie("model=org/llama", "model.config.hidden_sizee=3", "processor=none")
    assert done.returncode == 2
    assert "hidden_size" in done.stderr
    assert not fetched(hub, "model.safetensors")


def test_a_text_that_cannot_be_answered_costs_no_download(
    hub: Hub, yaie: Yaie, tmp_path: Path
) -> None:
    bert("ForMaskedLM")(tmp_path / "bert")
    hub.add("org/bert", tmp_path / "bert")
    refused = yaie("model=org/bert", "--text", "a cat")
    assert refused.returncode == 2
    assert refused.stderr.endswith(
        "--text: the text has no `[MASK]`, where a word is to be filled in\n\n"
        "hint: put `[MASK]` in place of a word\n"
    )
    assert not fetched(hub, "model.safetensors")


def test_a_gated_repository_says_what_to_do(hub: Hub, yaie: Yaie) -> None:
    hub.repositories["org/llama"].gated = True
    done = yaie("model=org/llama")
    assert done.returncode == 4
    assert "hf auth login" in done.stderr


@pytest.mark.parametrize("verb", ["plan", "load"])
def test_a_disk_without_room_is_told_before_the_first_byte(
    verb: str, hub: Hub, yaie: Yaie, tmp_path: Path
) -> None:
    (tmp_path / "q4.gguf").write_bytes(b"GGUF")
    hub.add("org/gguf", tmp_path).claimed = {"q4.gguf": 10**16}
    done = yaie(verb, "model=org/gguf", "model.gguf_file=q4.gguf", "task=causal-lm")
    assert (done.returncode, done.stdout) == (4, "")
    assert f"model.cache_dir: the disk of `{tmp_path}/hub/models--org--gguf` has " in done.stderr
    assert " free, and 10 PB are needed for 1 file of `org/gguf`" in done.stderr
    assert not fetched(hub, "q4.gguf")


def test_what_could_not_be_saved_is_refused_before_its_weights_are_fetched(
    yaie: Yaie, hub: Hub, tmp_path: Path
) -> None:
    asked = ("model=org/llama", "processor=none", "precision=fp32", "quantization=quanto")
    done = yaie(*asked, "--save", str(tmp_path / "out"), "-q")
    assert (done.returncode, done.stdout) == (3, "")
    assert done.stderr.startswith("--save: transformers does not save models that `quanto` has")
    assert [r for r in hub.requests if r.startswith("GET") and ".safetensors" in r] == []


def test_what_comes_from_the_hub_can_be_saved(
    yaie: Yaie, saved_llama: Path, tmp_path: Path
) -> None:
    done = yaie("model=org/llama", "processor=none", "--save", str(tmp_path / "out"), "-q")
    assert done.returncode == 0, done.stderr
    weights = "model.safetensors"
    assert (tmp_path / "out" / weights).read_bytes() == (saved_llama / weights).read_bytes()


def test_an_adapter_is_fetched_once_and_loaded_without_a_request(
    hub: Hub, yaie: Yaie, saved_lora: Path
) -> None:
    hub.add("org/lora", saved_lora)
    words = ("model=org/llama", "adapter=org/lora", "processor=none", "--json")
    planned = json.loads(yaie("plan", *words).stdout)["download"]["files"]
    assert "org/lora/adapter_model.safetensors" in planned
    brought = yaie("fetch", *words)
    assert brought.returncode == 0, brought.stderr
    hub.requests.clear()
    loaded = yaie(*words)
    assert loaded.returncode == 0, loaded.stderr
    assert hub.requests == []


def test_the_adapter_of_a_hub_comes_before_the_weights_of_its_model(
    hub: Hub, yaie: Yaie, saved_lora: Path
) -> None:
    hub.add("org/lora", saved_lora)
    loaded = yaie("model=org/llama", "adapter=org/lora", "processor=none", "--json")
    assert loaded.returncode == 0, loaded.stderr
    asked = [str(request) for request in hub.requests]
    adapter = next(i for i, said in enumerate(asked) if "adapter_model.safetensors" in said)
    weights = next(i for i, said in enumerate(asked) if "/model.safetensors" in said)
    assert adapter < weights


def test_room_for_what_is_fetched_and_saved_is_asked_for_at_once(
    hub: Hub, tmp_path: Path, saved_llama: Path
) -> None:
    """Each alone would fit, and before the save failed once all was loaded."""
    disk = tmp_path / "disk"
    size = sum(file.stat().st_size for file in saved_llama.iterdir())
    words = ("-m", "yaie", "model=org/llama", "processor=none", "-q")
    place = ("model.cache_dir=cache", "--save", "out")
    program = f"import os; os.environ['HF_ENDPOINT'] = '{hub.url}'; os.chdir('{disk}')"
    run = f"{program}; import sys; from yaie.cli.program import main; sys.exit(main(sys.argv[1:]))"
    done = on_a_disk(disk, f"size={size * 3 // 2}", "true", "-c", run, *words[2:], *place)
    assert done.returncode == 4, done.stderr
    assert "are needed, " in done.stderr
    assert "the saved model, beside what is there until it is whole" in done.stderr
    assert not fetched(hub, "model.safetensors")
