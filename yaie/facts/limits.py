"""Limits: of which values of its config fields transformers builds an architecture, as observed."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

ACTIVATIONS = "ACT2FN"
"""Stands among a field's words for every activation function of transformers."""
GATE = "gated-"
"""Before an activation: T5's second projection, which the activation gates."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Refusal:
    """A value with which no model is built, and the error that says so."""

    value: object
    why: str
    spared: tuple[str, ...] = ()
    """Tasks whose class builds with it, beside those that the field's limits spare."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldLimits:
    """What was observed of one field, all others at their defaults."""

    least: float | None = None
    greatest: float | None = None
    above: float | None = None
    """The highest number with which none is built, where those above it are no whole numbers."""
    words: tuple[str, ...] = ()
    """The words of which a model is built; empty where any is taken."""
    refused: tuple[Refusal, ...] = ()
    """Other values with which none is."""
    unread: tuple[object, ...] = ()
    """Values that the config replaces by others as it is built."""
    given: bool = True
    """Whether the config takes the field's value at all rather than working it out by itself."""
    kept: tuple[object, ...] = ()
    """Values that read back all the same: what is worked out of nothing is nothing."""
    lists: bool = True
    """Whether a list may stand in the place of a number, where the type admits one."""
    rises: bool = True
    """Whether a number may grow, or a list get longer, while the other fields stay."""
    falls: bool = True
    """Whether it may get less, or shorter."""
    shortest: int = 0
    """Items that a list has at least."""
    item_least: float | None = None
    """The lowest number that builds as an item of a list."""
    item_words: tuple[str, ...] = ()
    """The words that build as items of a list; empty where any is taken."""
    held: object = None
    """What a default config puts in the place of null, where that is the default."""
    needed: tuple[str, ...] = ()
    """Keys that a mapping is refused without."""
    spared: tuple[str, ...] = ()
    """Tasks whose class does not read the field: all values build there."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Relation:
    """What must hold between a field and another, or a number."""

    kind: str
    """A key of KINDS."""
    left: str
    right: str | int
    spared: tuple[str, ...] = ()
    """Tasks whose class builds all the same."""

    def holds(self, values: Mapping[str, Any]) -> bool:
        """Whether it does for these values of fields; true where one is not a known quantity."""
        right = self.right if isinstance(self.right, int) else size(values.get(self.right))
        left = size(values.get(self.left))
        return left is None or right is None or KINDS[self.kind].holds(left, right)


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """All limits of one architecture."""

    fields: Mapping[str, FieldLimits] = field(default_factory=dict)
    relations: tuple[Relation, ...] = ()
    named_parts: tuple[str, ...] = ()
    """Sub-config fields that are no config without their `model_type`."""
    whole_parts: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    """Sub-config fields that are replaced as a whole → what the default says in them and no model
    is built without."""
    absent_parts: tuple[str, ...] = ()
    """Sub-config fields that may be null."""
    following_parts: tuple[str, ...] = ()
    """Sub-config fields that take the attention kind of the whole where both are said."""
    rope_types: tuple[str, ...] | None = None
    """Kinds of rotary embedding that build; None where they were not asked."""
    rope_default: Mapping[str, Any] | None = None
    """`rope_parameters` of the default config as built."""
    shaping: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """Fields that names or shapes of weights were seen to follow, each with the tasks whose class
    does not; kept in a file of its own."""


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of relation: its test, and its words in a message."""

    holds: Callable[[int, int], bool]
    words: str


KINDS: Mapping[str, Kind] = {
    "multiple": Kind(lambda a, b: b != 0 and a % b == 0, "a multiple of"),
    "at_most": Kind(lambda a, b: a <= b, "at most"),
    "below": Kind(lambda a, b: a < b, "less than"),
    "even_quotient": Kind(lambda a, b: b != 0 and (a // b) % 2 == 0, "an even number of times"),
    "even_head": Kind(
        lambda a, b: b != 0 and ((a // b) % 2 == 0 or a // b <= 4), "an even number of times"
    ),
    "odd_quotient": Kind(lambda a, b: b != 0 and (a // b) % 2 == 1, "an odd number of times"),
    "power": Kind(lambda a, b: a > 0 and a & (a - 1) == 0, "a power of"),
}


def size(value: object) -> int | None:
    """A whole number, or the length of a list; None of anything else."""
    if isinstance(value, list | tuple):
        return len(value)
    return value if isinstance(value, int) and not isinstance(value, bool) else None
