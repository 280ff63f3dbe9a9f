"""The files beside a sweep's rows."""

from __future__ import annotations

import shlex
from html.parser import HTMLParser
from pathlib import Path

import pytest

from tests.sweeps.report.sample import ROWS
from yaie.errors import SourceError
from yaie.spec.compose import compose
from yaie.sweeps.cell import Cell
from yaie.sweeps.gathering import Unwatched
from yaie.sweeps.measures.measuring import NOTHING
from yaie.sweeps.planned import planned
from yaie.sweeps.product import Asked
from yaie.sweeps.report.page import Report, page
from yaie.sweeps.reporting import report, write
from yaie.sweeps.running import Running
from yaie.sweeps.sweep import sweep
from yaie.sweeps.swept import Swept, preface

CELL = Cell(number=0, words=("precision=fp32",), composition=compose(None, ["precision=fp32"]))


def told() -> Report:
    known = preface((CELL,), {"yaie": "0.1.0"}, NOTHING, "python -m yaie sweep precision=fp32,bf16")
    return report(Swept(rows=ROWS, preface=known, folder=None))


def test_a_report_says_how_to_make_the_sweep_and_each_cell_again() -> None:
    assert told().title == "Sweep of tiny"
    assert told().command == "python -m yaie sweep precision=fp32,bf16"
    assert told().recipes[0].text == "model: tiny\nprecision: fp32\n"
    assert told().versions == {"yaie": "0.1.0"}


class Recipes(HTMLParser):
    """What a page's cells have to be copied: a command and a recipe each."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.copies: dict[str, list[str]] = {}
        self.cell, self.is_copied = "", False
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "details":
            self.cell = dict(attrs)["id"] or ""
        self.is_copied = tag == "pre"
        if self.is_copied:
            self.copies.setdefault(self.cell, []).append("")

    def handle_endtag(self, tag: str) -> None:
        self.is_copied = False

    def handle_data(self, data: str) -> None:
        if self.is_copied:
            self.copies[self.cell][-1] += data


def test_a_recipe_on_the_page_is_the_written_one_and_comes_to_the_same_calls(
    tmp_path: Path,
) -> None:
    axes = ("precision=fp32,bf16", "quantization=none,bnb_4bit")
    asked = Asked(recipe=None, overrides=("model=tiny", *axes, "model.trust_remote_code=true"))
    swept = sweep(asked, Running(dry=True), Unwatched())
    copies = Recipes(page(report(swept))).copies
    for row in swept:
        command, recipe = copies[f"cell-{row.number}"]
        assert recipe == swept.recipe(row).text
        file = tmp_path / f"cell-{row.number}.yaml"
        file.write_text(recipe, encoding="utf-8")
        beside = shlex.split(command)[4:]
        (again,) = planned(Asked(recipe=file, overrides=tuple(beside)))
        assert (again.calls, again.calls is None) == (row.calls, False)


def test_the_files_are_written_the_same_each_time(tmp_path: Path) -> None:
    files = write(tmp_path, told(), parquet=False)
    first = {name: path.read_bytes() for name, path in files.items()}
    assert sorted(path.name for path in tmp_path.iterdir()) == ["report.html", "rows.csv"]
    write(tmp_path, told(), parquet=False)
    assert {name: path.read_bytes() for name, path in files.items()} == first


def test_a_folder_that_takes_nothing_is_a_source_that_fails(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match="cannot be written to"):
        write(tmp_path / "gone", told(), parquet=False)
