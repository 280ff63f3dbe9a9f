"""Carrying out calls as data. Imports what the calls name."""

from __future__ import annotations

import importlib
from collections.abc import Iterator, Mapping, Sequence
from contextlib import nullcontext
from dataclasses import replace
from fnmatch import fnmatchcase
from operator import attrgetter
from typing import Any

from yaie.planning.calls import Call, Each, First, Named, Nested, Ref, Value

MODULES = frozenset(
    {"builtins", "importlib", "peft", "torch", "torchao", "transformers", "unittest"}
)
"""The only modules that a plan calls into."""


def carry_out(call: Call, values: Sequence[Any]) -> Any:
    """The value of a call, given the values of the calls before it."""
    context = evaluated(call.context, values) if call.context else nullcontext()
    with context:
        match call.args:
            case (Each() as each, *rest):
                for parameter in _matching(each, values):
                    _called(replace(call, args=(parameter, *rest)), values)
                return None
        return _called(call, values)


def _matching(each: Each, values: Sequence[Any]) -> Iterator[Any]:
    model = evaluated(each.model, values)
    for name, parameter in model.named_parameters(remove_duplicate=False):
        if any(fnmatchcase(name, pattern) for pattern in each.patterns):
            yield parameter


def evaluated(value: Value, values: Sequence[Any]) -> Any:
    """An argument with the values of earlier calls in it, and nested calls made."""
    match value:
        case Ref(index, attribute):
            return attrgetter(attribute)(values[index]) if attribute else values[index]
        case First(alternatives):
            return next(filter(None, (evaluated(item, values) for item in alternatives)), None)
        case Named(target):
            return function(target)
        case Nested():
            return _called(value, values)
        case Mapping():
            return {key: evaluated(item, values) for key, item in value.items()}
        case list() | tuple():
            return [evaluated(item, values) for item in value]
        case _:
            return value


def _called(call: Call | Nested, values: Sequence[Any]) -> Any:
    args = [evaluated(value, values) for value in call.args]
    kwargs = {name: evaluated(value, values) for name, value in call.kwargs.items()}
    return function(call.target)(*args, **kwargs)


def function(target: str) -> Any:
    """What a target names: `transformers.AutoModel.from_pretrained`."""
    module, *names = target.split(".")
    if module not in MODULES:
        raise ValueError(f"a plan calls nothing in {module}")
    found: Any = importlib.import_module(module)
    if module in ("torchao", "unittest"):
        # What is called is in a part of it, which it does not import by itself.
        importlib.import_module(f"{module}.{names[0]}")
    for name in names:
        found = getattr(found, name)
    return found
