"""What a default config does with its own values, and with a part of them. Imports transformers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from yaie.facts.architecture import ArchitectureFacts
from yaie.facts.observation import BUILT, REFUSED, UNREAD
from yaie.facts.stands import Stand, plain, read

OWN, OF_THE_WHOLE = "sdpa", "eager"
"""Attention kinds that are said of a part, and of the whole."""
SAID_ANYWAY = ("rope_type", "rope_theta", "type")
"""Keys of rotary parameters that rules of their own are about."""


def needed_keys(held: Mapping[str, Any], stand: Stand) -> dict[str, tuple[str, ...]]:
    """Field of a mapping → keys that are refused when the others are said without them."""
    return {
        name: keys
        for name, value in held.items()
        if isinstance(value, Mapping) and (keys := _needed(name, value, stand))
    }


def _needed(name: str, value: Mapping[str, Any], stand: Stand) -> tuple[str, ...]:
    if stand.built({name: value})[0] != BUILT:
        return ()
    rests = {key: {k: v for k, v in value.items() if k != key} for key in value}
    return tuple(
        key
        for key, rest in rests.items()
        if rest and key not in SAID_ANYWAY and stand.built({name: rest})[0] == REFUSED
    )


def absent_parts(facts: ArchitectureFacts, stand: Stand) -> tuple[str, ...]:
    """Sub-config fields that may be null: the model is built, and has no such part."""
    parts = facts.sub_configs if not stand.part else {}
    return tuple(part for part in parts if stand.built({part: None})[0] == BUILT)


def following_parts(facts: ArchitectureFacts, stand: Stand) -> tuple[str, ...]:
    """Sub-config fields that take the attention kind of the whole where both are said."""
    parts = facts.sub_configs if not stand.part else {}
    return tuple(
        part
        for part in parts
        if stand.kind_of(part, {part: OWN}) == OWN
        and stand.kind_of(part, {"": OF_THE_WHOLE, part: OWN}) == OF_THE_WHOLE
    )


def whole_parts(facts: ArchitectureFacts, stand: Stand) -> dict[str, dict[str, Any]]:
    """Sub-config field → what the default says in it without which nothing is built."""
    parts = facts.sub_configs if not stand.part else {}
    found = {part: _said_by_default(part, facts, stand) for part in parts}
    return {part: said for part, said in found.items() if said}


def _said_by_default(part: str, facts: ArchitectureFacts, stand: Stand) -> dict[str, Any]:
    named = {"model_type": facts.sub_configs[part]} if part in facts.open_sub_configs else {}
    if stand.built({part: {**named, "return_dict": True}})[0] != REFUSED:
        return {}
    said = _own_values(getattr(stand.held(), part, None))
    if stand.built({part: {**named, **said}})[0] != BUILT:
        return {}
    for name in list(said):
        rest = {n: v for n, v in said.items() if n != name}
        if stand.built({part: {**named, **rest}})[0] == BUILT:
            said = rest
    return said


def _own_values(config: Any) -> dict[str, Any]:
    """Fields of a config that are other than its class's defaults, as JSON."""
    if config is None:
        return {}
    diff: dict[str, Any] = plain(config.to_diff_dict())
    return {n: v for n, v in diff.items() if n not in ("model_type", "transformers_version")}


def replaced(held: Mapping[str, Any], stands: Sequence[Stand]) -> tuple[str, ...]:
    """Fields whose default is another once any of the models is built."""
    built = [stand.held_after() for stand in stands]
    other = [
        name
        for name, value in held.items()
        if isinstance(value, bool | int | str)
        and all(plain(read(config, name)) != value for config in built)
    ]
    return tuple(n for n in other if all(s.built({n: held[n]})[0] == UNREAD for s in stands))
