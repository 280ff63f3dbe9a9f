"""What a plan says of the files: to fetch, at hand, where, and how long it takes."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from shutil import disk_usage

import pytest

import yaie
from tests.hub import Hub, serving
from yaie.errors import SourceError
from yaie.planning.download_plan import DownloadPlan
from yaie.sources.bring import bring
from yaie.sources.rates import note

OURS = ("model=org/bert", "processor=none")


@pytest.fixture
def hub(tiny_bert: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Hub]:
    with serving(monkeypatch, tmp_path / "hub", {"org/bert": tiny_bert}) as served:
        monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "kept"))
        monkeypatch.delenv("HF_HUB_CACHE")
        monkeypatch.setenv("HF_HOME", str(tmp_path))
        yield served


def planned(*words: str, host: str = "this") -> DownloadPlan:
    download = yaie.plan(*words, host=host).download
    assert download is not None
    return download


def test_the_files_to_fetch_stand_beside_those_at_hand(hub: Hub, tiny_bert: Path) -> None:
    sizes = {file.name: file.stat().st_size for file in tiny_bert.iterdir()}
    download = planned(*OURS)
    assert download.files == {"model.safetensors": sizes["model.safetensors"]}
    assert download.cached == {"config.json": sizes["config.json"]}


def test_what_was_brought_is_at_hand_and_asks_no_hub(hub: Hub, tmp_path: Path) -> None:
    words = (*OURS, f"model.cache_dir={tmp_path}/mine")
    first = planned(*words)
    bring(yaie.compose(*words).spec.model)
    hub.requests.clear()
    second = planned(*words)
    assert second.files == {}
    assert second.cached == {**(first.cached or {}), **first.files}
    assert hub.requests == []


def test_the_place_is_named_with_what_chose_it_and_its_room(hub: Hub, tmp_path: Path) -> None:
    room = planned(*OURS).room
    assert room is not None
    assert (room.folder, room.chosen_by) == (tmp_path / "hub", "HF_HOME")
    assert abs(room.free_bytes - disk_usage(tmp_path).free) < 10**9
    asked = planned(*OURS, f"model.cache_dir={tmp_path}/mine").room
    assert asked is not None
    assert (asked.folder, asked.chosen_by) == (tmp_path / "mine", "model.cache_dir")


def test_what_was_not_measured_is_not_estimated(hub: Hub) -> None:
    document = planned(*OURS).as_json()
    assert document["seconds"] == {"fetch": None, "read": None}
    assert document["rates"] == {"fetch": None, "read": None}


def test_an_estimate_is_of_what_was_measured_of_that_hub(hub: Hub) -> None:
    note("fetch", hub.url, 10_000_000, 10_000)
    download = planned(*OURS)
    assert download.fetch_seconds == round(download.bytes / 1000, 1)
    assert download.as_json()["from"] == hub.url


def test_a_disk_without_room_has_no_plan(hub: Hub, tmp_path: Path) -> None:
    hub.add("org/gguf", tmp_path).claimed = {"q4.gguf": 10**16}
    (tmp_path / "q4.gguf").write_bytes(b"GGUF")
    words = ("model=org/gguf", "model.gguf_file=q4.gguf", "task=causal-lm")
    with pytest.raises(SourceError, match="10 PB are needed for 1 file of `org/gguf`") as caught:
        planned(*words)
    assert caught.value.exit_code == 4
    assert planned(*words, host="h100").bytes == 10**16


def test_of_another_machine_neither_cache_nor_disk_is_known(hub: Hub) -> None:
    here, there = planned(*OURS), planned(*OURS, host="cpu-64gb")
    assert there.files == {**(here.cached or {}), **here.files}
    document = there.as_json()
    unknown = ("cached", "folder", "folder_from", "free_bytes")
    assert [document[name] for name in unknown] == [None, None, None, None]


def test_a_folder_is_read_where_it_lies(tiny_bert: Path) -> None:
    download = planned(f"model={tiny_bert}", "processor=none")
    assert download.files == {}
    assert set(download.cached or {}) == {"config.json", "model.safetensors"}
    assert download.room is not None
    assert download.room.folder == tiny_bert
