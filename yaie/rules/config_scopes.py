"""The configs that overrides are of: the model's own, and those of the parts that they reach."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from yaie.facts.architecture import ArchitectureFacts
from yaie.facts.facts import Facts
from yaie.facts.limits import Limits
from yaie.facts.rope_values import LEGACY
from yaie.rules.call_keywords import ANYWHERE, is_field_name
from yaie.rules.reading import is_whole, own_config, own_name
from yaie.spec.load_spec import LoadSpec
from yaie.spec.task import HEAD_FIELDS

ROOT = "model.config"
IDENTITY = {"model_type": "model.architecture", "architectures": "task"}
"""Fields that say what a checkpoint is, and what to say instead of them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Scope:
    """One config, and what is said of it."""

    path: str
    """Where its overrides stand: `model.config`, `model.config.text_config`."""
    architecture: ArchitectureFacts
    limits: Limits
    overrides: Mapping[str, Any]
    """By the names that were typed; keywords and what identifies a config left out."""
    stored: Mapping[str, Any]
    """The part of config.json that the overrides lie upon."""
    whole: bool
    """Whether a field that nothing says has its default."""

    def own(self, name: str) -> str:
        """A field by the config's own name for it."""
        return own_name(name, self.architecture)

    def typed(self) -> dict[str, str]:
        """Own name → the name that was typed, of each override."""
        return {self.own(name): name for name in self.overrides}

    def values(self) -> dict[str, Any]:
        """What is known of the fields, the overrides on top, by the config's own names."""
        known = {}
        if self.whole:
            known = {name: field.default for name, field in self.architecture.fields.items()}
        known |= {self.own(name): value for name, value in self.stored.items()}
        return known | {self.own(name): value for name, value in self.overrides.items()}

    def values_without(self, name: str) -> Any:
        """What a field would be without its override: config.json's value, else the default."""
        own = self.own(name)
        field = self.architecture.fields.get(own)
        return self.stored.get(own, field.default if field else None)

    @property
    def is_outermost(self) -> bool:
        """Whether it is the model's own config."""
        return self.path == ROOT

    def below(self, name: str) -> str:
        """The path of one of its fields, for an override."""
        return f"{self.path}.{name}"


def scopes(spec: LoadSpec, facts: Facts) -> Iterator[Scope]:
    """The model's config, then those of its parts that an override reaches into, outer ones
    first; nothing while the architecture is not known."""
    if facts.architecture is None:
        return
    outermost = Scope(
        path=ROOT,
        architecture=facts.architecture,
        limits=facts.limits.get("", Limits()),
        overrides={n: v for n, v in spec.model.config.items() if _is_judged(n)},
        stored=own_config(spec, facts),
        whole=is_whole(spec, facts),
    )
    yield from _with_parts(outermost, facts)


def _with_parts(scope: Scope, facts: Facts) -> Iterator[Scope]:
    yield scope
    prefix = scope.path.removeprefix(ROOT).lstrip(".")
    for name, value in scope.overrides.items():
        key = f"{prefix}.{scope.own(name)}".lstrip(".")
        part = facts.sub_architectures.get(key)
        if part is None or not isinstance(value, Mapping):
            continue
        stored = scope.stored.get(scope.own(name))
        inner = Scope(
            path=scope.below(name),
            architecture=part,
            limits=facts.limits.get(key, Limits()),
            overrides={n: v for n, v in value.items() if n not in IDENTITY and n not in ANYWHERE},
            stored=stored if isinstance(stored, Mapping) else {},
            whole=scope.whole,
        )
        yield from _with_parts(inner, facts)


def _is_judged(name: str) -> bool:
    return name not in HEAD_FIELDS and name not in IDENTITY and is_field_name(name)


def is_former(name: str, architecture: ArchitectureFacts) -> bool:
    """Whether a field lives inside of `rope_parameters` since transformers 5."""
    return (
        name in LEGACY
        and name not in architecture.fields
        and "rope_parameters" in architecture.fields
    )
