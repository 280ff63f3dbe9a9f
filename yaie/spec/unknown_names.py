"""Problems of names that nothing bears: groups, options and fields, each with what is meant."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from yaie.errors import Problem
from yaie.spec.conf import option_file, options
from yaie.spec.field_spellings import FORMER
from yaie.spec.field_spellings import hint as today
from yaie.spec.field_types import homes, tags_with, variant
from yaie.spec.free_choice import free_choice
from yaie.spec.load_spec import DEFAULTS, GROUPS, TAGS
from yaie.spec.option_spellings import other_word
from yaie.spec.permissions import VERB_FLAGS
from yaie.spec.scalar import Scalar
from yaie.spec.statements import Field, Path, Restore, dotted
from yaie.spec.wording import all_quoted, nearest, override


def shown(value: Any) -> str | None:
    """A scalar as it was written; None for a list or mapping."""
    if isinstance(value, Scalar):
        return value.text
    return None if isinstance(value, dict | list) else str(value)


def to_type(path: Path, value: Any) -> str | None:
    """The hint to type `path=value`; None for a list or mapping."""
    if isinstance(value, dict | list):
        return None
    return f"`{override(dotted(path), value)}`"


def former(field: Field) -> Problem | None:
    """A spelling of before, or of another tool, with today's."""
    name = field.path[-1]
    if name not in FORMER:
        return None
    return Problem(
        path=dotted(field.path),
        message=f"`{name}` {FORMER[name].says}",
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
        message = f"`{name}` is no group"
        hint = f"`{task or VERB_FLAGS[name]}`" if task or VERB_FLAGS[name] else None
    elif len(groups) == 1:
        message = f"`{name}` is a field of the group `{groups[0]}`"
        hint = to_type((groups[0], *field.path), field.value)
    else:
        message = f"there is no group `{name}`; the groups are {all_quoted(groups_known)}"
        meant = nearest(name, groups_known)
        hint = to_type((meant, *field.path[1:]), field.value) if meant else None
    return Problem(path=dotted(field.path), message=message, hint=hint, origin=field.origin)


def unknown_field(field: Field, values: Mapping[str, Any], choice: str) -> Problem:
    """A key that a group does not have, at least not with the option chosen."""
    if found := former(field):
        return found
    group, name = field.path[0], field.path[1]
    allowed = tuple(n for n in variant(group, values).model_fields if n != TAGS.get(group))
    if tags := tags_with(group, name):
        message = (
            f"`{name}` is no field of `{group}={choice}`; it belongs to {_options(group, tags)}"
        )
        return _unknown(field, message, f"`{group}={_option(tags[0])}`")
    message = f"there is no field `{name}` with `{group}={choice}`"
    message += f"; its fields are {all_quoted(allowed)}" if allowed else ", which has none"
    return _unknown(field, message, _meant(field, allowed))


def _unknown(field: Field, message: str, hint: str | None) -> Problem:
    return Problem(path=dotted(field.path), message=message, hint=hint, origin=field.origin)


def _option(tag: str) -> str:
    return "cuda" if tag == "single" else tag


def _options(group: str, tags: Sequence[str]) -> str:
    return all_quoted(f"{group}={_option(tag)}" for tag in tags)


def _meant(field: Field, allowed: Sequence[str]) -> str | None:
    group, name = field.path[:2]
    if meant := nearest(name, allowed):
        return to_type((group, meant, *field.path[2:]), field.value)
    if (elsewhere := homes(name)) and len(elsewhere) == 1:
        return to_type((elsewhere[0], *field.path[1:]), field.value)
    return to_type((group, "config", *field.path[1:]), field.value) if group == "model" else None


def unknown_restored(restore: Restore, values: Mapping[str, Any], choice: str) -> Problem:
    """`~` on a field that a group does not have."""
    field = Field(path=restore.path, value={}, origin=restore.origin)
    problem = unknown_field(field, values, choice)
    meant = nearest(restore.path[1], tuple(variant(restore.path[0], values).model_fields))
    return replace(problem, hint=f"`~{restore.path[0]}.{meant}`") if meant else problem


def unknown_option(group: str, word: str, among: Sequence[str], origin: str) -> Problem:
    """A word that is neither an option of its group nor a free choice."""
    message = f"`{word}` is no option of `{group}`; allowed are {all_quoted(among, 'or')}"
    if not word:
        message = f"no option of `{group}` is named; allowed are {all_quoted(among, 'or')}"
    if "," in word:
        message = f"`{word}` names several options, and this is one load; name one"
        word = word.partition(",")[0].strip()
    return Problem(path=group, message=message, hint=_choice(group, word, among), origin=origin)


def _choice(group: str, word: str, among: Sequence[str]) -> str | None:
    if word in among or free_choice(group, word):
        return f"`{group}={word}`"
    if group == "model" and word:
        return _model(word, among)
    known = other_word(group, word, among)
    default = f"{group}={DEFAULTS[group]}" if group in DEFAULTS else None
    meant = nearest(word, among)
    proposed = known or (f"{group}={meant}" if meant else default)
    # What is meant may need a device or a package that the machine does not have.
    needs = group in _OF_THE_MACHINE and (proposed or "").startswith(f"{group}=")
    instead = default if needs and proposed != default else None
    return ", or ".join(f"`{choice}`" for choice in (proposed, instead) if choice) or None


_OF_THE_MACHINE = ("attention", "device")


def _model(word: str, among: Sequence[str]) -> str:
    by_id = f"`model.id={word}` for a hub id without an owner"
    meant = near_model(word, among)
    return f"`model={meant}`, or {by_id}" if meant else by_id


def near_model(word: str, among: Sequence[str]) -> str | None:
    """The option that a model's name means: by the option's own name, or by that of its checkpoint,
    whose end may be left out."""
    named = {_squeezed(name): name for name in among}
    stored = {_squeezed(id.rpartition("/")[2]): name for name in among if (id := _id(name))}
    asked = _squeezed(word)
    begun = [name for id, name in stored.items() if asked and id.startswith(asked)]
    if exact := named.get(asked) or min(begun, key=len, default=None):
        return exact
    near = nearest(asked, [*named, *stored])
    return {**stored, **named}[near] if near else None


def _squeezed(name: str) -> str:
    """`Llama-2-7b` as `llama27b`: how a name is divided differs from one who names to another."""
    return re.sub(r"[^a-z0-9]", "", name.lower())


def _id(option: str) -> str | None:
    file = option_file("model", option)
    found = re.search(r"^id: (\S+)", file.read_text("utf-8"), re.MULTILINE) if file else None
    return found[1] if found else None
