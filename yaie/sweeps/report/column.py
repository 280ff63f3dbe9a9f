"""Columns: every quantity that rows have, told once for the terminal, CSV, Parquet, page and
`--best`. A new measure is one row of `KNOWN`."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal

from yaie.sweeps.report.quantity import Quantity, Unit, mean
from yaie.sweeps.row import Row

Better = Literal["less", "more"]
ERROR = "_error"
"""What the name of a standard error adds to that of its mean."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """One quantity of a row."""

    name: str
    """In CSV, Parquet and JSON."""
    title: str
    """For people; `--best` takes it, too."""
    unit: Unit
    better: Better | None
    """None where neither is."""
    of: Callable[[Row], Quantity | None]
    """The quantity of a row; None where the row has none."""
    tells: str = ""
    """What it is, in a sentence's rest."""
    part: str | None = None
    """The part of `--measure` that takes it; None where it is of every load."""


def measure(
    name: str,
    title: str,
    unit: Unit,
    better: Better | None = None,
    tells: str = "",
    part: str | None = None,
) -> Column:
    """A column of what was measured of a loaded model."""

    def of(row: Row) -> Quantity | None:
        return mean(row.measures.get(name), row.measures.get(name + ERROR))

    return Column(name=name, title=title, unit=unit, better=better, of=of, tells=tells, part=part)


def _memory(row: Row) -> Quantity | None:
    """As it was measured, on all devices together; foreseen where nothing was loaded."""
    return _bytes("measured_bytes")(row) or _bytes("predicted_bytes")(row)


def _bytes(key: str) -> Callable[[Row], Quantity | None]:
    def of(row: Row) -> Quantity | None:
        sizes = [held[key] for held in row.memory.values() if key in held]
        return Quantity(sum(sizes)) if sizes else None

    return of


NOT_LOADING = ("fetch", "import", "process")
"""Stages that tell nothing of what is loaded, and the whole life of the process."""


def _load(row: Row) -> Quantity | None:
    stages = [took for stage, took in row.seconds.items() if stage not in NOT_LOADING]
    return Quantity(round(sum(stages), 4)) if stages else None


KNOWN: tuple[Column, ...] = (
    Column(
        name="memory_bytes",
        title="memory",
        unit=Unit.BYTES,
        better="less",
        of=_memory,
        tells="weights and their state on all devices, measured where loaded, else foreseen",
    ),
    measure(
        "kl_divergence",
        "KL",
        Unit.NUMBER,
        "less",
        "how far answers are from the reference cell's",
        part="quality",
    ),
    measure(
        "relative_error",
        "relative error",
        Unit.NUMBER,
        "less",
        "how far numbers are from the reference cell's",
        part="quality",
    ),
    measure(
        "top1_agreement",
        "top-1",
        Unit.SHARE,
        "more",
        "how often the likeliest token is the same",
        part="quality",
    ),
    measure(
        "perplexity",
        "perplexity",
        Unit.NUMBER,
        "less",
        "of the text that was measured with",
        part="quality",
    ),
    measure(
        "generated_tokens_per_second",
        "tokens",
        Unit.RATE,
        "more",
        "tokens generated in a second",
        part="speed",
    ),
    measure(
        "prompt_tokens_per_second",
        "prompt tokens",
        Unit.RATE,
        "more",
        "tokens read in a second",
        part="speed",
    ),
    measure(
        "items_per_second", "items", Unit.RATE, "more", "inputs answered in a second", part="speed"
    ),
    Column(
        name="load_seconds",
        title="load",
        unit=Unit.SECONDS,
        better="less",
        of=_load,
        tells="all stages of the load but the import of transformers",
    ),
    measure(
        "first_forward_seconds",
        "first forward",
        Unit.SECONDS,
        "less",
        "the first pass of an input",
        part="load",
    ),
    measure(
        "peak_bytes",
        "peak",
        Unit.BYTES,
        "less",
        "the most memory that the cell's process took",
        part="load",
    ),
    measure(
        "device_peak_bytes",
        "device peak",
        Unit.BYTES,
        "less",
        "the most that torch had on GPUs",
        part="load",
    ),
    Column(
        name="predicted_bytes",
        title="predicted",
        unit=Unit.BYTES,
        better="less",
        of=_bytes("predicted_bytes"),
        tells="the memory that was foreseen",
    ),
    measure("parameters", "parameters", Unit.NUMBER, tells="of the model"),
)
"""As they stand in tables, from left to right."""
GIVEN: tuple[Column, ...] = (
    measure(
        "text_tokens",
        "text tokens",
        Unit.NUMBER,
        tells="places that perplexity is of",
        part="quality",
    ),
    measure(
        "threads", "threads", Unit.NUMBER, tells="that torch computed with on CPU", part="load"
    ),
    measure(
        "workers", "cells at a time", Unit.NUMBER, tells="that ran on one machine", part="speed"
    ),
)
"""What cells were measured under; no cell is chosen by it."""
_SUFFIXES: tuple[tuple[str, Unit, Better | None], ...] = (
    ("_bytes", Unit.BYTES, "less"),
    ("_per_second", Unit.RATE, "more"),
    ("_seconds", Unit.SECONDS, "less"),
)


