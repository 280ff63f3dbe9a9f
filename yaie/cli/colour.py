"""Colour on a terminal, and none into a pipe."""

from __future__ import annotations

from collections.abc import Callable
from typing import TextIO

Painter = Callable[[str, str], str]
"""Text and a rich style to the text as the stream shows it."""


def painter(stream: TextIO) -> Painter:
    """How to paint for a stream; rich decides, and is asked only where there is a terminal."""
    if not stream.isatty():
        return lambda text, style: text
    from rich.console import Console
    from rich.text import Text

    console = Console(file=stream)

    def paint(text: str, style: str) -> str:
        with console.capture() as painted:
            console.print(Text(text, style=style), end="", soft_wrap=True)
        return painted.get()

    return paint
