from __future__ import annotations

import json
from datetime import date
from pathlib import Path

import pytest

from tests.hub import Hub
from yaie.sources import rates
from yaie.sources.bring import bring
from yaie.sources.rates import kept_file, note, rate
from yaie.sources.upstream import hub_name
from yaie.spec.model import ModelSpec

PLACE = "https://huggingface.co"
LARGE = 50_000_000


@pytest.fixture(autouse=True)
def _kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "kept"))


def test_a_rate_is_that_of_all_its_measures() -> None:
    note("fetch", PLACE, LARGE, 1.0)
    note("fetch", PLACE, 3 * LARGE, 1.0)
    found = rate("fetch", PLACE)
    assert found is not None
    assert found.as_json() == {
        "bytes_per_second": 100_000_000,
        "measured_bytes": 200_000_000,
        "times": 2,
        "last": date.today().isoformat(),
    }


def test_where_nothing_was_measured_there_is_no_rate() -> None:
    note("fetch", PLACE, LARGE, 1.0)
    assert rate("fetch", "https://elsewhere") is None
    assert rate("read", PLACE) is None


def test_too_few_bytes_tell_nothing() -> None:
    note("fetch", PLACE, 1_000_000, 1.0)
    assert rate("fetch", PLACE) is None


def test_the_last_measures_count() -> None:
    note("fetch", PLACE, 1000 * LARGE, 1.0)
    for _ in range(8):
        note("fetch", PLACE, LARGE, 1.0)
    found = rate("fetch", PLACE)
    assert found is not None
    assert (found.times, found.bytes_per_second) == (8, LARGE)


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b'[{"kind": "fetch", "pla',
        b"{}",
        b"[1]",
        b'[{"kind": "fetch", "place": "x", "bytes": Infinity, "seconds": 1, "day": "2026-01-01"}]',
        b'[{"kind": "fetch", "place": "x", "bytes": 1, "seconds": 0, "day": "2026-01-01"}]',
        b'[{"kind": "fetch", "place": "x", "bytes": 1, "seconds": 1, "day": "long ago"}]',
        b"[" * 100_000,
    ],
)
def test_a_spoiled_file_holds_no_measure_and_is_written_anew(content: bytes) -> None:
    kept_file().parent.mkdir(parents=True)
    kept_file().write_bytes(content)
    assert rate("fetch", "x") is None
    note("fetch", PLACE, LARGE, 1.0)
    assert len(json.loads(kept_file().read_bytes())) == 1


def test_a_folder_that_cannot_be_written_is_no_error(tmp_path: Path) -> None:
    (tmp_path / "kept").write_text("a file")
    note("fetch", PLACE, LARGE, 1.0)
    assert rate("fetch", PLACE) is None


def test_a_password_of_the_hub_is_not_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HF_ENDPOINT", "https://me:secret@hub.local:8080/hf/")
    assert hub_name() == "https://hub.local:8080/hf"


def test_a_fetch_is_measured(hub: Hub, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rates, "LEAST_BYTES", 1000)
    bring(ModelSpec(id="org/model"))
    found = rate("fetch", hub.url)
    assert found is not None
    assert (found.bytes, found.times) == (2000, 2)
    bring(ModelSpec(id="org/model"))
    assert rate("fetch", hub.url) == found
