"""Names of modules: numbers as ranges, and what names have in common."""

from __future__ import annotations

from collections.abc import Iterator, Sequence


def ranges(names: Sequence[str]) -> str:
    """Names as one: `0-2`, `0,2,4-6`; other names are joined by commas."""
    return ",".join(_runs(names))


def _runs(names: Sequence[str]) -> Iterator[str]:
    start = 0
    for place in range(1, len(names) + 1):
        if place < len(names) and _follow(names[place - 1], names[place]):
            continue
        first, last = names[start], names[place - 1]
        yield first if first == last else f"{first}-{last}"
        start = place


def _follow(one: str, other: str) -> bool:
    return one.isdecimal() and other.isdecimal() and int(other) == int(one) + 1


def likened(name: str, target: str) -> str:
    """A target with `*` for the numbers that are those of a name in the same order.

    So that `head.3` tied to `body.3` is like `head.4` tied to `body.4`.
    """
    numbers = iter([part for part in name.split(".") if part.isdecimal()])
    told = []
    for part in target.split("."):
        own = next(numbers, None) if part.isdecimal() else None
        told.append("*" if own is not None and own == part else part)
    return ".".join(told)


def labelled(paths: tuple[str, ...]) -> str:
    """Paths as one: `model.layers.0-2.mlp`; `model.layers.*.experts.*` where several numbers
    differ."""
    columns = [
        tuple(dict.fromkeys(parts)) for parts in zip(*(p.split(".") for p in paths), strict=True)
    ]
    several = sum(len(column) > 1 for column in columns) > 1
    return ".".join(
        column[0] if len(column) == 1 else "*" if several else ranges(column) for column in columns
    )
