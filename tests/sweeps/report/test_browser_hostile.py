"""What rows hold is text, whatever they hold: nothing of it runs."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

from tests.sweeps.report.sample import ROWS, loaded
from tests.sweeps.report.screen import DESK, EVIL, opened
from tests.sweeps.report.test_page import REPORT
from yaie.errors import Problem
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


def test_a_script_that_is_not_the_pages_own_is_not_run(browser: Any, tmp_path: Path) -> None:
    file, report = tmp_path / "report.html", replace(REPORT, rows=ROWS[4:5], best=None)
    file.write_text(page(report).replace("<main>", f"<main>{EVIL}"), encoding="utf-8")
    browser.get(file.as_uri())
    assert browser.execute_script("return window.hacked") is None
    assert "Content Security Policy" in browser.get_log("browser")[0]["message"]
