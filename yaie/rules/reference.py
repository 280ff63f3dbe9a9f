"""What is written of each rule: its docstring, read as the reference of rules reads it."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from types import ModuleType
from typing import Any

UPSTREAM = "Upstream: "
"""Begins the paragraph of a rule's docstring that says what transformers does without it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleText:
    """One rule in words."""

    name: str
    cause: str
    """What must hold, and why."""
    upstream: str | None
    """What transformers does where it does not hold; None where nobody wrote it down."""


def rule_text(rule: Callable[..., Any]) -> RuleText:
    """A rule's name and docstring."""
    paragraphs = [" ".join(p.split()) for p in (inspect.getdoc(rule) or "").split("\n\n")]
    upstream = [p.removeprefix(UPSTREAM) for p in paragraphs if p.startswith(UPSTREAM)]
    return RuleText(
        name=rule.__name__,
        cause=" ".join(p for p in paragraphs if not p.startswith(UPSTREAM)),
        upstream=upstream[0] if upstream else None,
    )


def heading(module: ModuleType) -> str:
    """What the rules of a module ask, as its docstring's first line says it."""
    return (inspect.getdoc(module) or "").partition("\n")[0]


def texts(rules: Sequence[Callable[..., Any]]) -> tuple[RuleText, ...]:
    """The rules in words, in their order."""
    return tuple(rule_text(rule) for rule in rules)
