"""The page in a real browser, as it is opened from a disk: what is drawn, sorted and asked for."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from tests.sweeps.report.sample import ROWS, loaded
from tests.sweeps.report.test_page import REPORT
from yaie.errors import Problem
from yaie.sweeps.report.page import Report, page
from yaie.sweeps.row import Row, Status

pytest.importorskip("plotly", reason="the extra `report` is not installed")
webdriver = pytest.importorskip("selenium.webdriver", reason="selenium is not installed")

PHONE = {"width": 390, "height": 844, "deviceScaleFactor": 2, "mobile": True}
DESK = {"width": 1200, "height": 900, "deviceScaleFactor": 1, "mobile": False}
FLAGS = ("--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage")
TWO_FRAMES = "requestAnimationFrame(() => requestAnimationFrame(arguments[0]))"
EVIL = "<script>window.hacked = 1</script><img src=x onerror='window.hacked = 2'>"


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    """Chromium; skips where there is none."""
    chromium = shutil.which("chromium") or shutil.which("google-chrome")
    driver = shutil.which("chromedriver")
    if chromium is None or driver is None:
        pytest.skip("no browser: install chromium and chromedriver")
    options = webdriver.ChromeOptions()
    options.binary_location = chromium
    for flag in FLAGS:
        options.add_argument(flag)
    options.set_capability("goog:loggingPrefs", {"browser": "ALL", "performance": "ALL"})
    started = webdriver.Chrome(options=options, service=webdriver.ChromeService(driver))
    yield started
    started.quit()


def opened(browser: Any, folder: Path, report: Report, screen: dict[str, Any]) -> Any:
    """The page of a report, once it is drawn."""
    file = folder / "report.html"
    file.write_text(page(report), encoding="utf-8")
    browser.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", screen)
    browser.get(file.as_uri())
    return browser


@pytest.fixture(scope="module")
def phone(browser: Any, tmp_path_factory: pytest.TempPathFactory) -> Any:
    """The page on a phone, with what was logged since it was opened."""
    return opened(browser, tmp_path_factory.mktemp("page"), REPORT, PHONE)


def first_cells(browser: Any) -> list[str]:
    """The numbers of the cells, as the table has them from top to bottom."""
    rows = "[...document.querySelectorAll('#cells tbody tr')]"
    found: list[str] = browser.execute_script(f"return {rows}.map((row) => row.cells[0].innerText)")
    return found


def heading(browser: Any, title: str) -> Any:
    return browser.find_element("xpath", f"//table[@id='cells']//th[button='{title}']/button")


def test_it_asks_for_nothing_and_complains_of_nothing(phone: Any) -> None:
    messages = [json.loads(entry["message"])["message"] for entry in phone.get_log("performance")]
    asked = [m["params"]["request"]["url"] for m in messages if m["method"].endswith("WillBeSent")]
    assert [url for url in asked if not url.startswith(("file:", "data:"))] == []
    assert len([url for url in asked if url.startswith("file:")]) == 1
    assert phone.get_log("browser") == []


def test_a_phone_scrolls_no_page_sideways(phone: Any) -> None:
    widths = phone.execute_script("return [document.documentElement.scrollWidth, innerWidth]")
    assert widths == [390, 390]


def test_a_wide_table_scrolls_in_its_box(phone: Any) -> None:
    box = "document.querySelector('.scrolls')"
    assert phone.execute_script(f"return {box}.scrollWidth > {box}.clientWidth")


def test_the_marked_points_are_those_that_no_other_beats(phone: Any) -> None:
    trace = "document.getElementById('trade').data[0]"
    assert phone.execute_script(f"return {trace}.ids") == ["3", "1", "0"]
    points = phone.find_elements("css selector", "#trade .point")
    assert len(points) == 4
    lines = phone.find_elements("css selector", "tr.is-front th, tr.is-best th")
    assert sorted(line.text for line in lines) == ["0", "1", "3"]


def test_a_click_sorts_and_another_turns_it_round(phone: Any) -> None:
    phone.execute_script("arguments[0].click()", heading(phone, "memory"))
    assert first_cells(phone) == ["3", "1", "2", "0", "5"]
    phone.execute_script("arguments[0].click()", heading(phone, "memory"))
    assert first_cells(phone) == ["0", "5", "2", "1", "3"]
    assert heading(phone, "memory").find_element("xpath", "..").get_attribute("aria-sort") == (
        "descending"
    )


def test_a_key_sorts(phone: Any) -> None:
    heading(phone, "precision").send_keys("\ue007")
    assert first_cells(phone)[0] == "5"
    heading(phone, "cell").send_keys(" ")
    assert first_cells(phone) == ["0", "1", "2", "3", "5"]


def test_a_link_to_a_cell_unfolds_it(phone: Any) -> None:
    phone.execute_script("location.hash = '#cell-1'; dispatchEvent(new Event('hashchange'))")
    assert "precision: bf16" in phone.find_element("id", "cell-1").text


def test_colours_follow_the_readers_scheme(phone: Any) -> None:
    fill = "return getComputedStyle(document.querySelector('#loading .xtick text')).fill"
    light = phone.execute_script(fill)
    dark = {"features": [{"name": "prefers-color-scheme", "value": "dark"}]}
    phone.execute_cdp_cmd("Emulation.setEmulatedMedia", dark)
    phone.execute_async_script(TWO_FRAMES)
    assert (light, phone.execute_script(fill)) == ("rgb(27, 31, 36)", "rgb(232, 234, 237)")


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


def test_a_thousand_cells_are_sorted_at_once(browser: Any, tmp_path: Path) -> None:
    rows = [loaded(n, 1000 + n, 1 / (n + 1)) for n in range(1000)]
    opened(browser, tmp_path, replace(REPORT, rows=rows, recipes={}, best=None), DESK)
    browser.execute_script("arguments[0].click()", heading(browser, "KL"))
    assert first_cells(browser)[:2] == ["999", "998"]
