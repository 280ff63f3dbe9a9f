from __future__ import annotations

from importlib import metadata
from pathlib import Path

from yaie.facts.packages import installed, versions


def test_names_are_normalised(tmp_path: Path) -> None:
    (tmp_path / "Flash_Attn-2.8.1+cu12.dist-info").mkdir()
    assert versions([str(tmp_path)]) == {"flash-attn": "2.8.1+cu12"}


def test_the_first_folder_wins(tmp_path: Path) -> None:
    for folder, version in (("a", "1.0"), ("b", "2.0")):
        (tmp_path / folder / f"gguf-{version}.dist-info").mkdir(parents=True)
    assert versions([str(tmp_path / "a"), str(tmp_path / "b")]) == {"gguf": "1.0"}


def test_folders_that_are_not_there_hold_nothing(tmp_path: Path) -> None:
    assert versions([str(tmp_path / "none"), ""]) == {}


def test_an_egg_tells_its_version_too(tmp_path: Path) -> None:
    (tmp_path / "numpy-1.24.2-py3.11.egg-info").mkdir()
    assert versions([str(tmp_path)]) == {"numpy": "1.24.2"}


def test_versions_are_those_of_importlib_metadata() -> None:
    names = ("torch", "transformers", "accelerate", "pydantic")
    assert {n: installed()[n] for n in names} == {n: metadata.version(n) for n in names}
