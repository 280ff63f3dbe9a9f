"""Files that cells lack come once, before any of them runs."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from tests.hub import Hub, Repository, running
from tests.sweeps.running import cell
from yaie.cli.program import main
from yaie.sources import upstream
from yaie.sweeps.bringing import unfetched
from yaie.sweeps.cell import Cell
from yaie.sweeps.gathering import Unwatched

Captured = pytest.CaptureFixture[str]
FEW = ("fp32", "bf16")
WORDS = ("sweep", "device=cpu", "processor=none", "--measure", "none", "--into", "s", "--json")


class Spoiled(Repository):
    """Sends the last byte of each file flipped: headers are whole, and weights are not."""

    def sent(self, name: str) -> bytes:
        content = self.content(name)
        return content[:-1] + bytes([content[-1] ^ 1]) if name.endswith("tensors") else content


@pytest.fixture
def hub(tiny_bert: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Hub]:
    """Serves a model to an empty cache."""
    monkeypatch.chdir(tmp_path)
    with running() as served:
        served.add("org/bert", tiny_bert)
        monkeypatch.setenv("HF_ENDPOINT", served.url)
        monkeypatch.setenv("HF_HUB_CACHE", str(tmp_path / "hub"))
        monkeypatch.setattr(upstream, "WAITS", ())
        yield served


def rows(capsys: Captured, *words: str) -> tuple[list[dict[str, Any]], str]:
    """The rows of a sweep, and what was said meanwhile."""
    main([*WORDS, *words])
    said = capsys.readouterr()
    told: list[dict[str, Any]] = json.loads(said.out)["rows"]
    return told, said.err


def brought(hub: Hub) -> int:
    """How often weights were brought: a plan asks for their headers alone, and by no HEAD."""
    return sum(r.startswith("HEAD") and r.endswith(".safetensors") for r in hub.requests)


def test_what_two_cells_read_comes_once_and_neither_fetches(hub: Hub, capsys: Captured) -> None:
    told, said = rows(capsys, "model=org/bert", "precision=fp32,bf16")
    assert [row["status"] for row in told] == ["ok", "ok"]
    assert not any("fetch" in row["seconds"] for row in told)
    (line,) = (line for line in said.splitlines() if line.startswith("fetched "))
    assert line.startswith("fetched 1 file of org/bert: ")
    assert brought(hub) == 1


def test_files_that_cannot_be_had_are_the_rows_of_all_that_need_them(
    hub: Hub, capsys: Captured
) -> None:
    hub.repositories["org/bert"] = Spoiled(hub.repositories["org/bert"].folder)
    told, said = rows(capsys, "model=org/bert", "precision=fp32,bf16")
    assert [(row["status"], row["exit_code"], row["log"]) for row in told] == [
        ("failed", 4, None),
        ("failed", 4, None),
    ]
    assert told[0]["problems"] == told[1]["problems"]
    assert "0 to run" in said


def lacking(number: int, *words: str) -> Cell:
    return replace(cell(number, *words), lacks_files=True)


def test_cells_of_the_same_files_bring_them_once_and_one_without_weights_none(hub: Hub) -> None:
    random = lacking(0, "model=org/bert", "weights=random")
    assert not [*unfetched([random], Unwatched())]
    assert brought(hub) == 0
    loaded = [lacking(number, "model=org/bert", f"precision={p}") for number, p in enumerate(FEW)]
    assert not [*unfetched([random, *loaded], Unwatched())]
    assert brought(hub) == 1
