from __future__ import annotations

from pathlib import Path

import pytest

from tests.hub import Hub
from yaie.sources.bring import bring, fetch, list_files
from yaie.sources.stock import Stock
from yaie.spec.model import ModelSpec

MODEL = ModelSpec(id="org/model")
SHARDS = ("model-00001-of-00002.safetensors", "model-00002-of-00002.safetensors")


def test_what_the_snapshot_has_is_not_to_fetch(hub: Hub) -> None:
    listing = list_files(MODEL)
    assert Stock(listing, None).to_fetch(SHARDS) == dict.fromkeys(SHARDS, 1000)
    fetch(listing, SHARDS[:1])
    assert Stock(listing, None).to_fetch(SHARDS) == {SHARDS[1]: 1000}


def test_what_another_revision_brought_is_taken_over(hub: Hub, checkpoint: Path) -> None:
    bring(MODEL)
    (checkpoint / SHARDS[1]).write_bytes(b"new")
    listing = list_files(MODEL)
    assert Stock(listing, None).to_fetch(listing.files) == {SHARDS[1]: 3}
    hub.requests.clear()
    told: list[int] = []
    fetch(listing, SHARDS, progress=lambda _, total: told.append(total))
    assert set(told) == {3}
    assert len([r for r in hub.requests if r.startswith("GET")]) == 1


def test_a_file_cut_short_is_to_fetch_again(hub: Hub) -> None:
    source = bring(MODEL)
    (source.folder / SHARDS[0]).resolve().write_bytes(b"cut")
    assert Stock(list_files(MODEL), None).to_fetch(SHARDS) == {SHARDS[0]: 1000}


@pytest.mark.parametrize(
    ("variable", "named"),
    [("HF_HUB_CACHE", "HF_HUB_CACHE"), ("HF_HOME", "HF_HOME"), ("XDG_CACHE_HOME", "HF_HOME")],
)
def test_the_hint_names_the_variable_that_would_move_the_cache(
    hub: Hub, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, variable: str, named: str
) -> None:
    for name in ("HF_HUB_CACHE", "HUGGINGFACE_HUB_CACHE", "HF_HOME", "XDG_CACHE_HOME"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv(variable, str(tmp_path))
    assert Stock(list_files(MODEL), None).need(SHARDS).hint() == (
        f"make room, or name a folder on another disk: `model.cache_dir=…`, or set `{named}`"
    )


def test_the_hint_tells_of_downloads_that_broke_off(hub: Hub, tmp_path: Path) -> None:
    blobs = tmp_path / "models--org--other" / "blobs"
    blobs.mkdir(parents=True)
    (blobs / "c0ffee.1234.incomplete").write_bytes(b"x" * 5000)
    assert Stock(list_files(MODEL), str(tmp_path)).need(SHARDS).hint() == (
        f"`hf cache prune --cache-dir {tmp_path}` removes 5 kB of downloads that broke off, or"
        " name a folder on another disk: `model.cache_dir=…`"
    )
