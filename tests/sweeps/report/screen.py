"""A page as a real browser shows it, opened from a disk."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from yaie.sweeps.report.page import Report, page

PHONE = {"width": 390, "height": 844, "deviceScaleFactor": 2, "mobile": True}
TABLET = {"width": 768, "height": 1024, "deviceScaleFactor": 1, "mobile": True}
DESK = {"width": 1440, "height": 900, "deviceScaleFactor": 1, "mobile": False}
TWO_FRAMES = "requestAnimationFrame(() => requestAnimationFrame(arguments[0]))"
EVIL = "<script>window.hacked = 1</script><img src=x onerror='window.hacked = 2'>"


def resized(browser: Any, screen: dict[str, Any]) -> None:
    """The same page on another screen."""
    browser.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", screen)
    browser.execute_async_script(TWO_FRAMES)


def opened(browser: Any, folder: Path, report: Report, screen: dict[str, Any]) -> Any:
    """The page of a report, once it is drawn."""
    file = folder / "report.html"
    file.write_text(page(report), encoding="utf-8")
    browser.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", screen)
    browser.get(file.as_uri())
    return browser


def shown_cells(browser: Any) -> list[str]:
    """The numbers of the cells that the table shows, from top to bottom."""
    rows = "[...document.querySelectorAll('#cells tbody tr:not([hidden])')]"
    value = "row.cells[0].dataset.value"
    found: list[str] = browser.execute_script(f"return {rows}.map((row) => {value})")
    return found


def heading(browser: Any, title: str) -> Any:
    return browser.find_element("xpath", f"//table[@id='cells']//th[button='{title}']/button")


def click(browser: Any, element: Any) -> None:
    browser.execute_script("arguments[0].click()", element)


def choose(browser: Any, select: str, value: str) -> None:
    """Chooses an option, as a reader does."""
    browser.execute_script(
        f"const select = document.getElementById('by-{select}'); select.value = arguments[0];"
        " select.dispatchEvent(new Event('change'))",
        value,
    )
