"""Quantities of a row: what they are counted in, and how people read them."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import StrEnum

from yaie.spec.wording import sized

MOST_PLACES = 7
"""Digits after the point of an error, beyond which its power of ten is told."""


class Unit(StrEnum):
    """What a quantity is counted in; the value is what stands beside a number."""

    BYTES = "bytes"
    SECONDS = "s"
    RATE = "/s"
    SHARE = "share"
    """From 0 to 1; shown in percent."""
    NUMBER = ""


@dataclass(frozen=True, slots=True)
class Quantity:
    """A number that was measured or foreseen: the median of its repeats, and their range."""

    median: float
    least: float | None = None
    most: float | None = None
    error: float | None = None
    """Standard error of a mean over places of a text; None where it is no mean."""

    @property
    def spread(self) -> float:
        """Half of the range; 0 where it was measured once."""
        return 0.0 if self.least is None or self.most is None else (self.most - self.least) / 2


def quantity(value: object) -> Quantity | None:
    """A number, or `{"median": …, "min": …, "max": …}`, as a quantity; None for anything else."""
    if isinstance(value, Mapping):
        median = _number(value.get("median"))
        spread = _number(value.get("min")), _number(value.get("max"))
        return None if median is None else Quantity(median, *spread)
    number = _number(value)
    return None if number is None else Quantity(number)


def mean(value: object, error: object) -> Quantity | None:
    """A number as a quantity, with its standard error where it has one."""
    found, spread = quantity(value), _number(error)
    return found if found is None or spread is None else replace(found, error=spread)


def _number(value: object) -> float | None:
    return value if isinstance(value, int | float) and not isinstance(value, bool) else None


def shown(number: float, unit: Unit) -> str:
    """A number as a table shows it: `2.03 MB`, `17.9 s`, `98.2 %`, `0.0312`."""
    match unit:
        case Unit.BYTES:
            return sized(number)
        case Unit.SECONDS:
            return f"{number:.1f} s" if number >= 10 else f"{number:.2f} s"
        case Unit.RATE:
            return f"{_digits(number)}/s"
        case Unit.SHARE:
            return f"{100 * number:.1f} %"
        case Unit.NUMBER:
            return _digits(number)


def with_error(held: Quantity, unit: Unit) -> str:
    """`0.00141 ±0.000025`, `97.1 % ±0.37`."""
    error = error_of(held, unit)
    return f"{shown(held.median, unit)} ±{error}" if error else shown(held.median, unit)


def error_of(held: Quantity, unit: Unit) -> str:
    """Two digits of a standard error, in the unit of what it is of; empty where there is none."""
    if not held.error:
        return ""
    error = 100 * held.error if unit is Unit.SHARE else held.error
    places = max(0, 1 - math.floor(math.log10(error)))
    return f"{error:.{places}f}" if places < MOST_PLACES else f"{error:.1e}"


def _digits(number: float) -> str:
    """Three digits that count; whole numbers in full."""
    if float(number).is_integer() and abs(number) < 1e15:
        return f"{int(number):,}"
    return f"{number:,.0f}" if abs(number) >= 1000 else f"{number:.3g}"
