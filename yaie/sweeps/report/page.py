"""One page that holds all of a sweep: no network, no other file."""

from __future__ import annotations

from base64 import b64encode
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from hashlib import sha256
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from yaie.errors import Problem, errors_of
from yaie.spec.recipe_writing import Written
from yaie.sweeps.report.best import Best
from yaie.sweeps.report.column import Column, axes, columns, compared_with, label
from yaie.sweeps.report.plots import front_of, plots
from yaie.sweeps.report.quantity import Quantity, shown
from yaie.sweeps.report.records import whole
from yaie.sweeps.row import Row, Status

INSTALL = "pip install 'yaie[report]'"
MOST_LINKS = 20
"""Cells of one reason that are named."""
_TEMPLATE = Path(__file__).with_name("template")


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """What a page tells."""

    title: str
    command: str
    """What makes this sweep again."""
    versions: Mapping[str, str]
    """What the cells were run by, and where."""
    rows: Sequence[Row]
    recipes: Mapping[int, Written] = field(default_factory=dict)
    """Number of a cell → its recipe."""
    best: Best | None = None


def page(report: Report) -> str:
    """The page as HTML; the same report makes the same bytes.

    Whatever rows hold is text to it: Jinja escapes it, and its policy lets no script run but its
    own, nothing be loaded and nothing be sent. Without Plotly it has no plots, and says so.
    """
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    found = Environment(
        loader=FileSystemLoader(_TEMPLATE),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    found.filters["coded"] = _coded
    return found.get_template("page.html.jinja").render(_told(report))


def _coded(text: str) -> str:
    """A message as HTML, what stands in backticks as code."""
    from markupsafe import Markup

    parts = text.split("`")
    marked = [Markup("<code>{}</code>").format(p) if i % 2 else p for i, p in enumerate(parts)]
    return Markup("").join(marked) if len(parts) % 2 else text


def _told(report: Report) -> dict[str, Any]:
    """The template's variables."""
    drawn = plots(report.rows)
    return {
        **_scripts(
            with_plots=any(plot.figure for plot in drawn) and find_spec("plotly") is not None
        ),
        "title": report.title,
        "command": report.command,
        "versions": ", ".join(f"{name} {version}" for name, version in report.versions.items()),
        "install": INSTALL,
        "counts": _counts(report.rows),
        "best": _best(report.best),
        "plots": drawn,
        "figures": {plot.name: plot.figure for plot in drawn if plot.figure},
        **_table(report),
        "without": _without(report.rows),
        "most": MOST_LINKS,
        "cells": [_cell(row, report) for row in report.rows],
    }


def _scripts(*, with_plots: bool) -> dict[str, Any]:
    """Styles and scripts as they stand in the page, and the policy that lets them alone run."""
    from markupsafe import Markup

    script, plotly = _file("page.js"), _plotly() if with_plots else ""
    allowed = " ".join(f"'sha256-{_digest(text)}'" for text in (script, plotly) if text)
    return {
        "css": Markup(_file("page.css")),
        "script": Markup(script),
        "plotly": Markup(plotly),
        "with_plots": with_plots,
        "policy": f"default-src 'none'; script-src {allowed}; style-src 'unsafe-inline';"
        " img-src data: blob:; base-uri 'none'; form-action 'none'",
    }


def _plotly() -> str:
    """Plotly's own script, which the Python package carries."""
    from plotly.offline import get_plotlyjs

    script: str = get_plotlyjs()
    # An end tag within a string would end the script's element.
    return script.replace("</script", "<\\/script")


def _file(name: str) -> str:
    return (_TEMPLATE / name).read_text(encoding="utf-8")


def _digest(script: str) -> str:
    return b64encode(sha256(script.encode()).digest()).decode()


def _counts(rows: Sequence[Row]) -> list[dict[str, Any]]:
    counted = Counter(row.status for row in rows)
    return [{"status": s, "number": counted[s]} for s in Status if counted[s]]


def _best(best: Best | None) -> dict[str, Any] | None:
    if best is None:
        return None
    return {
        "number": best.row.number,
        "label": label(best.row),
        "reason": best.reason[0].upper() + best.reason[1:],
    }


def _table(report: Report) -> dict[str, Any]:
    """The table of cells: its heads, and a line a row that was loaded or is the same as one."""
    rows = [row for row in whole(report.rows) if not _is_without(row)]
    shared = columns(rows)
    keys = axes(report.rows)
    ends = front_of(report.rows)
    best = None if report.best is None else report.best.row.number
    return {
        "heads": [*_heads(keys, shared)],
        "lines": [
            {
                "number": row.number,
                "axes": [row.cell.get(key, "") for key in keys],
                "status": row.status,
                "note": "" if row.same_as is None else f"as cell {row.same_as}",
                "measures": [_value(column, column.of(row)) for column in shared],
                "is_best": row.number == best,
                "is_front": row.number in ends,
            }
            for row in rows
        ],
        "told_of_table": _SORTS + _MARKED * bool(ends) + _compared(rows),
    }


def _heads(keys: Sequence[str], shared: Sequence[Column]) -> Iterator[dict[str, Any]]:
    for title in ("cell", *keys, "status"):
        yield {"title": title, "tells": "", "is_number": False}
    for column in shared:
        yield {"title": column.title, "tells": column.tells, "is_number": True}


_SORTS = "A heading sorts."
_MARKED = " Marked: no other cell is better in both quantities of the first plot."


def _compared(rows: Sequence[Row]) -> str:
    found = compared_with(rows) if len(rows) > 1 else None
    return "" if found is None else f" Answers are compared with those of {label(found)}."


def _value(column: Column, held: Quantity | None) -> dict[str, str]:
    if held is None:
        return {"number": "", "text": "", "range": ""}
    text = shown(held.median, column.unit)
    if held.least is None or held.most is None:
        return {"number": str(held.median), "text": text, "range": ""}
    least, most = shown(held.least, column.unit), shown(held.most, column.unit)
    return {"number": str(held.median), "text": text, "range": f"from {least} to {most}"}


def _without(rows: Sequence[Row]) -> list[dict[str, Any]]:
    """The cells that were not loaded, those of the same reason together."""
    groups: dict[tuple[Status, tuple[Problem, ...]], list[Row]] = {}
    for row in filter(_is_without, rows):
        told = tuple(replace(error, origin=None) for error in errors_of(row.problems))
        groups.setdefault((row.status, told), []).append(row)
    return [
        {
            "status": status,
            "errors": errors,
            "cells": [{"number": row.number, "label": label(row)} for row in found],
        }
        for (status, errors), found in groups.items()
    ]


def _is_without(row: Row) -> bool:
    return row.status in (Status.REFUSED, Status.FAILED, Status.KILLED)


def _cell(row: Row, report: Report) -> dict[str, Any]:
    """One cell with all that is said of it, and how to load it again."""
    written = report.recipes.get(row.number)
    recipe = written and {
        "command": written.command(f"cell-{row.number}.yaml"),
        "text": written.text,
    }
    return {
        "number": row.number,
        "label": label(row),
        "status": row.status,
        "recipe": recipe,
        "problems": row.problems,
        "log": row.log,
    }
