"""Calls as data: what will be called, with what, readable as JSON and as Python."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

Value = object
"""None, bool, int, float, str, lists and mappings of them, and the forms below."""


@dataclass(frozen=True, slots=True)
class Ref:
    """The value of an earlier call, or an attribute of it (`tokenizer.pad_token`)."""

    index: int
    attribute: str | None = None

    def as_json(self) -> dict[str, Value]:
        return {"$ref": self.index} | ({"attribute": self.attribute} if self.attribute else {})


@dataclass(frozen=True, slots=True)
class First:
    """The first of several values that is not None or empty: Python's `a or b`."""

    values: tuple[Value, ...]

    def as_json(self) -> dict[str, Value]:
        return {"$first": [as_json(value) for value in self.values]}


@dataclass(frozen=True, slots=True)
class Named:
    """A value that a module holds, such as a dtype: `torch.int8`."""

    target: str

    def as_json(self) -> str:
        return self.target


@dataclass(frozen=True, slots=True)
class Nested:
    """A call that is an argument of another."""

    target: str
    args: tuple[Value, ...] = ()
    kwargs: Mapping[str, Value] = field(default_factory=dict)

    def as_json(self) -> dict[str, Value]:
        return {"$call": self.target, "kwargs": as_json(self.kwargs)} | (
            {"args": as_json(list(self.args))} if self.args else {}
        )


@dataclass(frozen=True, slots=True)
class Each:
    """Every parameter of a model whose name matches a pattern, under each of its names; as the
    first argument of a call it is called for each."""

    model: Ref
    patterns: tuple[str, ...]

    def as_json(self) -> dict[str, Value]:
        return {"$each": self.model.as_json(), "patterns": list(self.patterns)}


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """One call of the plan; `name` is its value's name in the program that `code` prints."""

    target: str
    """Dotted path, `transformers.AutoModelForCausalLM.from_pretrained`."""
    args: tuple[Value, ...] = ()
    kwargs: Mapping[str, Value] = field(default_factory=dict)
    context: Nested | None = None
    """A context manager that the call runs in, such as `torch.device("meta")`."""
    name: str | None = None

    def as_json(self) -> dict[str, Value]:
        call: dict[str, Value] = {
            "target": self.target,
            "args": as_json(list(self.args)),
            "kwargs": as_json(self.kwargs),
        }
        return call | ({"context": self.context.as_json()} if self.context else {})


def as_json(value: Value) -> Value:
    """A value with the forms above replaced by their JSON."""
    match value:
        case Ref() | First() | Named() | Nested() | Each():
            return value.as_json()
        case Mapping():
            return {str(key): as_json(item) for key, item in value.items()}
        case list() | tuple():
            return [as_json(item) for item in value]
        case _:
            return value
