"""`model.config`: does an override of a part say all that the part is built of?"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from yaie.errors import Problem
from yaie.facts.facts import Facts
from yaie.rules.config_scopes import scopes
from yaie.rules.problems import refused
from yaie.spec.load_spec import LoadSpec
from yaie.spec.wording import all_quoted, override


def parts_say_what_they_are(spec: LoadSpec, facts: Facts) -> Iterator[Problem]:
    """A part that any architecture may stand in is no config without its `model_type`.

    Upstream: a KeyError that names nothing but `model_type`, or `None`.
    """
    for scope in scopes(spec, facts):
        for name, value in scope.overrides.items():
            own = scope.own(name)
            if own not in scope.limits.named_parts or not isinstance(value, Mapping):
                continue
            if "model_type" in value or "model_type" in _mapping(scope.stored.get(own)):
                continue
            default = scope.architecture.sub_configs[own]
            yield refused(
                scope.below(name),
                f"`{name}` may be of any architecture, and the override does not say which",
                f"`{override(f'{scope.below(name)}.model_type', default)}`" if default else None,
            )


def parts_say_what_the_rest_needs(spec: LoadSpec, facts: Facts) -> Iterator[Problem]:
    """An override of a part replaces its default as a whole, what the other parts need included.

    Upstream: an IndexError of a stage that is not there, or a StrictDataclassClassValidationError
    of widths that do not meet.
    """
    for scope in scopes(spec, facts):
        for name, value in scope.overrides.items():
            own = scope.own(name)
            needed = scope.limits.whole_parts.get(own, {})
            if not needed or not isinstance(value, Mapping) or scope.stored:
                continue
            default = scope.architecture.sub_configs[own]
            if value.get("model_type", default) != default:
                continue
            missing = {key: said for key, said in needed.items() if key not in value}
            if missing:
                said = (override(f"{scope.below(name)}.{key}", v) for key, v in missing.items())
                yield refused(
                    scope.below(name),
                    f"`{name}` replaces the default as a whole, and says nothing of"
                    f" {all_quoted(list(missing))}",
                    f"`{' '.join(said)}`",
                )


def mappings_say_what_is_read(spec: LoadSpec, facts: Facts) -> Iterator[Problem]:
    """A mapping replaces its default as a whole, the keys that the model reads included.

    Upstream: a KeyError as the model is built.
    """
    for scope in scopes(spec, facts):
        for name, value in scope.overrides.items():
            limits = scope.limits.fields.get(scope.own(name))
            if limits is None or not isinstance(value, Mapping) or scope.stored:
                continue
            missing = [key for key in limits.needed if key not in value]
            if missing and scope.own(name) != "rope_parameters":
                yield refused(
                    scope.below(name),
                    f"`{name}` replaces the default as a whole, and says nothing for"
                    f" {all_quoted(missing)}",
                    f"`~{scope.below(name)}`",
                )


def _mapping(value: object) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}
