"""Overrides read by Hydra's own parser, the text of every scalar kept."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Any

from hydra.core.override_parser.overrides_parser import (
    CommonTokenStream,
    InputStream,
    OverrideLexer,
    OverrideParser,
    OverridesParser,
)
from hydra.core.override_parser.overrides_visitor import HydraErrorListener, HydraOverrideVisitor
from hydra.core.override_parser.types import Override, QuotedString, ValueType
from hydra.errors import HydraException

from yaie.spec.document import Branch, Items, Leaf, Node
from yaie.spec.override import GrammarError, Said
from yaie.spec.scalar import Scalar


class _Visitor(HydraOverrideVisitor):  # type: ignore[misc]
    """Keeps the text of each scalar beside its value, and keys as they were written."""

    def _createPrimitive(self, ctx: Any) -> Any:  # noqa: N802 - Hydra's name
        value = super()._createPrimitive(ctx)
        if value is None or isinstance(value, bool | int | float):
            return Scalar(value, ctx.getText().strip(" \t"))
        return value

    def visitDictKey(self, ctx: Any) -> str:  # noqa: N802 - Hydra's name
        key = self._createPrimitive(ctx)
        return key.text if isinstance(key, Scalar) else str(key)

    def visitFunction(self, ctx: Any) -> Any:  # noqa: N802 - Hydra's name
        return HydraOverrideVisitor(self.functions).visitFunction(ctx)


class _Parser(OverridesParser):  # type: ignore[misc]
    def parse_rule(self, s: str, rule_name: str) -> Any:
        listener = HydraErrorListener()
        lexer = OverrideLexer(InputStream(s))
        parser = OverrideParser(CommonTokenStream(lexer))
        for recognizer in (lexer, parser):
            recognizer.removeErrorListeners()
            recognizer.addErrorListener(listener)
        override = _Visitor(self.functions).visit(getattr(parser, rule_name)())
        override.input_line = s
        return override


@lru_cache(maxsize=4096)
def parse(line: str) -> Said:
    """One override, read; raises GrammarError."""
    return _said(line, parsed(line))


def parsed(line: str) -> Override:
    """One override as Hydra has it, every scalar with its text; raises GrammarError."""
    try:
        return _Parser.create().parse_overrides([_quoted(line)])[0]
    except (HydraException, ValueError, RecursionError) as error:
        raise GrammarError(str(error).splitlines()[0]) from error


def _said(line: str, override: Override) -> Said:
    is_element = override.value_type in (None, ValueType.ELEMENT)
    return Said(
        line=line,
        key=override.key_or_group,
        package=override.package,
        value=node(override._value) if is_element and override.value_type else None,
        deletes=override.is_delete(),
        sweeps=not is_element,
    )


def node(value: Any) -> Node:
    """A value as Hydra has it; raises GrammarError for several of them."""
    match value:
        case QuotedString():
            return Leaf(value.text, 0)
        case dict():
            return Branch({key: (0, node(item)) for key, item in value.items()}, 0)
        case list():
            return Items([node(item) for item in value], 0)
        case Scalar():
            return Leaf(value, 0)
        case str():
            # The grammar keeps a space behind a colon at the end.
            return Leaf(value.strip(" \t"), 0)
        case bool() | int() | float() | None:
            return Leaf(Scalar(value, str(value)), 0)
        case _:
            raise GrammarError("several values where one is meant")


_OUTSIDE_THE_GRAMMAR = re.compile(r"[^\x00-\x7f]|[~#!&;<>^`]")


def _quoted(line: str) -> str:
    """A path such as `~/x` or `./modèle` in quotes, as the grammar has no such characters."""
    key, equals, value = line.partition("=")
    plain = not re.search(r"[='\"()\[\]{}\\]", value)
    if equals and plain and _OUTSIDE_THE_GRAMMAR.search(value):
        return f"{key}={','.join(map(_in_quotes, value.split(',')))}"
    return line


def _in_quotes(value: str) -> str:
    return f'"{value.strip()}"' if _OUTSIDE_THE_GRAMMAR.search(value) else value
