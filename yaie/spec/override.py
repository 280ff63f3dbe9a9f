"""One override as it was read."""

from __future__ import annotations

import re
from dataclasses import dataclass

from yaie.spec.document import Leaf, Node
from yaie.spec.scalar import typed


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """One override, as the grammar reads it."""

    line: str
    key: str
    package: str | None = None
    value: Node | None = None
    """None where a sweep was written, or nothing (`~key`)."""
    deletes: bool = False
    sweeps: bool = False


class GrammarError(Exception):
    """Hydra's grammar cannot read an override; says where."""


class AxisError(GrammarError):
    """Several values were meant, and these are none; says why."""

    def __init__(self, message: str, hint: str | None = None) -> None:
        super().__init__(message)
        self.hint = hint


_NAME = r"[A-Za-z_][A-Za-z0-9_]*"
_WORDS = re.compile(rf"(\+{{0,2}})({_NAME}(?:\.(?:{_NAME}|0|[1-9][0-9]*))*)=([A-Za-z0-9_./:@%+-]+)")


def in_words(line: str) -> Said | None:
    """An override of bare words, which needs no grammar; None where Hydra's has to read it.

    Importing Hydra takes longer than all the rest of composing; a test holds the two readings
    equal.
    """
    found = _WORDS.fullmatch(line)
    return Said(line=line, key=found[2], value=Leaf(typed(found[3]), 0)) if found else None


def read(line: str) -> Said:
    """One override, read; raises GrammarError."""
    if said := in_words(line):
        return said
    from yaie.spec.compose_overrides import parse

    return parse(line)
