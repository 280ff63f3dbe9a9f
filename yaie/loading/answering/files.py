"""Images and sounds read from files, and why some are not."""

from __future__ import annotations

import os
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from yaie.errors import Fault, Problem
from yaie.loading.answering.given import Given
from yaie.loading.answering.parts import part
from yaie.loading.brought import Brought

MOST_SECONDS = 3600
"""Length of a recording that is read; its samples take 4 bytes a channel."""


def unreadable(given: Given) -> Iterator[Problem]:
    """Why files cannot be read: absent, no images, no sounds, huge, or nothing to read them by."""
    for file in given.images:
        yield from _absent("--image", file) or _spoiled_image(file)
    for file in given.audio:
        yield from _absent("--audio", file) or _spoiled_sound(file)


def picture(file: str | Path) -> Any:
    """A file's image in RGB, turned as its camera was held."""
    from PIL import Image
    from transformers.image_utils import load_image

    with Image.open(file) as image:
        return load_image(image)


def samples(processor: Any, file: str | Path) -> Any:
    """A file's sound in one channel, float32, at the rate that the feature extractor takes."""
    import soundfile
    import soxr

    heard, rate = soundfile.read(file, dtype="float32", always_2d=True)
    wanted = rate_of(processor)
    mono = heard.mean(axis=1)
    return mono if rate == wanted else soxr.resample(mono, rate, wanted)


def rate_of(processor: Any) -> int:
    """Samples a second that the model takes."""
    return int(part(processor, "feature_extractor").sampling_rate)


def resampled(loaded: Brought, given: Given) -> Iterator[Problem]:
    """A word on each sound that was not of the rate that the model takes."""
    for file in given.audio:
        import soundfile

        rate, wanted = soundfile.info(file).samplerate, rate_of(loaded.processor)
        if rate != wanted:
            message = f"`{file}` has {rate:,} samples a second, and was resampled to {wanted:,}"
            yield Problem(path="--audio", message=message, severity="warning")


def _absent(flag: str, file: str | Path) -> list[Problem]:
    if not Path(file).is_file():
        address = " (nothing is fetched from an address)" if "://" in str(file) else ""
        return [_problem(flag, f"`{file}` is no file that is there{address}", Fault.SOURCE)]
    if not os.access(file, os.R_OK):
        return [_problem(flag, f"`{file}` may not be read by you", Fault.SOURCE)]
    return []


def _spoiled_image(file: str | Path) -> Iterator[Problem]:
    try:
        from PIL import Image, UnidentifiedImageError
    except ImportError:
        yield _lacking("--image", "pillow")
        return
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            with Image.open(file) as image:
                image.load()
    except (Image.DecompressionBombWarning, Image.DecompressionBombError):
        most = f"{Image.MAX_IMAGE_PIXELS:,}"
        message = f"`{file}` has more than {most} pixels, the most that Pillow reads unasked"
        yield _problem("--image", message, Fault.UNSUPPORTED)
    except UnidentifiedImageError:
        yield _problem("--image", f"`{file}` is no image that Pillow can read", Fault.SOURCE)
    except (OSError, SyntaxError, ValueError) as error:
        yield _problem("--image", f"`{file}` is a damaged image: {error}", Fault.SOURCE)


def _spoiled_sound(file: str | Path) -> Iterator[Problem]:
    try:
        import soundfile
        import soxr  # noqa: F401
    except ImportError as error:
        yield _lacking("--audio", str(error.name))
        return
    try:
        about = soundfile.info(file)
    except soundfile.LibsndfileError:
        message = f"`{file}` is no sound that libsndfile can read"
        yield _problem("--audio", message, Fault.SOURCE)
        return
    if not about.frames:
        yield _problem("--audio", f"`{file}` holds no sound: it has no samples", Fault.SOURCE)
    elif about.duration > MOST_SECONDS:
        message = f"`{file}` is {about.duration / 60:,.0f} min long, and at most an hour is read"
        yield _problem("--audio", message, Fault.UNSUPPORTED)


def _lacking(flag: str, package: str) -> Problem:
    message = f"`{flag}` needs the package `{package}`, which is not installed"
    return _problem(flag, message, Fault.UNSUPPORTED, f"`pip install {package}`")


def _problem(flag: str, message: str, fault: Fault, hint: str | None = None) -> Problem:
    return Problem(path=flag, message=message, hint=hint, fault=fault)
