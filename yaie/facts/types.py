"""Whether a JSON value fits a config field's type, as transformers' strict dataclasses judge it.

They are huggingface_hub.dataclasses.type_validator: true is no integer, and 1 is no float.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Sequence
from functools import cache

Check = Callable[[object], bool]

_WORDS = {
    "int": ("an integer", "integers"),
    "float": ("a number with a decimal point (`0.1`)", "numbers with a decimal point (`0.1`)"),
    "str": ("text", "texts"),
    "bool": ("true or false", "trues and falses"),
    "None": ("null", "nulls"),
    "dict": ("a mapping", "mappings"),
    "list": ("a list", "lists"),
}
_CLASSES: dict[str, type] = {
    "float": float,
    "str": str,
    "bool": bool,
    "dict": dict,
    "list": list,
    "tuple": tuple,
}


def mismatch(value: object, type: str) -> str | None:
    """None if the value fits the type in normal form, else what the type allows, in words."""
    tree = _parsed(type)
    return None if _fits(value, tree) else _described(tree)


@cache
def _parsed(type: str) -> ast.expr:
    return ast.parse(type, mode="eval").body


def _fits(value: object, tree: ast.expr) -> bool:
    match tree:
        case ast.BinOp(left=left, right=right):
            return _fits(value, left) or _fits(value, right)
        case ast.Subscript(value=ast.Name(id="Literal"), slice=slice_):
            return _is_one_of(value, ast.literal_eval(slice_))
        case ast.Subscript(value=ast.Name(id=name), slice=slice_):
            return _fits_container(value, name, _items(slice_))
        case ast.Constant(value=None):
            return value is None
        case ast.Name(id="Any"):
            return True
        case ast.Name(id="int"):
            return isinstance(value, int) and not isinstance(value, bool)
        case ast.Name(id=name) if name in _CLASSES:
            return isinstance(value, _CLASSES[name])
        case _:
            # A class of transformers or torch, which nothing in JSON is an instance of.
            return False


def _is_one_of(value: object, allowed: object) -> bool:
    values = allowed if isinstance(allowed, tuple) else (allowed,)
    if isinstance(value, bool):
        return any(value is item for item in values)
    return any(value == item and not isinstance(item, bool) for item in values)


def _fits_container(value: object, name: str, items: list[ast.expr]) -> bool:
    match name, value:
        case "list", list():
            return all(_fits(item, items[0]) for item in value)
        case "Sequence", Sequence():
            return all(_fits(item, items[0]) for item in value)
        case "dict", dict():
            return all(_fits(k, items[0]) and _fits(v, items[1]) for k, v in value.items())
        case "tuple", tuple() if _is_open(items):
            return all(_fits(item, items[0]) for item in value)
        case "tuple", tuple():
            return len(value) == len(items) and all(map(_fits, value, items))
        case _:
            return False


def _items(slice_: ast.expr) -> list[ast.expr]:
    return slice_.elts if isinstance(slice_, ast.Tuple) else [slice_]


def _is_open(items: list[ast.expr]) -> bool:
    """Whether a tuple is of any length: `tuple[int, ...]`."""
    return len(items) == 2 and isinstance(items[1], ast.Constant) and items[1].value is Ellipsis


def _described(tree: ast.expr) -> str:
    """What JSON may stand there; what only Python could hold is left out, and null comes last."""
    words = dict.fromkeys(_phrases(tree))
    if {_WORDS["int"][0], _WORDS["float"][0]} <= words.keys():
        words = {_merged(word): None for word in words}
    null = _WORDS["None"][0]
    return _either([word for word in words if word != null] + [null] * (null in words))


def _merged(word: str) -> str:
    return "a number" if word in (_WORDS["int"][0], _WORDS["float"][0]) else word


def _either(words: list[str]) -> str:
    *most, last = words or ["nothing that JSON can say"]
    return f"{', '.join(most)} or {last}" if most else last


def _phrases(tree: ast.expr) -> list[str]:
    match tree:
        case ast.BinOp(left=left, right=right):
            return _phrases(left) + _phrases(right)
        case ast.Subscript(value=ast.Name(id="Literal"), slice=slice_):
            values = [f"`{ast.literal_eval(item)}`" for item in _items(slice_)]
            return ["one of " + ", ".join(values) if len(values) > 1 else values[0]]
        case ast.Subscript(value=ast.Name(id="list" | "Sequence"), slice=slice_):
            return [f"a list of {_plural(_items(slice_)[0])}"]
        case ast.Subscript(value=ast.Name(id="dict"), slice=slice_):
            return [f"a mapping to {_plural(_items(slice_)[1])}"]
        case ast.Constant(value=None):
            return [_WORDS["None"][0]]
        case ast.Name(id=name) if name in _WORDS:
            return [_WORDS[name][0]]
        case _:
            return []


def _plural(tree: ast.expr) -> str:
    """The items of a list: `integers`, `lists of integers`, `integers or true or false`."""
    match tree:
        case ast.BinOp(left=left, right=right):
            return _either(list(dict.fromkeys([_plural(left), _plural(right)])))
        case ast.Subscript(value=ast.Name(id="list" | "Sequence" | "tuple"), slice=slice_):
            return f"lists of {_plural(_items(slice_)[0])}"
        case ast.Constant(value=None):
            return _WORDS["None"][1]
        case ast.Name(id=name) if name in _WORDS:
            return _WORDS[name][1]
        case _:
            return "values"