def columns(rows: Sequence[Row]) -> tuple[Column, ...]:
    """The columns in which any row has a quantity: those that are known, then other measures."""
    known = {column.name for column in (*KNOWN, *GIVEN)}
    known |= {name + ERROR for name in known}
    others = dict.fromkeys(n for row in rows for n in row.measures if n not in known)
    found = (*KNOWN, *GIVEN, *map(_unknown, others))
    return tuple(column for column in found if any(column.of(row) for row in rows))


def constant(among: Sequence[Column], rows: Sequence[Row]) -> tuple[Column, ...]:
    """The columns of which neither more nor less is better, and that are the same in all of several
    rows: they compare nothing, and are told once."""
    if len(rows) < 2:
        return ()
    return tuple(
        column
        for column in among
        if column.better is None and len({column.of(row) for row in rows}) == 1
    )


def varying(among: Sequence[Column], rows: Sequence[Row]) -> tuple[Column, ...]:
    """The other columns."""
    same = constant(among, rows)
    return tuple(column for column in among if column not in same)


def _unknown(name: str) -> Column:
    """A measure that nothing is known of but its name."""
    for suffix, unit, better in _SUFFIXES:
        if name.endswith(suffix):
            return measure(name, name.removesuffix(suffix).replace("_", " "), unit, better)
    return measure(name, name.replace("_", " "), Unit.NUMBER)


def named(word: str, among: Sequence[Column]) -> Column | None:
    """The column that a word means: its name, or its title."""
    folded = _folded(word)
    for column in among:
        if folded in (_folded(column.name), _folded(column.title)):
            return column
    return None


def _folded(word: str) -> str:
    return word.lower().replace("_", " ").replace(".", " ")


def titles(among: Sequence[Column]) -> tuple[str, ...]:
    """What columns are called on the command line."""
    return tuple(column.title.lower().replace(" ", "_") for column in among)


def axes(rows: Sequence[Row]) -> tuple[str, ...]:
    """The overrides that vary, in the order of the command line."""
    return tuple(dict.fromkeys(key for row in rows for key in row.cell))


def compared_with(rows: Sequence[Row]) -> tuple[Row, ...]:
    """The rows of the cells that answers are compared with: one a model."""
    numbers = {row.reference for row in rows}
    return tuple(row for row in rows if row.number in numbers)


def stages(rows: Sequence[Row]) -> tuple[str, ...]:
    """The stages of the rows' loads, in the order in which they happen."""
    return tuple(dict.fromkeys(stage for row in rows for stage in row.seconds))


def words(row: Row) -> str:
    """A cell as the command line says it: `precision=bf16 quantization=none`."""
    return " ".join(f"{key}={value}" for key, value in row.cell.items())


def label(row: Row) -> str:
    """A cell by the values that vary: `bf16 · bnb_4bit`; one that is no name of its own has its
    field's before it: `bf16 · seed=3`."""
    said = (_said(key, value) for key, value in row.cell.items())
    return " · ".join(said) or f"cell {row.number}"


def _said(key: str, value: str) -> str:
    is_name = value[:1].isalpha() and value not in ("true", "false", "null")
    return value if is_name else f"{key.rpartition('.')[2]}={value}"
