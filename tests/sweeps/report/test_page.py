"""The page as text; what a browser makes of it is tested beside."""

from __future__ import annotations

import re
from dataclasses import replace
from html.parser import HTMLParser

import pytest

from tests.sweeps.report.sample import REFUSAL, ROWS, WARNING, loaded, refused
from yaie.errors import Fault, Problem
from yaie.spec.compose import compose
from yaie.spec.recipe_writing import written
from yaie.sweeps.measures.measuring import Measuring
from yaie.sweeps.report.best import best
from yaie.sweeps.report.page import Report, page
from yaie.sweeps.row import Status

REPORT = Report(
    title="Sweep of tiny",
    command="python -m yaie sweep precision=fp32,bf16",
    versions={"yaie": "0.1.0", "Python": "3.11"},
    rows=ROWS,
    recipes={1: written(compose(None, ["precision=bf16"]))},
    best=best(ROWS, ()),
    measuring=Measuring(),
)


class Text(HTMLParser):
    """The text of a page outside of scripts and styles."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.words: list[str] = []
        self.is_code = False
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.is_code = tag in ("script", "style")

    def handle_endtag(self, tag: str) -> None:
        self.is_code = False

    def handle_data(self, data: str) -> None:
        if not self.is_code:
            self.words += data.split()


@pytest.fixture(scope="module")
def html() -> str:
    return page(REPORT)


@pytest.fixture(scope="module")
def text(html: str) -> str:
    return " ".join(Text(html).words)


def test_the_same_report_makes_the_same_bytes(html: str) -> None:
    assert page(REPORT) == html


@pytest.mark.parametrize(
    "words",
    [
        "python -m yaie sweep precision=fp32,bf16",
        "yaie 0.1.0, Python 3.11",
        "Recommended fp32 · none",
        "quantization : fp8 runs on cuda hint: quantization=none",
        "python -m yaie cell-1.yaml",
        "model: tiny precision: bf16",
        "same as cell 0",
        "compared with cell 0: fp32 · none",
        "cells/3/log.txt",
    ],
)
def test_it_tells(words: str, text: str) -> None:
    assert words in text


def test_a_sweep_that_was_cut_off_says_what_is_left(text: str) -> None:
    told = " ".join(Text(page(replace(REPORT, unfinished=3))).words)
    assert "1 refused 3 not run yet" in told
    assert "not run yet" not in text


def test_what_broke_is_told_before_what_was_refused_and_each_reason_once() -> None:
    second = Problem(path="device", message="not here", fault=Fault.UNSUPPORTED)
    both = replace(refused(0, precision="p0"), problems=(REFUSAL, second))
    killed = replace(refused(2, second, precision="p2"), status=Status.KILLED)
    told = " ".join(Text(page(replace(REPORT, rows=(both, refused(1), killed), best=None))).words)
    _, _, reasons = told.partition("Not loaded ")
    assert reasons.startswith(
        "killed p2 device : not here refused p0 , cell 1 quantization : fp8 runs on cuda"
        " hint: quantization=none refused p0 device : not here"
    )


def test_what_is_worth_knowing_of_loaded_cells_is_told_once_and_counted_in_their_lines() -> None:
    rows = [
        replace(loaded(n, precision="fp16", seed=f"{n}"), problems=(WARNING,)) for n in (0, 1, 2)
    ]
    more = loaded(3, precision="bf16", seed="3")
    told = " ".join(Text(page(replace(REPORT, rows=(*rows, more), best=None))).words)
    assert told.count("ok 1 warning") == 3
    assert (
        "Worth knowing of the loaded ones warning 3 cells: precision=fp16 precision : rounded"
        in told
    )


def test_cells_of_one_reason_stand_together() -> None:
    rows = [refused(n, precision=f"p{n}") for n in range(30)]
    text = " ".join(Text(page(replace(REPORT, rows=rows, best=None))).words)
    assert text.count("runs on") == 31
    assert "refused p0 , p1 , p2" in text
    assert "p19 and 10 more quantization : fp8 runs on cuda hint: quantization=none" in text


def test_it_names_no_address_that_a_browser_would_ask(html: str) -> None:
    own = re.sub(r"<script.*?</script>", "", html, flags=re.DOTALL)
    assert not re.findall(r"""(?:src|href|action)=["'](?!#|data:)|url\(|@import""", own)


def test_without_plotly_it_says_what_brings_the_plots(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("yaie.sweeps.report.page.find_spec", lambda name: None)
    html = page(REPORT)
    assert "pip install &#39;yaie[report]&#39;" in html
    assert len(html) < 100_000


def test_a_value_is_text_and_no_markup() -> None:
    rows = (replace(ROWS[0], cell={"precision": "<script>alert(1)</script>"}),)
    html = page(replace(REPORT, rows=rows, best=None, title="</title><script>"))
    assert "<script>alert" not in html
    assert "</title><script>" not in html
