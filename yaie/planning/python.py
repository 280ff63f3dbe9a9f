"""A plan's reading as a Python program that stands alone."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from keyword import iskeyword

from yaie.planning.calls import Call, Each, First, Named, Nested, Ref, Value
from yaie.planning.plan import LoadPlan

WIDTH = 88
ROOMS = ("peft.", "torchao.quantization.", "transformers.")
"""Packages whose classes are imported by name."""
WHOLE = ("importlib", "torch", "unittest.mock")
"""Modules that are imported whole."""
METHODS = (
    "peft.tuners.",
    "torch.Tensor.",
    "torch.nn.Module.",
    "transformers.PreTrainedModel.",
)
"""Classes whose functions read as methods of their first argument."""


def program(plan: LoadPlan) -> str:
    """The program whose run makes the very calls of the plan."""
    names = [call.name or "" for call in plan.calls]
    body = "\n".join(line for call in plan.calls for line in _statement(call, names))
    return "\n".join(_imports(plan.calls)) + "\n\n" + body + "\n"


def _imports(calls: Sequence[Call]) -> Iterator[str]:
    targets = {target for call in calls for target in _targets(call)}
    functions = [target for target in targets if not target.startswith(METHODS)]
    plain = [name for name in WHOLE if any(t.startswith(f"{name}.") for t in functions)]
    matching = any(isinstance(arg, Each) for call in calls for arg in call.args)
    first = ["from fnmatch import fnmatchcase"] if matching else []
    yield from (*first, *([""] if first else []))
    yield from (*(f"import {name}" for name in plain), *([""] if plain else []))
    for room in ROOMS:
        classes = {t.removeprefix(room).split(".")[0] for t in functions if t.startswith(room)}
        if classes:
            yield from _wrapped(f"from {room[:-1]} import ", sorted(classes))


def _wrapped(start: str, names: Sequence[str]) -> Iterator[str]:
    line = start + ", ".join(names)
    if len(line) <= WIDTH:
        yield line
    else:
        yield from (f"{start}(", *(f"    {name}," for name in names), ")")


def _targets(value: Value) -> Iterator[str]:
    match value:
        case Call():
            yield value.target
            yield from _targets([*value.args, *value.kwargs.values(), value.context])
        case Nested():
            yield value.target
            yield from _targets([*value.args, *value.kwargs.values()])
        case Named():
            yield value.target
        case list():
            for item in value:
                yield from _targets(item)


def _statement(call: Call, names: Sequence[str]) -> Iterator[str]:
    if call.target == "builtins.setattr":
        owner, attribute, value = call.args
        yield f"{_text(owner, names, 0)}.{attribute} = {_text(value, names, 0)}"
        return
    if call.args and isinstance(call.args[0], Each):
        yield from _loop(call, call.args[0], names)
        return
    indent = 4 if call.context else 0
    if call.context:
        yield f"with {_text(call.context, names, 0)}:"
    start = f"{call.name} = " if call.name else ""
    yield " " * indent + start + _call_text(call, names, indent, len(start))


def _loop(call: Call, each: Each, names: Sequence[str]) -> Iterator[str]:
    model, patterns = _text(each.model, names, 0), [f"{_text(p, names, 0)}" for p in each.patterns]
    one = f"fnmatchcase(name, {patterns[0]})"
    several = f"any(fnmatchcase(name, pattern) for pattern in [{', '.join(patterns)}])"
    method = call.target.rpartition(".")[2]
    arguments = ", ".join(_text(value, names, 8) for value in call.args[1:])
    yield f"for name, parameter in {model}.named_parameters(remove_duplicate=False):"
    yield f"    if {one if len(patterns) == 1 else several}:"
    yield f"        parameter.{method}({arguments})"


def _call_text(call: Call | Nested, names: Sequence[str], indent: int, taken: int) -> str:
    function, args = _function(call, names)
    parts = [("", value) for value in args]
    parts += [(f"{name}=", value) for name, value in call.kwargs.items() if _is_name(name)]
    # A name that is none would be read as code.
    if odd := {name: value for name, value in call.kwargs.items() if not _is_name(name)}:
        parts.append(("**", odd))
    return _bracketed(f"{function}(", parts, ")", names, indent, taken)


def _is_name(text: str) -> bool:
    return text.isidentifier() and not iskeyword(text)


def _function(call: Call | Nested, names: Sequence[str]) -> tuple[str, Sequence[Value]]:
    if call.target.startswith(METHODS):
        method = call.target.rpartition(".")[2]
        return f"{_text(call.args[0], names, 0)}.{method}", call.args[1:]
    return _short(call.target), call.args


def _short(target: str) -> str:
    """What a target is called where its class is imported by name."""
    room = next((room for room in ROOMS if target.startswith(room)), "")
    return target.removeprefix(room).removeprefix("builtins.")


def _bracketed(
    opening: str,
    parts: Sequence[tuple[str, Value]],
    closing: str,
    names: Sequence[str],
    indent: int,
    taken: int,
) -> str:
    """Parts between brackets: on one line if it fits, else one a line."""
    flat = opening + ", ".join(key + _text(value, names, indent) for key, value in parts) + closing
    if "\n" not in flat and indent + taken + len(flat) <= WIDTH:
        return flat
    inner = indent + 4
    lines = (" " * inner + key + _text(value, names, inner, len(key)) for key, value in parts)
    return opening + "\n" + "".join(f"{line},\n" for line in lines) + " " * indent + closing


def _text(value: Value, names: Sequence[str], indent: int, taken: int = 0) -> str:
    match value:
        case Ref():
            return names[value.index] + (f".{value.attribute}" if value.attribute else "")
        case First():
            return " or ".join(_text(item, names, indent) for item in value.values)
        case Named():
            return _short(value.target)
        case Nested():
            return _call_text(value, names, indent, taken)
        case Mapping():
            items = [(f"{_text(key, names, 0)}: ", item) for key, item in value.items()]
            return _bracketed("{", items, "}", names, indent, taken)
        case list() | tuple():
            return _bracketed("[", [("", item) for item in value], "]", names, indent, taken)
        case str():
            return json.dumps(value, ensure_ascii=False)
        case _:
            return repr(value)
