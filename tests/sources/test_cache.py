from __future__ import annotations

import runpy
from pathlib import Path

import huggingface_hub.constants
import pytest

from yaie.errors import InputError
from yaie.sources.cache import cache_folder, cached_commit, remember

VARIABLES = ("HF_HUB_CACHE", "HUGGINGFACE_HUB_CACHE", "HF_HOME", "XDG_CACHE_HOME")


@pytest.mark.parametrize(
    "environment",
    [
        {},
        {"HF_HOME": "/data/hf"},
        {"HF_HOME": "~/hf"},
        {"HF_HOME": "$HOME/hf", "XDG_CACHE_HOME": "/xdg"},
        {"XDG_CACHE_HOME": "/xdg"},
        {"HF_HUB_CACHE": "/hub", "HF_HOME": "/data/hf"},
        {"HUGGINGFACE_HUB_CACHE": "/old", "HF_HOME": "/data/hf"},
        {"HUGGINGFACE_HUB_CACHE": "/old", "HF_HUB_CACHE": "/hub"},
    ],
)
def test_the_cache_is_where_huggingface_hub_has_it(
    environment: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in VARIABLES:
        monkeypatch.delenv(name, raising=False)
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    theirs = runpy.run_path(huggingface_hub.constants.__file__)["HF_HUB_CACHE"]
    assert str(cache_folder()) == theirs


def test_a_folder_asked_for_goes_before_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HF_HUB_CACHE", "/hub")
    assert cache_folder("~/mine") == Path.home() / "mine"


def test_a_revision_that_was_remembered_is_found(tmp_path: Path) -> None:
    (tmp_path / "snapshots" / "c0ffee").mkdir(parents=True)
    remember(tmp_path, "refs/pr/4", "c0ffee")
    assert cached_commit(tmp_path, "refs/pr/4") == "c0ffee"
    assert cached_commit(tmp_path, "c0ffee") == "c0ffee"
    assert cached_commit(tmp_path, None) is None


@pytest.mark.parametrize("commit", ["../../etc", "..", "", "c0ffee\n"])
def test_a_reference_that_leads_out_of_the_cache_is_not_followed(
    commit: str, tmp_path: Path
) -> None:
    (tmp_path / "refs").mkdir()
    (tmp_path / "snapshots" / "c0ffee").mkdir(parents=True)
    (tmp_path / "refs" / "main").write_text(commit)
    assert cached_commit(tmp_path, None) is None


@pytest.mark.parametrize("revision", ["../main", "a b", "-x", "/main", "a\0", "x" * 300])
def test_a_revision_that_git_would_not_take_is_an_input_error(
    revision: str, tmp_path: Path
) -> None:
    with pytest.raises(InputError, match="cannot be the name of a branch, a tag or a commit"):
        cached_commit(tmp_path, revision)


def test_a_cache_with_too_long_a_name_holds_nothing() -> None:
    assert cached_commit(Path("y" * 400), None) is None
