"""Conditions on a row: `memory<8GiB`, `kl<=0.05`."""

from __future__ import annotations

import operator
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from yaie.errors import InputError, Problem
from yaie.spec.wording import all_quoted, nearest, quoted
from yaie.sweeps.report.column import KNOWN, Column, named, titles
from yaie.sweeps.report.measurable import measurable
from yaie.sweeps.report.quantity import Unit, shown
from yaie.sweeps.row import Row

_NUMBER = r"(\d+(\.\d*)?|\.\d+)([eE][+-]?\d+)?"
_FORM = re.compile(
    rf"(?P<name>[A-Za-z][\w.-]*) *(?P<sign><=|>=|<|>) *(?P<number>{_NUMBER}) *(?P<unit>\S*)"
)
_SIGNS: Mapping[str, Callable[[float, float], bool]] = {
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}
_FACTORS: Mapping[Unit, Mapping[str, float]] = {
    Unit.BYTES: {
        "B": 1,
        **{f"{letter}B": 1000**power for power, letter in enumerate("kMGT", 1)},
        **{f"{letter}iB": 1024**power for power, letter in enumerate("KMGT", 1)},
    },
    Unit.SECONDS: {"s": 1, "": 1, "ms": 1e-3, "min": 60, "h": 3600},
    Unit.RATE: {"": 1, "/s": 1},
    Unit.SHARE: {"": 1, "%": 1e-2},
    Unit.NUMBER: {"": 1},
}


_USUAL = {Unit.BYTES: "GiB", Unit.SECONDS: "s"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Condition:
    """A bound of a column."""

    column: Column
    sign: str
    bound: float
    said: str
    """As it was given."""

    def holds(self, row: Row) -> bool:
        """Whether a row has the quantity, within the bound."""
        held = self.column.of(row)
        return held is not None and _SIGNS[self.sign](held.median, self.bound)

    def miss(self, row: Row) -> tuple[bool, float]:
        """Whether a row has no such quantity, and by how much it misses the bound, as a share of
        it; 0 where it holds."""
        held = self.column.of(row)
        if held is None or self.holds(row):
            return held is None, 0.0
        return False, abs(held.median - self.bound) / (self.bound or 1.0)


def conditions(text: str, among: Sequence[Column] | None = None) -> tuple[Condition, ...]:
    """Conditions joined by commas, all of which are to hold; raises InputError for every one that
    cannot be read, or that bounds what nothing measures."""
    known = measurable() if among is None else among
    found = [_read(part.strip(), known) for part in text.split(",")]
    if problems := [each for each in found if isinstance(each, Problem)]:
        raise InputError(*problems)
    return tuple(each for each in found if isinstance(each, Condition))


def measured(word: str, origin: str, among: Sequence[Column]) -> Column:
    """The column of a word; raises InputError where there is none."""
    column = _column(word, origin, among)
    if isinstance(column, Problem):
        raise InputError(column)
    return column


def _read(part: str, among: Sequence[Column]) -> Condition | Problem:
    found = _FORM.fullmatch(part)
    if found is None:
        message = f"`{part}` is no condition: a measure, one of `<` `<=` `>` `>=`, and a number"
        return _problem(message, "`--best 'memory<8GiB,kl<=0.05'`, in quotes")
    column = _column(found["name"], "--best", among)
    if isinstance(column, Problem):
        return column
    factors = _FACTORS[column.unit]
    if found["unit"] not in factors:
        return _problem(*_of_unit(part, found, column, factors))
    bound = float(found["number"]) * factors[found["unit"]]
    if column.unit is Unit.SHARE and bound > 1:
        meant = f"`{found['name']}{found['sign']}{found['number']}%`"
        return _problem(
            f"`{part}` is beyond a whole: shares are from 0 to 1, or up to 100 %", meant
        )
    return Condition(column=column, sign=found["sign"], bound=bound, said=part)


def _of_unit(
    part: str, found: re.Match[str], column: Column, factors: Mapping[str, float]
) -> tuple[str, str]:
    """What is said of a number in the wrong unit, or without one."""
    allowed = [unit for unit in factors if unit]
    takes = f"in {all_quoted(allowed, 'or')}" if allowed else "without a unit"
    given = f"`{found['unit']}`" if found["unit"] else "no unit"
    meant = nearest(found["unit"], allowed) or _USUAL.get(column.unit, "")
    is_share = found["unit"] == "%" and column.unit is Unit.NUMBER
    number = f"{float(found['number']) / 100:g}" if is_share else found["number"]
    hint = f"`{found['name']}{found['sign']}{number}{meant}`"
    return f"`{part}` has {given}; `{found['name']}` is said {takes}", hint


def _column(word: str, origin: str, among: Sequence[Column]) -> Column | Problem:
    if column := named(word, among):
        return column
    near = nearest(word, [*titles(among), *(column.name for column in among)])
    message = f"`{word}` is no measure; there are {quoted(titles(KNOWN), 20)}"
    return _problem(message, f"`{near}`" if near else None, origin)


def _problem(message: str, hint: str | None, origin: str = "--best") -> Problem:
    return Problem(path="", message=message, hint=hint, origin=origin)


def missed(found: Sequence[Condition], row: Row) -> Iterator[str]:
    """What a row is beyond each condition that it misses: `memory is 9 GB, 1 GB too much`."""
    for condition in found:
        column, held = condition.column, condition.column.of(row)
        if held is None:
            yield f"{column.title} was not measured"
        elif not condition.holds(row):
            beyond = shown(abs(held.median - condition.bound), column.unit)
            much = "much" if condition.sign[0] == "<" else "little"
            yield f"{column.title} is {shown(held.median, column.unit)}, {beyond} too {much}"
