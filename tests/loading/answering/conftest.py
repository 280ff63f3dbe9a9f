"""Tiny checkpoints written once a session, images and recordings."""

from __future__ import annotations

import wave
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import yaie
from tests.loading.answering import checkpoints, hearing, seeing
from yaie.loading.answering.given import Given

Made = Callable[..., Path]
Ask = Callable[..., yaie.Loaded]


@pytest.fixture(scope="session")
def made(tmp_path_factory: pytest.TempPathFactory) -> Made:
    """The folder of a checkpoint by the name of its maker, under a head where it has several."""
    import torch

    folders: dict[tuple[str, ...], Path] = {}

    def folder(name: str, *head: str) -> Path:
        key = (name, *head)
        if key not in folders:
            folders[key] = tmp_path_factory.mktemp("-".join(key))
            places = (checkpoints, seeing, hearing)
            maker = next(getattr(place, name) for place in places if hasattr(place, name))
            torch.manual_seed(0)
            (maker(*head) if head else maker)(folders[key])
        return folders[key]

    return folder


@pytest.fixture(scope="session")
def image(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """64 by 48 pixels of noise."""
    return _noise(tmp_path_factory.mktemp("images") / "noise.png", 0)


@pytest.fixture(scope="session")
def other_image(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return _noise(tmp_path_factory.mktemp("images") / "other.png", 1)


def _noise(file: Path, seed: int) -> Path:
    import numpy
    from PIL import Image

    pixels = numpy.random.default_rng(seed).integers(0, 255, (48, 64, 3), dtype="uint8")
    Image.fromarray(pixels).save(file)
    return file


@pytest.fixture(scope="session")
def recorded(tmp_path_factory: pytest.TempPathFactory) -> Callable[[int], Path]:
    """Half a second of a tone, by its samples a second."""
    folder = tmp_path_factory.mktemp("sounds")

    def file(rate: int) -> Path:
        path = folder / f"{rate}.wav"
        with wave.open(str(path), "wb") as opened:
            opened.setnchannels(1)
            opened.setsampwidth(2)
            opened.setframerate(rate)
            opened.writeframes(tone(rate).tobytes())
        return path

    return file


def tone(rate: int) -> Any:
    """The samples of that, as they are stored."""
    import numpy

    turns = numpy.arange(rate // 2) * 440 / rate
    return (numpy.sin(turns * 2 * numpy.pi) * 20_000).astype("<i2")


def asked(folder: Path, *overrides: str, **given: Any) -> dict[str, Any]:
    """What `load` tells of a checkpoint that is given something, as JSON."""
    from yaie.loading.acts.answer import Answer
    from yaie.loading.load import load

    lists = {name: tuple(v) if isinstance(v, list) else v for name, v in given.items()}
    composition = yaie.compose(f"model={folder}", *overrides)
    return load(composition, acts=(Answer(given=Given(**lists)),)).receipt.as_json()
