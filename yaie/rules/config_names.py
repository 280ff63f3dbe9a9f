"""`model.config`: is each name one of a config at all, and none of a call's own keywords?

An override is handed to `AutoConfig.from_pretrained` by keyword: a name that this call, or one it
calls, takes for itself would grant what the rest of a recipe cannot.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from yaie.errors import Problem
from yaie.facts.facts import Facts
from yaie.rules.call_keywords import ANYWHERE, INSTEAD, KEYWORDS, STORED, is_field_name
from yaie.rules.problems import wrong
from yaie.spec.load_spec import LoadSpec
from yaie.spec.wording import override


def overrides_are_no_keywords(spec: LoadSpec, facts: Facts) -> Iterator[Problem]:
    """No override is a keyword of the calls that it is passed to, whatever config.json has.

    Upstream: AutoConfig takes the keyword for itself: the config does not get the field, and files
    may be looked for elsewhere, or code run.
    """
    for name, value in spec.model.config.items():
        if not is_field_name(name):
            yield _refusal("model.config", name, value)
    for path, name in _inner("model.config", spec.model.config):
        if name in ANYWHERE:
            yield _refusal(path, name)


def known_fields_are_no_keywords(spec: LoadSpec, facts: Facts) -> Iterator[Problem]:
    """What is known of a config.json is passed on too, where a model is built of it.

    Upstream: AutoConfig takes the keyword for itself, and the config does not get the field.
    """
    for name in spec.model.known.config if spec.model.known else ():
        if not is_field_name(name) and name not in STORED:
            yield _refusal("model.known.config", name)


def _refusal(path: str, name: str, value: object = None) -> Problem:
    instead = INSTEAD.get(name)
    field, _, stands_for = (instead or "").strip("`").partition("=")
    if stands_for in ("NAME", "DIR") and isinstance(value, str):
        instead = f"`{override(field, value)}`"
    if name in KEYWORDS or name in ANYWHERE:
        message = f"`{name}` tells transformers how to load and is no field of a config"
        return wrong(f"{path}.{name}", message, instead)
    message = f"`{name}` cannot be a field: a name of letters, digits and `_`, a letter first"
    return wrong(f"{path}.{name}", message)


def _inner(path: str, value: Any) -> Iterator[tuple[str, str]]:
    """Names below the first level, each with the path of what it is in."""
    items = value.items() if isinstance(value, Mapping) else enumerate(value)
    for name, inside in items:
        if isinstance(inside, Mapping):
            yield from ((f"{path}.{name}", str(key)) for key in inside)
        if isinstance(inside, Mapping | list | tuple):
            yield from _inner(f"{path}.{name}", inside)
