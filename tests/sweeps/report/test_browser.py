"""The page in a real browser, as it is opened from a disk: what it asks for, and its table."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from tests.sweeps.report.sample import loaded
from tests.sweeps.report.screen import (
    DESK,
    PHONE,
    TABLET,
    TWO_FRAMES,
    click,
    heading,
    opened,
    resized,
    shown_cells,
)
from tests.sweeps.report.test_page import REPORT
from yaie.sweeps.report.page import MOST_LINES


@pytest.fixture(scope="module")
def phone(browser: Any, tmp_path_factory: pytest.TempPathFactory) -> Any:
    """The page on a phone, with what was logged since it was opened."""
    return opened(browser, tmp_path_factory.mktemp("page"), REPORT, PHONE)


def test_it_asks_for_nothing_and_complains_of_nothing(phone: Any) -> None:
    messages = [json.loads(entry["message"])["message"] for entry in phone.get_log("performance")]
    asked = [m["params"]["request"]["url"] for m in messages if m["method"].endswith("WillBeSent")]
    assert [url for url in asked if not url.startswith(("file:", "data:"))] == []
    assert len([url for url in asked if url.startswith("file:")]) == 1
    assert phone.get_log("browser") == []


@pytest.mark.parametrize("screen", [TABLET, DESK, PHONE], ids=["tablet", "desk", "phone"])
def test_no_screen_scrolls_the_page_sideways(phone: Any, screen: dict[str, Any]) -> None:
    resized(phone, screen)
    width = phone.execute_script("return document.documentElement.scrollWidth")
    assert width <= screen["width"]


def test_a_wide_table_scrolls_in_its_box_and_tells_which_cell_it_is(phone: Any) -> None:
    box = "document.querySelector('.scrolls')"
    left = "document.querySelector('#cells tbody th').getBoundingClientRect().left"
    moved = (
        f"const before = {left}; {box}.scrollLeft = 99; return [{box}.scrollLeft, {left} - before]"
    )
    assert phone.execute_script(moved) == [99, 0]
    assert phone.find_element("css selector", "#cells tbody th").text == "0\nfp32 · none"


def test_a_click_sorts_and_another_turns_it_round(phone: Any) -> None:
    click(phone, heading(phone, "memory"))
    assert shown_cells(phone) == ["3", "1", "2", "0", "5"]
    click(phone, heading(phone, "memory"))
    assert shown_cells(phone) == ["0", "5", "2", "1", "3"]
    head = heading(phone, "memory").find_element("xpath", "..")
    assert head.get_attribute("aria-sort") == "descending"


def test_a_key_sorts(phone: Any) -> None:
    resized(phone, DESK)
    heading(phone, "precision").send_keys("\ue007")
    assert shown_cells(phone)[0] == "5"
    heading(phone, "cell").send_keys(" ")
    assert shown_cells(phone) == ["0", "1", "2", "3", "5"]


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
    phone.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": []})


def test_a_copy_needs_no_permission_for_the_clipboard(phone: Any) -> None:
    denied = {"permission": {"name": "clipboard-write"}, "setting": "denied"}
    phone.execute_cdp_cmd("Browser.setPermission", denied)
    button, text = phone.find_elements("css selector", "header .copied > *")
    button.click()
    phone.execute_async_script(TWO_FRAMES)
    assert button.text == "copied"
    field = phone.find_element("id", "filter")
    field.send_keys("\ue009v")
    assert field.get_attribute("value") == text.text
    phone.execute_script("filter.value = ''; filter.dispatchEvent(new Event('input'))")


def test_what_is_folded_has_its_buttons_once_it_is_open(phone: Any) -> None:
    phone.execute_script("document.getElementById('cell-1').open = true")
    phone.execute_async_script(TWO_FRAMES)
    assert len(phone.find_elements("css selector", "#cell-1 button.copy")) == 2
    assert phone.find_elements("css selector", "#cell-2 button.copy") == []


def test_of_very_many_cells_the_first_are_shown_and_all_are_sorted(
    browser: Any, tmp_path: Path
) -> None:
    rows = [loaded(n, 1000 + n, 1 / (n + 1)) for n in range(MOST_LINES + 100)]
    opened(browser, tmp_path, replace(REPORT, rows=rows, recipes={}, best=None), DESK)
    click(browser, heading(browser, "KL"))
    assert shown_cells(browser)[:2] == ["599", "598"]
    assert len(shown_cells(browser)) == MOST_LINES
    click(browser, browser.find_element("css selector", "#more button"))
    assert len(shown_cells(browser)) == len(rows)


def test_numbers_are_sorted_as_such_the_best_first_and_missing_ones_last(
    browser: Any, tmp_path: Path
) -> None:
    speeds = {0: 9.0, 1: 100.0, 2: None, 3: 20.5}
    rows = [
        replace(loaded(n, dropout=f"{0.1 / (n + 1):.3f}"), measures={"items_per_second": speed})
        for n, speed in speeds.items()
    ]
    opened(browser, tmp_path, replace(REPORT, rows=rows, recipes={}, best=None), DESK)
    click(browser, heading(browser, "items"))
    assert shown_cells(browser) == ["1", "3", "0", "2"]
    click(browser, heading(browser, "items"))
    assert shown_cells(browser) == ["0", "3", "1", "2"]
    click(browser, heading(browser, "dropout"))
    assert shown_cells(browser) == ["3", "2", "1", "0"]


def test_without_scripts_all_is_there_but_the_plots(browser: Any, tmp_path: Path) -> None:
    rows = [*(loaded(n, 1000 + n, 1 / (n + 1)) for n in range(MOST_LINES + 1))]
    browser.execute_cdp_cmd("Emulation.setScriptExecutionDisabled", {"value": True})
    try:
        opened(browser, tmp_path, replace(REPORT, rows=rows, best=None), DESK)
        assert "need JavaScript" in browser.find_element("css selector", "noscript p").text
        assert browser.find_element("css selector", "#cells tbody tr:last-child").is_displayed()
        assert not browser.find_element("id", "filter").is_displayed()
        browser.find_element("css selector", "#cell-1 summary").click()
        assert "precision: bf16" in browser.find_element("id", "cell-1").text
    finally:
        browser.execute_cdp_cmd("Emulation.setScriptExecutionDisabled", {"value": False})
