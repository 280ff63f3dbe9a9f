"""Plots of a sweep as Plotly's figures, plain data; colours and fonts are the page's."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from typing import Any

from yaie.spec.wording import counted
from yaie.sweeps.report.best import quality
from yaie.sweeps.report.column import KNOWN, Column, label, named, stages
from yaie.sweeps.report.pareto import front
from yaie.sweeps.report.quantity import Unit, shown
from yaie.sweeps.row import Row, Status

MOST_BARS = 40
"""Cells whose bars are drawn; the slowest, where there are more."""
MOST_LABELS = 30
"""Cells of a plot whose words have room beside their points."""
MOST_NAMES = 12
"""Cells that are named below a plot."""
SPEEDS = ("generated_tokens_per_second", "items_per_second", "prompt_tokens_per_second")
Figure = dict[str, Any]
"""Data and layout, or a part of them, in Plotly's words; text that Plotly shows is escaped, for it
reads some HTML."""
_SCALES = (("GB", 1e9), ("MB", 1e6), ("kB", 1e3))


@dataclass(frozen=True, slots=True, kw_only=True)
class Plot:
    """A figure with its words, or why there is none."""

    name: str
    title: str
    told: str
    """What it shows, for those who do not see it; why it is left out where there is no figure."""
    marks: str = "■"
    """The sign of each trace, in the key beside the plot; the last holds for all that follow."""
    figure: Figure | None = None
    height: int = 420
    """Pixels."""

    @property
    def key(self) -> list[tuple[str, str]]:
        """The sign and the name of each trace, in the order of their colours."""
        traces = self.figure["data"] if self.figure else []
        return [(self.marks[min(i, len(self.marks) - 1)], t["name"]) for i, t in enumerate(traces)]


def plots(rows: Sequence[Row]) -> tuple[Plot, ...]:
    """Every plot of a page; cells that are the same as another are drawn once."""
    loaded = [row for row in rows if row.status is Status.OK]
    return trade(loaded), loading(loaded)


def trade(rows: Sequence[Row]) -> Plot:
    """Memory against quality, or against speed where no quality was measured; the cells that no
    other beats in both are marked."""
    memory, other = _named("memory_bytes"), against(rows)
    if other is None:
        told = "Left out: neither a measure of quality nor a speed was taken of any cell."
        return Plot(name="trade", title="Memory against quality", told=told)
    having, best = _front(rows, memory, other)
    ends = {row.number for row in best}
    rest = [row for row in having if row.number not in ends]
    names = "; ".join(_told(row, memory, other) for row in best[:MOST_NAMES])
    names += f"; and {len(best) - MOST_NAMES} more" * (len(best) > MOST_NAMES)
    return Plot(
        name="trade",
        title=f"Memory against {other.title}",
        told=f"{counted(len(having), 'cell')}. None takes less memory and has {_better(other)} than"
        f" {names}.",
        marks="◆○",
        figure=_trade(best, rest, memory, other),
    )


def front_of(rows: Sequence[Row]) -> frozenset[int]:
    """Numbers of the loaded cells that no other beats in both memory and quality, or speed."""
    loaded = [row for row in rows if row.status is Status.OK]
    other = against(loaded)
    if other is None:
        return frozenset()
    return frozenset(row.number for row in _front(loaded, _named("memory_bytes"), other)[1])


def against(rows: Sequence[Row]) -> Column | None:
    """What memory is set against: a measure of quality, else a speed; None where neither was
    measured."""
    return quality(rows) or _speed(rows)


def _front(rows: Sequence[Row], memory: Column, other: Column) -> tuple[list[Row], list[Row]]:
    """The rows that have both, and those of them that none beats, by their memory."""
    having = [row for row in rows if memory.of(row) and other.of(row)]
    sign = -1 if other.better == "more" else 1
    ends = front([(_median(memory, row), sign * _median(other, row)) for row in having])
    return having, [having[index] for index in ends]


def _trade(best: list[Row], rest: list[Row], memory: Column, other: Column) -> Figure:
    unit, scale = _scale([_median(memory, row) for row in (*best, *rest)])

    def points(rows: list[Row], name: str) -> Figure:
        return {
            "type": "scatter",
            "name": name,
            "x": [_median(memory, row) / scale for row in rows],
            "y": [_median(other, row) for row in rows],
            "ids": [str(row.number) for row in rows],
            "hovertext": [escape(_told(row, memory, other)) for row in rows],
            "hoverinfo": "text",
        }

    marked = points(best, "no other is better in both") | {
        "mode": "lines+markers+text",
        "text": [_name(row, len(best) + len(rest)) for row in best],
        "zorder": 1,
        "textposition": [_beside(index, len(best)) for index in range(len(best))],
        "line": {"shape": "hv", "dash": "dot", "width": 1.5},
        "marker": {"symbol": "diamond", "size": 12},
    }
    others = points(rest, "others") | {
        "mode": "markers",
        "marker": {"symbol": "circle-open", "size": 9},
    }
    share = {"tickformat": ".0%"} if other.unit is Unit.SHARE else {}
    layout = {
        "showlegend": False,
        "xaxis": {"title": {"text": f"memory ({unit})"}},
        "yaxis": {"title": {"text": _axis(other)}, **share},
    }
    return {"data": [marked, others] if rest else [marked], "layout": layout}


def _name(row: Row, cells: int) -> str:
    """What stands beside a point: the values that vary, or the cell's number among many cells."""
    return escape(label(row)) if cells <= MOST_LABELS else str(row.number)


def _beside(index: int, number: int) -> str:
    """Where a point's words stand: inside of the plot at its edges, else by turns above and below,
    where no other point of the front can be."""
    if index in (0, number - 1):
        return "top left" if index else "top right"
    return "bottom left" if index % 2 else "top right"


def loading(rows: Sequence[Row]) -> Plot:
    """Seconds by stage, a bar a cell."""
    passed = [stage for stage in stages(rows) if stage != "process"]
    timed = [row for row in rows if row.seconds]
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
        told=told + fewer,
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
            "ticktext": [escape(_short(label(row))) for row in rows],
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
        "hovertext": [escape(each) for each in words],
        "hoverinfo": "text",
    }


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


def _axis(column: Column) -> str:
    direction = "less is better" if column.better == "less" else "more is better"
    unit = f"{column.unit}, " if column.unit in (Unit.SECONDS, Unit.RATE) else ""
    return f"{column.title} ({unit}{direction})"


def _scale(sizes: Sequence[float]) -> tuple[str, float]:
    """The unit in which the largest is above one."""
    most = max(sizes, default=0)
    return next(((unit, scale) for unit, scale in _SCALES if most >= scale), ("B", 1.0))
