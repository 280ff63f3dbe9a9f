"""The whole command of a sweep, for a shell: it finds the same folder, and what is there."""

from __future__ import annotations

import shlex
from collections.abc import Iterator
from pathlib import Path

from yaie.sweeps.files import Files
from yaie.sweeps.measures.measuring import PARTS, REPEATS, TOKENS
from yaie.sweeps.product import Asked
from yaie.sweeps.running import Running

MOST_WORDS = 200
"""Characters of a text that a command has in itself."""


def command(asked: Asked, running: Running, folder: Path | None) -> str:
    """What makes a sweep again, or goes on with it, from the same working directory.

    `folder` is where it lies: a text that was no file is read from there.
    """
    recipe = () if asked.recipe is None else (str(asked.recipe),)
    words = (*recipe, *asked.overrides, *running.launcher)
    return shlex.join(("python", "-m", "yaie", "sweep", *words, *_flags(asked, running, folder)))


def _flags(asked: Asked, running: Running, folder: Path | None) -> Iterator[str]:
    measuring, use = running.measuring, asked.use
    said = {
        "--config-dir": asked.config_dir,
        "--into": running.into,
        "--workers": _unless(running.workers, 1),
        "--timeout": running.timeout and f"{running.timeout}".removesuffix(".0"),
        "--measure": _unless(",".join(measuring.parts) or "none", ",".join(PARTS)),
        "--text": _text(running, folder),
        "--tokens": _unless(measuring.tokens, TOKENS),
        "--repeats": _unless(measuring.repeats, REPEATS),
        "--reference": running.reference,
        "--host": _unless(asked.host, "this"),
        "--transformers": _unless(asked.transformers, "installed"),
        "--context": use and use.context,
        "--batch": use and _unless(use.batch, 1),
    }
    for flag, value in said.items():
        if value is not None:
            # A value of its own may not begin as a flag does.
            yield from [f"{flag}={value}"] if str(value)[:1] == "-" else [flag, str(value)]


def _unless(value: object, usual: object) -> object:
    return None if value == usual else value


def _text(running: Running, folder: Path | None) -> object:
    text = running.measuring.text
    if text is None or running.text_file is not None:
        return running.text_file
    # One word would be the name of a file, and lines are no part of a comment.
    is_plain = text.isprintable() and len(text.split()) > 1 and len(text) < MOST_WORDS
    return text if is_plain or folder is None else Files(folder).text
