"""Measuring: what is to be measured in every cell, and with what."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any

PARTS = ("load", "speed", "quality")
"""What may be measured: what a load brings into memory, how fast the model is, what it loses."""
REPEATS = 3
MOST_REPEATS = 1000
TOKENS = 512
LEAST_TOKENS = 2
"""A token alone has none that follows it."""
MOST_TOKENS = 1_000_000
DEFAULT_TEXT = Path(__file__).parents[2] / "tiny" / "heldout.txt"
"""Psalm 103 and Ruth 2 of the King James Version, in the public domain."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Measuring:
    """The same for every cell of a sweep."""

    parts: tuple[str, ...] = PARTS
    text: str | None = None
    """What models read; None for the text that comes with yaie."""
    tokens: int = TOKENS
    """The most that are read of the text for quality, in windows."""
    repeats: int = REPEATS

    @property
    def words(self) -> str:
        """The text itself."""
        return DEFAULT_TEXT.read_text(encoding="utf-8") if self.text is None else self.text

    def as_json(self) -> dict[str, Any]:
        """What a cell's process is handed; the text lies in the folder of the sweep."""
        return {
            "parts": list(self.parts),
            "own_text": self.text is not None,
            "tokens": self.tokens,
            "repeats": self.repeats,
        }

    def identity(self) -> dict[str, Any]:
        """What rows of one sweep have to share."""
        if not self.parts:
            return {"parts": []}
        text = sha256(self.words.encode()).hexdigest()[:16]
        return {
            "parts": list(self.parts),
            "text": text,
            "tokens": self.tokens,
            "repeats": self.repeats,
        }


NOTHING = Measuring(parts=())


def from_json(document: Mapping[str, Any], text: str) -> Measuring:
    """The measuring that a cell's process was handed."""
    return Measuring(
        parts=tuple(document["parts"]),
        text=text if document["own_text"] else None,
        tokens=document.get("tokens", TOKENS),
        repeats=document["repeats"],
    )


def differences(held: Mapping[str, Any] | None, mine: Mapping[str, Any] | None) -> Iterator[str]:
    """In what the measuring of a sweep before differs; None is one of nothing."""
    before, own = held or {"parts": []}, mine or {"parts": []}
    if before.get("parts") != own["parts"]:
        yield f"it measured {_parts(before)}, and this one measures {_parts(own)}"
        return
    if before.get("text") != own.get("text"):
        yield "it measured with another text"
    for name in ("tokens", "repeats"):
        if before.get(name) != own.get(name):
            yield f"its number of {name} is {before.get(name)}, and this one's {own.get(name)}"


def _parts(identity: Mapping[str, Any]) -> str:
    return ", ".join(identity["parts"]) or "nothing"
