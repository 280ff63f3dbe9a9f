"""Which sweep a folder holds: another version of what its cells are loaded by makes another."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.sweeps.running import IDENTITY
from yaie.errors import InputError
from yaie.facts.packages import installed
from yaie.sweeps.cell import Cell
from yaie.sweeps.files import Files, read_whole
from yaie.sweeps.identity import claim, folder_of, holds, identity
from yaie.sweeps.measures.measuring import NOTHING
from yaie.sweeps.planned import planned
from yaie.sweeps.product import Asked

ASKED = Asked(recipe=None, overrides=("model=tiny", "device=cpu", "quantization=none,bnb_8bit"))


@pytest.fixture(scope="module")
def cells() -> tuple[Cell, ...]:
    return planned(ASKED)


@pytest.fixture
def elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Another bitsandbytes and another peft come before those that are installed."""
    for name in ("bitsandbytes-0.48.1", "peft-0.1.0"):
        (tmp_path / "packages" / f"{name}.dist-info").mkdir(parents=True)
    monkeypatch.syspath_prepend(tmp_path / "packages")
    installed.cache_clear()
    yield
    installed.cache_clear()


def own(cells: tuple[Cell, ...]) -> dict[str, Any]:
    return identity(ASKED, cells, NOTHING)


def versions(**numbers: str) -> dict[str, Any]:
    return {**IDENTITY, "versions": numbers}


def test_a_cell_names_the_packages_that_it_is_loaded_by(cells: tuple[Cell, ...]) -> None:
    plain, quantised = (cell.packages for cell in cells)
    assert plain == {"safetensors", "tokenizers", "accelerate"}
    assert quantised - plain == {"bitsandbytes"}


@pytest.mark.usefixtures("elsewhere")
def test_versions_of_what_the_cells_use_count_and_no_others(cells: tuple[Cell, ...]) -> None:
    told = own(cells)["versions"]
    assert told["bitsandbytes"] == "0.48.1"
    assert {"yaie", "transformers", "torch"} < told.keys()
    assert "peft" not in told
    assert "bitsandbytes" not in own(cells[:1])["versions"]


def test_another_version_has_another_folder(cells: tuple[Cell, ...]) -> None:
    here = own(cells)
    other = {**here, "versions": {**here["versions"], "bitsandbytes": "0.48.1"}}
    assert folder_of(cells, here) == folder_of(cells, own(cells)) != folder_of(cells, other)


def test_a_folder_of_another_version_is_refused_with_both(tmp_path: Path) -> None:
    claim(Files(tmp_path), versions(torch="2.13.0", bitsandbytes="0.48.1"))
    with pytest.raises(InputError) as caught:
        claim(Files(tmp_path), versions(torch="2.13.0", bitsandbytes="0.50.2"))
    assert caught.value.problems[0].message == (
        f"`{tmp_path}` holds another sweep: it was run by bitsandbytes 0.48.1, and here is 0.50.2"
    )


def test_a_package_that_was_not_there_when_cells_were_refused_makes_no_other_sweep(
    tmp_path: Path,
) -> None:
    files = Files(tmp_path)
    claim(files, versions(torch="2.13.0"))
    now = versions(torch="2.13.0", bitsandbytes="0.50.2")
    claim(files, now)
    assert read_whole(files.identity) == now
    claim(files, versions(torch="2.13.0"))
    assert not holds(files, versions(torch="2.13.0", bitsandbytes="0.51"))


def test_files_that_were_not_there_when_cells_were_refused_count_once_they_are(
    tmp_path: Path,
) -> None:
    def read(contents: str | None) -> dict[str, Any]:
        return {**IDENTITY, "cells": [{"cell": {}, "asks": "1", "reads": contents}]}

    claim(Files(tmp_path), read(None))
    claim(Files(tmp_path), read("before"))
    with pytest.raises(InputError, match="files that its cells read have changed since"):
        claim(Files(tmp_path), read("after"))


def test_a_model_that_could_not_run_brings_a_reference_of_its_own(tmp_path: Path) -> None:
    files = Files(tmp_path)
    claim(files, {**IDENTITY, "references": [0]})
    claim(files, {**IDENTITY, "references": [0, 2]})
    claim(files, {**IDENTITY, "references": [0]})
    assert read_whole(files.identity)["references"] == [0, 2]
    assert not holds(files, {**IDENTITY, "references": [0, 3]})
