"""Plots of a sweep: the words of each, and Plotly's figure of the load times, plain data. The
scripts of the page draw the cells out of its table, and choose colours and fonts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from typing import Any

from yaie.spec.wording import counted, printable
from yaie.sweeps.report.best import quality
from yaie.sweeps.report.column import KNOWN, NOT_LOADING, Column, label, named, stages
from yaie.sweeps.report.pareto import front
from yaie.sweeps.report.quantity import Unit, shown
from yaie.sweeps.row import Row, Status

MOST_BARS = 40
"""Cells whose bars are drawn; the slowest, where there are more."""
MOST_NAMES = 12
"""Cells that are named below a plot."""
ACROSS = "memory_bytes"
"""What quality, or speed, is set against."""
SPEEDS = (
    "generated_tokens_per_second",
    "items_per_second",
    "prompt_tokens_per_second",
    "load_seconds",
)
Figure = dict[str, Any]
"""Data and layout, or a part of them, in Plotly's words; text that Plotly shows is escaped, for it
reads some HTML."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Plot:
    """A plot with its words, or why there is none."""

    name: str
    title: str
    told: str
    """What it shows, for those who do not see it; why it is left out where it is not drawn."""
    is_drawn: bool = False
    figure: Figure | None = None
    """None where a script makes it of the page's table."""
    height: int = 420
    """Pixels."""

    @property
    def key(self) -> list[str]:
        """The name of each trace, in the order of their colours."""
        return [trace["name"] for trace in self.figure["data"]] if self.figure else []


def trade(rows: Sequence[Row]) -> Plot:
    """Memory against quality, or against speed where no quality was measured; the cells that no
    other beats in both are named."""
    memory, other = _named(ACROSS), against(rows)
    if other is None:
        told = "Left out: no cell was loaded."
        return Plot(name="trade", title="Memory against quality", told=told)
    having, best = _front(rows, memory, other)
    names = "; ".join(_told(row, memory, other) for row in best[:MOST_NAMES])
    names += f"; and {len(best) - MOST_NAMES} more" * (len(best) > MOST_NAMES)
    none = f" None has {_better(memory)} and {_better(other)} than {names}."
    return Plot(
        name="trade",
        title=f"Memory against {other.title}",
        told=f"{counted(len(having), 'cell')}." + none * bool(best),
        is_drawn=True,
    )


def front_of(rows: Sequence[Row]) -> frozenset[int]:
    """Numbers of the loaded cells that no other beats in both memory and quality, or speed."""
    loaded = [row for row in rows if row.status is Status.OK]
    other = against(loaded)
    if other is None:
        return frozenset()
    return frozenset(row.number for row in _front(loaded, _named(ACROSS), other)[1])


def against(rows: Sequence[Row]) -> Column | None:
    """What memory is set against: a measure of quality, else a speed; None where nothing was
    loaded."""
    return quality(rows) or _speed(rows)


def _front(rows: Sequence[Row], memory: Column, other: Column) -> tuple[list[Row], list[Row]]:
    """The rows that have both, and those of several that none beats, by their memory."""
    having = [row for row in rows if memory.of(row) and other.of(row)]
    sign = -1 if other.better == "more" else 1
    ends = front([(_median(memory, row), sign * _median(other, row)) for row in having])
    return having, [having[index] for index in ends if len(having) > 1]


def loading(rows: Sequence[Row]) -> Plot:
    """Seconds by stage, a bar a cell; the import of transformers is told, and not drawn."""
    passed = [stage for stage in stages(rows) if stage not in NOT_LOADING]
    timed = [row for row in rows if any(stage in row.seconds for stage in passed)]
    slowest = sorted(timed, key=lambda row: -_total(row, passed))[:MOST_BARS]
    shown_rows = sorted(slowest, key=lambda row: row.number)
    if not passed or not timed:
        told = "Left out: no cell was loaded."
        return Plot(name="loading", title="Load time by stage", told=told)
    fewer = f" The {MOST_BARS} slowest of {len(timed)} cells are drawn." * (len(timed) > MOST_BARS)
    told = f"From {_time(min, timed, passed)} to {_time(max, timed, passed)}."
    return Plot(
        name="loading",
        title="Load time by stage",
        told=told + fewer + _imported(timed),
        is_drawn=True,
        figure=_loading(shown_rows, passed),
        height=130 + 26 * len(shown_rows),
    )


def _loading(rows: list[Row], passed: list[str]) -> Figure:
    places = list(range(len(rows)))
    layout = {
        "showlegend": False,
        "barmode": "stack",
        "bargap": 0.35,
        "xaxis": {"title": {"text": "seconds"}},
        "yaxis": {
            "tickvals": places,
            "ticktext": [escape(_short(printable(label(row)))) for row in rows],
            "autorange": "reversed",
        },
    }
    return {"data": [_stage(stage, rows, places) for stage in passed], "layout": layout}


def _stage(stage: str, rows: list[Row], places: list[int]) -> Figure:
    took = [row.seconds.get(stage, 0) for row in rows]
    words = [
        f"{label(row)}: {stage} {shown(t, Unit.SECONDS)}" for row, t in zip(rows, took, strict=True)
    ]
    return {
        "type": "bar",
        "name": stage,
        "orientation": "h",
        "x": took,
        "y": places,
        "hovertext": [escape(printable(each)) for each in words],
        "hoverinfo": "text",
    }


def _imported(rows: Sequence[Row]) -> str:
    """How long the import took, which is the same whatever is loaded."""
    took = [row.seconds["import"] for row in rows if "import" in row.seconds]
    if not took:
        return ""
    least, most = shown(min(took), Unit.SECONDS), shown(max(took), Unit.SECONDS)
    return f" Importing transformers, {least} to {most} before that, is left out."


def _short(text: str, most: int = 28) -> str:
    return text if len(text) <= most else f"{text[: most - 1]}…"


def _total(row: Row, passed: Sequence[str]) -> float:
    return sum(row.seconds.get(stage, 0) for stage in passed)


def _time(extreme: Any, rows: Sequence[Row], passed: Sequence[str]) -> str:
    row = extreme(rows, key=lambda row: _total(row, passed))
    return f"{shown(_total(row, passed), Unit.SECONDS)} ({label(row)})"


def _speed(rows: Sequence[Row]) -> Column | None:
    columns = map(_named, SPEEDS)
    return next((column for column in columns if any(map(column.of, rows))), None)


def _named(name: str) -> Column:
    column = named(name, KNOWN)
    assert column is not None
    return column


def _median(column: Column, row: Row) -> float:
    held = column.of(row)
    assert held is not None
    return held.median


def _told(row: Row, *columns: Column) -> str:
    """`6 (fp16 · none): memory 2.03 MB, KL 0.0007`."""
    quantities = ", ".join(f"{c.title} {shown(_median(c, row), c.unit)}" for c in columns)
    return f"{row.number} ({label(row)}): {quantities}"


def _better(column: Column) -> str:
    return f"{'less' if column.better == 'less' else 'more'} {column.title}"
