"""Problems of names that nothing bears: groups, options and fields, each with what is meant."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from difflib import get_close_matches
from typing import Any

from yaie.errors import Problem
from yaie.spec.conf import options
from yaie.spec.former import FORMER
from yaie.spec.former import hint as today
from yaie.spec.free_choice import free_choice
from yaie.spec.group import Scalar
from yaie.spec.load_spec import GROUPS
from yaie.spec.other_words import other_word
from yaie.spec.power import VERB_FLAGS
from yaie.spec.shape import DEFAULTS, TAGS, enumerated, homes, tags_with, ticked, variant
from yaie.spec.statements import Field, Path, Restore, dotted


def closest(word: str, among: Sequence[str]) -> str | None:
    """What was probably meant."""
    lower = {name.lower(): name for name in reversed(among)}
    found = get_close_matches(word.lower().replace("_", "-"), lower, n=1, cutoff=0.6)
    found = found or get_close_matches(word.lower(), lower, n=1, cutoff=0.6)
    return lower[found[0]] if found else None


def shown(value: Any) -> str | None:
    """A scalar as it was written; None for a list or mapping."""
    if isinstance(value, Scalar):
        return value.text
    return None if isinstance(value, dict | list) else str(value)


def use(path: Path, value: Any) -> str | None:
    """The hint to type `path=value`, quoted for the grammar; None for a list or mapping."""
    text = shown(value)
    if text is None:
        return None
    special = isinstance(value, str) and any(letter in text for letter in "=,()[]{}'\"\\ ")
    return f"use `{dotted(path)}='{text}'`" if special else f"use `{dotted(path)}={text}`"


def former(field: Field) -> Problem | None:
    """A spelling of before, or of another tool, with today's."""
    name = field.path[-1]
    if name not in FORMER:
        return None
    return Problem(
        path=dotted(field.path),
        message=f"`{name}` {FORMER[name].says}.",
        hint=today(FORMER[name], shown(field.value)),
        origin=field.origin,
    )


def unknown_group(field: Field, own: Sequence[str]) -> Problem:
    """A first key that is no group: a former spelling, a group's field, or a typing mistake."""
    name = field.path[0]
    if found := former(field):
        return found
    groups = homes(name)
    groups_known = (*GROUPS, *own)
    task = other_word("task", name, options("task"))
    if name in VERB_FLAGS or task:
        message = f"`{name}` is no group."
        hint = f"use `{task or VERB_FLAGS[name]}`" if task or VERB_FLAGS[name] else None
    elif len(groups) == 1:
        message = f"`{name}` is a field of the group `{groups[0]}`."
        hint = use((groups[0], *field.path), field.value)
    else:
        message = f"there is no group `{name}`; the groups are {ticked(groups_known)}."
        meant = closest(name, groups_known)
        hint = use((meant, *field.path[1:]), field.value) if meant else None
    return Problem(path=dotted(field.path), message=message, hint=hint, origin=field.origin)


def unknown_field(field: Field, values: Mapping[str, Any], choice: str) -> Problem:
    """A key that a group does not have, at least not with the option chosen."""
    if found := former(field):
        return found
    group, name = field.path[0], field.path[1]
    allowed = tuple(n for n in variant(group, values).model_fields if n != TAGS.get(group))
    if tags := tags_with(group, name):
        message = (
            f"`{name}` is no field of `{group}={choice}`; it belongs to {_options(group, tags)}."
        )
        return _unknown(field, message, f"use `{group}={_option(tags[0])}`")
    message = f"there is no field `{name}` with `{group}={choice}`"
    message += f"; its fields are {ticked(allowed)}." if allowed else ", which has none."
    return _unknown(field, message, _meant(field, allowed))


def _unknown(field: Field, message: str, hint: str | None) -> Problem:
    return Problem(path=dotted(field.path), message=message, hint=hint, origin=field.origin)


def _option(tag: str) -> str:
    return "cuda" if tag == "single" else tag


def _options(group: str, tags: Sequence[str]) -> str:
    return enumerated([f"`{group}={_option(tag)}`" for tag in tags], "and")


def _meant(field: Field, allowed: Sequence[str]) -> str | None:
    group, name = field.path[:2]
    if meant := closest(name, allowed):
        return use((group, meant, *field.path[2:]), field.value)
    if (elsewhere := homes(name)) and len(elsewhere) == 1:
        return use((elsewhere[0], *field.path[1:]), field.value)
    return use((group, "config", *field.path[1:]), field.value) if group == "model" else None


def unknown_restored(restore: Restore, values: Mapping[str, Any], choice: str) -> Problem:
    """`~` on a field that a group does not have."""
    field = Field(path=restore.path, value={}, origin=restore.origin)
    problem = unknown_field(field, values, choice)
    meant = closest(restore.path[1], tuple(variant(restore.path[0], values).model_fields))
    return replace(problem, hint=f"use `~{restore.path[0]}.{meant}`") if meant else problem


def unknown_option(group: str, word: str, among: Sequence[str], origin: str) -> Problem:
    """A word that is neither an option of its group nor a free choice."""
    message = f"`{word}` is no option of `{group}`; allowed are {ticked(tuple(among), 'or')}."
    if not word:
        message = f"no option of `{group}` is named; allowed are {ticked(tuple(among), 'or')}."
    if "," in word:
        message = f"`{word}` names several options; sweeps come in a later version, so name one."
        word = word.partition(",")[0].strip()
    return Problem(path=group, message=message, hint=_choice(group, word, among), origin=origin)


def _choice(group: str, word: str, among: Sequence[str]) -> str | None:
    if word in among or free_choice(group, word):
        return f"use `{group}={word}`"
    if known := other_word(group, word, among):
        return f"use `{known}`"
    meant = closest(word, among)
    if group == "model" and word:
        return _model(word, meant)
    meant = meant or DEFAULTS.get(group)
    return f"use `{group}={meant}`" if meant else None


def _model(word: str, meant: str | None) -> str:
    by_id = f"`model.id={word}` for a hub id without an owner"
    return f"use `model={meant}`, or {by_id}" if meant else f"use {by_id}"
