"""What rows hold is text, whatever they hold: nothing of it runs."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from tests.sweeps.report.sample import ROWS, loaded
from tests.sweeps.report.screen import DESK, EVIL, PHONE, opened
from tests.sweeps.report.test_page import REPORT
from yaie.errors import Fault, Problem
from yaie.sweeps.report.page import page
from yaie.sweeps.row import Row, Status


def test_what_rows_hold_runs_nothing(browser: Any, tmp_path: Path) -> None:
    problem = Problem(path=EVIL, message=f"`{EVIL}` {EVIL}", hint=EVIL)
    rows = (
        loaded(0, 10, 0.1, precision=EVIL),
        Row(number=1, cell={EVIL: EVIL}, status=Status.REFUSED, problems=(problem,), log=EVIL),
    )
    opened(browser, tmp_path, replace(REPORT, rows=rows, best=None, title=EVIL, command=EVIL), DESK)
    assert browser.execute_script("return window.hacked") is None
    assert browser.find_element("tag name", "h1").text == EVIL
    assert (
        browser.execute_script("return document.querySelectorAll('img, main script').length") == 0
    )


@pytest.mark.parametrize("screen", [PHONE, DESK], ids=["phone", "desk"])
def test_what_turns_words_round_or_goes_on_and_on_breaks_no_layout(
    browser: Any, tmp_path: Path, screen: dict[str, Any]
) -> None:
    turned = "\u202egnihton\x1b[2J\0 \u05e9\u05dc\u05d5\u05dd \udcff"
    long = Problem(path="model.id" * 99, message=f"{turned} {'x' * 100_000}", fault=Fault.BUG)
    cell = {"precision": turned, "y" * 300: "z" * 300}
    rows = (
        replace(loaded(0, 10, 0.1, **cell), problems=(replace(long, severity="warning"),)),
        loaded(1, 20, 0.01, **cell),
        Row(number=2, cell=cell, status=Status.FAILED, problems=(long,), log="l" * 300),
    )
    report = replace(REPORT, rows=rows, best=None, title="t" * 300, command="c" * 3000)
    opened(browser, tmp_path, report, screen)
    widths = "[document.documentElement.scrollWidth, innerWidth]"
    wide, window = browser.execute_script(f"return {widths}")
    assert wide <= window
    heights = "[...document.querySelectorAll('.problem')].map((told) => told.clientHeight)"
    assert max(browser.execute_script(f"return {heights}")) <= 300
    shown = browser.find_element("css selector", ".reasons .problem").text
    assert "\\u202egnihton\\x1b[2J\\x00 \u05e9\u05dc\u05d5\u05dd \\udcff" in shown
    assert browser.get_log("browser") == []


def test_a_script_that_is_not_the_pages_own_is_not_run(browser: Any, tmp_path: Path) -> None:
    file, report = tmp_path / "report.html", replace(REPORT, rows=ROWS[4:5], best=None)
    file.write_text(page(report).replace("<main>", f"<main>{EVIL}"), encoding="utf-8")
    browser.get(file.as_uri())
    assert browser.execute_script("return window.hacked") is None
    assert "Content Security Policy" in browser.get_log("browser")[0]["message"]
