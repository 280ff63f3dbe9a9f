"""`yaie fetch`: several loads, judged and measured together, brought once."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.hub import Hub, serving
from yaie.cli.program import main

Captured = pytest.CaptureFixture[str]
OURS = ("model=org/llama", "processor=none")


@pytest.fixture
def hub(saved_llama: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Hub]:
    with serving(monkeypatch, tmp_path / "hub", {"org/llama": saved_llama}) as served:
        yield served


@pytest.fixture
def recipes(tmp_path: Path) -> list[str]:
    """Two recipes of the same checkpoint."""
    files = [tmp_path / "a.yaml", tmp_path / "b.yaml"]
    files[0].write_text("model: org/llama\nprocessor: none\n")
    files[1].write_text("model: org/llama\nprocessor: none\nprecision: bf16\n")
    return [str(file) for file in files]


def fetched(capsys: Captured, *words: str) -> list[dict[str, Any]]:
    assert main(["fetch", *words, "--json"]) == 0
    results: list[dict[str, Any]] = json.loads(capsys.readouterr().out)["results"]
    return results


def weights_asked(hub: Hub) -> int:
    return sum(r.startswith("GET") and r.endswith(".safetensors") for r in hub.requests)


def test_what_a_load_reads_is_brought(hub: Hub, capsys: Captured, tmp_path: Path) -> None:
    (result,) = fetched(capsys, *OURS)
    commit = hub.repositories["org/llama"].commit
    assert result["source"] == {"id": "org/llama", "revision": commit}
    assert result["files"] == ["model.safetensors"]
    assert Path(result["folder"], "model.safetensors").stat().st_size == result["bytes"]


def test_a_second_fetch_asks_no_hub(hub: Hub, capsys: Captured) -> None:
    fetched(capsys, *OURS)
    hub.requests.clear()
    (result,) = fetched(capsys, *OURS)
    assert result["files"] == []
    assert "model.safetensors" in result["cached"]["files"]
    assert hub.requests == []


def test_what_two_recipes_read_comes_once(hub: Hub, capsys: Captured, recipes: list[str]) -> None:
    first, second = fetched(capsys, *recipes)
    assert (first["recipe"], second["recipe"]) == tuple(recipes)
    assert (first["files"], second["files"]) == (["model.safetensors"], [])
    assert weights_asked(hub) == 1


def test_all_that_does_not_fit_together_is_told_before_the_first_byte(
    hub: Hub, capsys: Captured, tmp_path: Path
) -> None:
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "q4.gguf").write_bytes(b"GGUF")
        hub.add(f"org/{name}", tmp_path / name).claimed = {"q4.gguf": 10**16}
        recipe = {"model": {"id": f"org/{name}", "gguf_file": "q4.gguf"}, "task": "causal-lm"}
        (tmp_path / f"{name}.yaml").write_text(json.dumps(recipe))
    assert main(["fetch", str(tmp_path / "one.yaml"), str(tmp_path / "two.yaml")]) == 4
    said = capsys.readouterr().err
    wanted = "20 PB are needed, 10 PB for 1 file of `org/one` and 10 PB for 1 file of `org/two`"
    assert wanted in said
    assert not hub.sent["q4.gguf"]


def test_an_error_of_one_recipe_keeps_all_from_coming(
    hub: Hub, capsys: Captured, recipes: list[str]
) -> None:
    Path(recipes[1]).write_text("model: org/llama\nprocessor: none\nprecision: fp17\n")
    assert main(["fetch", *recipes]) == 2
    assert capsys.readouterr().err.startswith("precision: ")
    assert weights_asked(hub) == 0


def test_files_come_here_for_a_machine_elsewhere(hub: Hub, capsys: Captured) -> None:
    assert main(["fetch", *OURS, "device=cuda"]) == 3
    assert weights_asked(hub) == 0
    capsys.readouterr()
    (result,) = fetched(capsys, *OURS, "device=cuda", "--host", "h100")
    assert result["files"] == ["model.safetensors"]


def test_a_line_a_load_is_told(hub: Hub, capsys: Captured, tmp_path: Path) -> None:
    assert main(["fetch", *OURS, "-q"]) == 0
    commit = hub.repositories["org/llama"].commit
    out = capsys.readouterr().out
    assert out.startswith(f"org/llama at {commit}: 1 file fetched, ")
    assert out.endswith(
        f"2 files at hand, in {tmp_path}/hub/models--org--llama/snapshots/{commit}\n"
    )


def test_the_model_of_the_package_is_at_hand(capsys: Captured) -> None:
    assert main(["fetch", "model=tiny"]) == 0
    assert capsys.readouterr().out.startswith("pkg://yaie/tiny: 7 files at hand, in ")
