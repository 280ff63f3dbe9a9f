"""Files of images and sounds that are not what they should be."""

from __future__ import annotations

import builtins
import os
import wave
from pathlib import Path
from typing import Any

import pytest

from yaie.errors import Fault
from yaie.loading.answering.files import unreadable
from yaie.loading.answering.given import Given


def problem(**given: Any) -> tuple[str, Fault]:
    """The one problem of files."""
    (found,) = unreadable(Given(**{name: (file,) for name, file in given.items()}))
    return found.message, found.fault


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    file = tmp_path / "no.png"
    assert problem(images=file) == (f"`{file}` is no file that is there", Fault.SOURCE)


def test_an_address_is_not_fetched() -> None:
    said = "is no file that is there (nothing is fetched from an address)"
    assert problem(images="https://a.b/c.png") == (f"`https://a.b/c.png` {said}", Fault.SOURCE)


def test_a_folder_and_a_pipe_are_no_files(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    assert problem(images=tmp_path)[1] is Fault.SOURCE
    assert problem(audio=tmp_path / "pipe")[1] is Fault.SOURCE


@pytest.mark.parametrize("content", [b"", b"no image", b"RIFF\0\0\0\0WAVE"])
def test_a_file_of_another_kind(tmp_path: Path, content: bytes) -> None:
    file = tmp_path / "file"
    file.write_bytes(content)
    assert problem(images=file) == (f"`{file}` is no image that Pillow can read", Fault.SOURCE)
    assert problem(audio=file) == (f"`{file}` is no sound that libsndfile can read", Fault.SOURCE)


def test_an_image_that_is_cut_short(image: Path, tmp_path: Path) -> None:
    cut = tmp_path / "cut.png"
    cut.write_bytes(image.read_bytes()[:1000])
    message, fault = problem(images=cut)
    assert message.startswith(f"`{cut}` is a damaged image: ")
    assert fault is Fault.SOURCE


def test_an_image_of_too_many_pixels(tmp_path: Path) -> None:
    from PIL import Image

    file = tmp_path / "huge.png"
    Image.new("1", (10_000, 10_000)).save(file)
    said = "has more than 89,478,485 pixels, the most that Pillow reads unasked"
    assert problem(images=file) == (f"`{file}` {said}", Fault.UNSUPPORTED)


def _silence(file: Path, seconds: int) -> Path:
    with wave.open(str(file), "wb") as opened:
        opened.setnchannels(1)
        opened.setsampwidth(1)
        opened.setframerate(100)
        opened.writeframes(b"\x80" * 100 * seconds)
    return file


def test_a_sound_without_a_sample(tmp_path: Path) -> None:
    file = _silence(tmp_path / "empty.wav", 0)
    said = "holds no sound: it has no samples"
    assert problem(audio=file) == (f"`{file}` {said}", Fault.SOURCE)


def test_a_sound_of_more_than_an_hour(tmp_path: Path) -> None:
    file = _silence(tmp_path / "long.wav", 2 * 3600)
    said = "is 120 min long, and at most an hour is read"
    assert problem(audio=file) == (f"`{file}` {said}", Fault.UNSUPPORTED)


def test_without_the_package_that_reads_it(image: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    real = builtins.__import__

    def without(name: str, *args: Any, **kwargs: Any) -> Any:
        if name.partition(".")[0] in ("PIL", "soundfile"):
            raise ImportError(name, name=name)
        return real(name, *args, **kwargs)

    monkeypatch.setattr(builtins, "__import__", without)
    found = [*unreadable(Given(images=(image,), audio=(image,)))]
    assert [(p.message, p.hint) for p in found] == [
        ("`--image` needs the package `pillow`, which is not installed", "`pip install pillow`"),
        (
            "`--audio` needs the package `soundfile`, which is not installed",
            "`pip install soundfile`",
        ),
    ]
