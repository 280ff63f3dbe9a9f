"""One page that holds all of a sweep: no network, no other file."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from importlib.util import find_spec
from pathlib import Path
from typing import Any
from unicodedata import category

from yaie.spec.recipe_writing import Written
from yaie.sweeps.measures.measuring import NOTHING, Measuring
from yaie.sweeps.report.best import Best
from yaie.sweeps.report.choices import choices
from yaie.sweeps.report.circumstances import circumstances, pinned
from yaie.sweeps.report.column import label
from yaie.sweeps.report.plots import front_of, loading, trade
from yaie.sweeps.report.reasons import reasons, warnings
from yaie.sweeps.report.scripts import scripts
from yaie.sweeps.report.table import table
from yaie.sweeps.row import Row, Status

INSTALL = "pip install 'yaie[report]'"
MOST_LINKS = 20
"""Cells of one reason that are named."""
MOST_LINES = 500
"""Lines of the table that are shown at first; scripts and styles of the page know of the others."""
_TEMPLATE = Path(__file__).with_name("template")


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """What a page tells."""

    title: str
    command: str
    """What makes this sweep again."""
    versions: Mapping[str, str]
    """What the cells were run by, where they do not tell."""
    rows: Sequence[Row]
    recipes: Mapping[int, Written] = field(default_factory=dict)
    """Number of a cell → its recipe."""
    best: Best | None = None
    measuring: Measuring = NOTHING
    unfinished: int = 0
    """Cells that have no row yet."""


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
        finalize=_legible,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    found.filters |= {"coded": _coded, "label": label}
    html = found.get_template("page.html.jinja").render(_told(report))
    # A file's name that is no text has signs that no encoding takes.
    return html.encode(errors="backslashreplace").decode()


def _legible(value: Any) -> Any:
    """A text with what steers its reader's screen spelt out: control signs, and those that turn the
    order of words round."""
    if not isinstance(value, str) or value.isprintable():
        return value
    from markupsafe import Markup

    return value if isinstance(value, Markup) else "".join(map(_spelt, value))


def _spelt(sign: str) -> str:
    if sign in "\n\t" or category(sign) not in _STEERING:
        return sign
    return sign.encode("unicode_escape").decode()


_STEERING = ("Cc", "Cf", "Cs")


def _coded(text: str) -> str:
    """A message as HTML, what stands in backticks as code."""
    from markupsafe import Markup

    parts = _legible(text).split("`")
    marked = [Markup("<code>{}</code>").format(p) if i % 2 else p for i, p in enumerate(parts)]
    return Markup("").join(marked) if len(parts) % 2 else text


def _told(report: Report) -> dict[str, Any]:
    """The template's variables."""
    loaded = [row for row in report.rows if row.status is Status.OK]
    plots = (trade(loaded), loading(loaded))
    drawn = any(plot.is_drawn for plot in plots) and find_spec("plotly") is not None
    best = None if report.best is None else report.best.row.number
    return {
        **scripts(with_plots=drawn),
        "title": report.title,
        "command": report.command,
        "circumstances": circumstances(report.rows, report.measuring, report.versions),
        "install": INSTALL,
        "pinned": pinned(report.rows, report.versions),
        "unfinished": report.unfinished,
        "counts": _counts(report.rows),
        "best": _best(report.best),
        "plots": plots,
        "choices": choices(loaded),
        "figures": {plot.name: plot.figure for plot in plots if plot.figure},
        "table": table(report.rows, front_of(report.rows), best),
        "without": reasons(report.rows),
        "warnings": warnings(report.rows),
        "most": MOST_LINKS,
        "most_lines": MOST_LINES,
        "cells": [_cell(row, report) for row in report.rows],
    }


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
