"""Swept: what a sweep came to, as the command line, Python and the page tell it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from html import escape
from pathlib import Path
from typing import Any, overload

from yaie.errors import InputError, Problem
from yaie.spec.recipe_writing import Written, written
from yaie.spec.wording import counted
from yaie.sweeps import results
from yaie.sweeps.cell import Cell
from yaie.sweeps.files import Files, read_whole
from yaie.sweeps.identity import name_of
from yaie.sweeps.measures.measuring import Measuring, from_json
from yaie.sweeps.report.best import Best, best, ordering
from yaie.sweeps.report.condition import conditions as read_conditions
from yaie.sweeps.report.lines import lines
from yaie.sweeps.report.measurable import measurable
from yaie.sweeps.report.records import Value, records
from yaie.sweeps.row import Row

_WIDE = 120
"""Characters of a line in a notebook."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Preface:
    """What is known of a sweep before its cells run: `preface.json` in its folder."""

    title: str
    command: str
    """What makes this sweep again, or goes on with it."""
    versions: Mapping[str, str]
    """Of what the cells are loaded by: `{"yaie": …, "transformers": …, "torch": …}`, and more."""
    measuring: Measuring
    """What is measured in each cell, and with what."""
    cells: int
    """How many it has."""
    recipes: Mapping[int, Written] = field(default_factory=dict)
    """Number of a cell → its recipe, of those that compose."""

    def as_json(self) -> dict[str, Any]:
        """Everything of it."""
        return {
            "title": self.title,
            "command": self.command,
            "versions": dict(self.versions),
            "measuring": self.measuring.as_json(),
            "cells": self.cells,
            "recipes": {number: _as_json(recipe) for number, recipe in self.recipes.items()},
        }


def preface(
    cells: Sequence[Cell], versions: Mapping[str, str], measuring: Measuring, command: str
) -> Preface:
    """What is told of cells that were planned."""
    return Preface(
        title=f"Sweep of {name_of(cells)}",
        command=command,
        versions=versions,
        measuring=measuring,
        cells=len(cells),
        recipes={c.number: written(c.composition) for c in cells if c.composition is not None},
    )


def _as_json(recipe: Written) -> dict[str, Any]:
    folder = None if recipe.config_dir is None else str(recipe.config_dir)
    return {"text": recipe.text, "beside": list(recipe.beside), "config_dir": folder}


def _preface(document: Mapping[str, Any], text: str) -> Preface:
    recipes = {int(number): _written(each) for number, each in document["recipes"].items()}
    measuring = from_json(document["measuring"], text)
    return Preface(**{**document, "measuring": measuring, "recipes": recipes})


def _written(document: Mapping[str, Any]) -> Written:
    folder = document["config_dir"]
    return Written(
        text=document["text"],
        beside=tuple(document["beside"]),
        config_dir=None if folder is None else Path(folder),
    )


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Swept(Sequence[Row]):
    """The rows of a sweep, in the order of its cells; fewer than cells where it was cut off."""

    rows: tuple[Row, ...]
    preface: Preface
    folder: Path | None
    """None where nothing was written."""

    def __len__(self) -> int:
        return len(self.rows)

    @overload
    def __getitem__(self, place: int) -> Row: ...
    @overload
    def __getitem__(self, place: slice) -> tuple[Row, ...]: ...
    def __getitem__(self, place: int | slice) -> Row | tuple[Row, ...]:
        return self.rows[place]

    @property
    def unfinished(self) -> int:
        """Cells that have no row yet."""
        return self.preface.cells - len(self.rows)

    @property
    def summary(self) -> str:
        """`12 of 64 cells: 10 ok, 2 refused`."""
        counts = Counter(str(row.status) for row in self.rows)
        told = ", ".join(f"{number} {status}" for status, number in counts.items())
        return f"{len(self.rows)} of {counted(self.preface.cells, 'cell')}: {told or 'none ended'}"

    @property
    def page(self) -> Path | None:
        """`report.html`; None where it was not written."""
        page = None if self.folder is None else Files(self.folder).page
        return page if page is not None and page.is_file() else None

    @property
    def records(self) -> list[dict[str, Value]]:
        """A flat record a row, as `rows.csv` has them: `pandas.DataFrame(swept.records)`."""
        return records(self.rows)

    def best(self, conditions: str = "", by: str | None = None) -> Best:
        """The cell that `--best CONDITIONS --by MEASURE` recommends: `.row`, and the `.reason`.

        Raises InputError for conditions that cannot be read, UnsupportedError where none meets
        them, and names the nearest.
        """
        among = measurable(self.rows)
        found = read_conditions(conditions, among) if conditions else ()
        return best(self.rows, found, None if by is None else ordering(by, among))

    def recipe(self, row: Row) -> Written:
        """The recipe of a cell: its `.text`, and what a recipe may not say `.beside` it.

        Raises KeyError for a cell that does not compose.
        """
        return self.preface.recipes[row.number]

    def __repr__(self) -> str:
        where = "" if self.folder is None else f", in {self.folder}"
        return f"<{self.preface.title}: {self.summary}{where}>"

    def __str__(self) -> str:
        """The table that the command line prints."""
        return "\n".join(lines(self.rows))

    def _repr_html_(self) -> str:
        """The same in a notebook."""
        table = "\n".join(lines(self.rows, _WIDE))
        return f"<pre>{escape(table)}</pre>"


def read(folder: Path) -> Swept:
    """The sweep that lies in a folder, as far as it has come.

    Raises InputError where the folder holds none, or one that cannot be read.
    """
    rows = results.read(folder)
    files = Files(folder)
    file = files.preface
    if not file.is_file():
        message = f"`{file}` is not there; the sweep writes it anew where it goes on"
        raise InputError(Problem(path="", message=message))
    try:
        text = files.text.read_text(encoding="utf-8") if files.text.is_file() else ""
        told = _preface(read_whole(file), text)
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        message = f"`{file}` does not tell of a sweep: {type(error).__name__}: {error}"
        raise InputError(Problem(path="", message=message)) from error
    return Swept(rows=rows, preface=told, folder=folder)
