"""Layers settled: which option each group has, and which fields still apply to it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from yaie.errors import Problem
from yaie.spec.load_spec import CUSTOM, DEFAULTS
from yaie.spec.statements import Change, Choice, Field, Layer, dotted
from yaie.spec.wording import all_quoted


@dataclass(frozen=True, slots=True, kw_only=True)
class Settled:
    """One group after precedence."""

    group: str
    choice: Choice | None
    """None where nobody named one."""
    changes: tuple[Change, ...]
    notes: tuple[Problem, ...]

    @property
    def option(self) -> str:
        """The option's name, or the free choice."""
        if self.choice is not None:
            return self.choice.option
        return CUSTOM if _names_a_checkpoint(self.group, self.changes) else DEFAULTS[self.group]


def settled(group: str, layers: Sequence[Layer]) -> Settled:
    """A group's choice and fields, the layers given lowest first."""
    so_far = Settled(group=group, choice=None, changes=(), notes=())
    for layer in layers:
        so_far = _above(so_far, layer)
    return so_far


def _above(below: Settled, layer: Layer) -> Settled:
    """A layer on what is below it; naming another option starts the group afresh."""
    choice = layer.choices.get(below.group)
    changes = layer.changes.get(below.group, ())
    if choice is None or choice.option == below.option:
        return Settled(
            group=below.group,
            choice=choice or below.choice,
            changes=below.changes + changes,
            notes=below.notes,
        )
    notes = below.notes + _fallen(below, choice)
    return Settled(group=below.group, choice=choice, changes=changes, notes=notes)


def _fallen(below: Settled, choice: Choice) -> tuple[Problem, ...]:
    said = [change for change in below.changes if isinstance(change, Field)]
    if not said:
        return ()
    names = tuple(dict.fromkeys(dotted(change.path) for change in said))
    falls = "falls" if len(names) == 1 else "fall"
    message = (
        f"`{choice.group}={choice.option}` starts the group afresh, in place of `{below.option}`: "
        f"{all_quoted(names)} {falls} away ({said[0].origin})"
    )
    return (Problem(path=choice.group, message=message, severity="warning", origin=choice.origin),)


def _names_a_checkpoint(group: str, changes: Sequence[Change]) -> bool:
    """Fields of an id that no option names say nothing of the default model."""
    return group == "model" and any(change.path == ("model", "id") for change in changes)
