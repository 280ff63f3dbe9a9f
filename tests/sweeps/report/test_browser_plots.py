"""The plots in a real browser: what is drawn, marked and told."""

from __future__ import annotations

import random
from dataclasses import replace
from typing import Any

import pytest

from tests.sweeps.report.sample import ROWS, loaded
from tests.sweeps.report.screen import DESK, choose, click, opened, shown_cells
from tests.sweeps.report.test_page import REPORT
from yaie.sweeps.report.pareto import front
from yaie.sweeps.report.plots import trade
from yaie.sweeps.row import Row

POINTS = "trade.data.flatMap((trace) => (trace.customdata ?? []).flat())"
POINT = "#trade .scatterlayer .trace:not(:last-child) .point"
MARKED = "[...document.querySelectorAll('tr.is-front')].map((row) => row.cells[0].dataset.value)"


def fast(row: Row, tokens: float) -> Row:
    """A cell that generates, a little unevenly."""
    spread = {"median": tokens, "min": tokens - 1, "max": tokens + 2, "repeats": 3}
    return replace(row, measures={**row.measures, "generated_tokens_per_second": spread})


MEASURED = (
    fast(ROWS[0], 40.0),
    fast(ROWS[1], 60.0),
    fast(ROWS[2], 50.0),
    fast(ROWS[3], 30.0),
    fast(loaded(6, 2_000_000, 0.001, precision="bf16", quantization="same"), 60.0),
    *ROWS[4:],
)


@pytest.fixture(scope="module")
def drawn(browser: Any, tmp_path_factory: pytest.TempPathFactory) -> Any:
    return opened(browser, tmp_path_factory.mktemp("page"), replace(REPORT, rows=MEASURED), DESK)


def words(drawn: Any, element: str) -> str:
    return str(drawn.find_element("id", element).text)


def test_scripts_tell_what_the_page_tells_without_them(drawn: Any) -> None:
    assert words(drawn, "trade-told") == trade(MEASURED[:5]).told


def test_the_marked_cells_are_those_that_no_other_beats(drawn: Any) -> None:
    assert drawn.execute_script(f"return {MARKED}") == ["0", "1", "3", "6"]
    assert len(drawn.find_elements("css selector", POINT)) == 4


def test_axes_are_the_readers_choice_and_marks_follow(drawn: Any) -> None:
    choose(drawn, "up", "generated_tokens_per_second")
    assert words(drawn, "trade-title") == "Memory against tokens"
    assert words(drawn, "trade-told") == (
        "5 cells. None has less memory and more tokens than 3 (bf16 · bnb_4bit): memory 800 kB,"
        " tokens 30/s; 1 (bf16 · none): memory 2 MB, tokens 60/s; 6 (bf16 · same): memory 2 MB,"
        " tokens 60/s."
    )
    assert drawn.execute_script(f"return {MARKED}") == ["1", "3", "6"]
    choose(drawn, "up", "kl_divergence")


def test_repeats_have_bars_of_their_spread(drawn: Any) -> None:
    choose(drawn, "up", "generated_tokens_per_second")
    bars = "const { array, arrayminus } = trade.data[1].error_y; return [array[0], arrayminus[0]]"
    assert drawn.execute_script(bars) == [2, 1]
    least, most = drawn.execute_script("return trade.layout.yaxis.range")
    assert (least < 29, most > 62) == (True, True)
    choose(drawn, "up", "kl_divergence")
    assert drawn.execute_script("return trade.data[1].error_y.visible") is False


def test_decades_are_drawn_as_such_and_nought_has_its_place(drawn: Any) -> None:
    axis = drawn.execute_script("return trade.layout.yaxis")
    assert axis["type"] == "log"
    assert axis["ticktext"][0] == "0"
    assert 0 < axis["tickvals"][0] < 0.001
    assert drawn.execute_script("return trade.layout.xaxis.type") == "linear"


def test_cells_of_the_same_numbers_are_one_point_that_names_both(drawn: Any) -> None:
    hover = "trade.data.flatMap((t) => t.hovertext ?? []).find((text) => text.includes('same'))"
    assert drawn.execute_script(f"return {hover}") == (
        "<b>1</b> bf16 · none<br><b>6</b> bf16 · same<br>memory 2 MB<br>KL 0.001"
    )


def test_colours_tell_the_values_of_an_axis(drawn: Any) -> None:
    choose(drawn, "colour", "quantization")
    key = [entry.text for entry in drawn.find_elements("css selector", "#trade-key li")]
    assert key[:3] == ["● none", "■ bnb_4bit", "▲ same"]
    assert len(drawn.find_elements("css selector", POINT)) == 5
    choose(drawn, "colour", "precision")


def test_a_point_that_is_tapped_is_told_with_its_cell(drawn: Any) -> None:
    drawn.execute_script("trade.emit('plotly_click', { points: [{ customdata: [3] }] })")
    assert words(drawn, "trade-picked") == "3 (bf16 · bnb_4bit): memory 800 kB, KL 0.1"
    link = drawn.find_element("css selector", "#trade-picked a")
    assert link.get_attribute("href").endswith("#cell-3")


def test_the_filter_leaves_its_cells_in_plot_and_table(drawn: Any) -> None:
    drawn.find_element("id", "filter").send_keys("bf16 quantization=none")
    assert drawn.execute_script(f"return [{POINTS}, {MARKED}]") == [[1], []]
    assert words(drawn, "matching") == "1 of 6 cells"
    drawn.find_element("id", "filter").send_keys(" no")
    assert words(drawn, "trade-told") == "1 cell."
    drawn.find_element("id", "filter").send_keys("thing like it")
    assert words(drawn, "trade-told") == "0 cells."
    drawn.execute_script("filter.value = ''; filter.dispatchEvent(new Event('input'))")
    assert len(drawn.execute_script(f"return {POINTS}")) == 5


def test_the_marked_ones_can_be_seen_alone_and_follow_the_axes(drawn: Any) -> None:
    box = drawn.find_element("id", "only-marked")
    click(drawn, box)
    assert shown_cells(drawn) == ["0", "1", "3", "6"]
    choose(drawn, "up", "generated_tokens_per_second")
    assert shown_cells(drawn) == ["1", "3", "6"]
    choose(drawn, "up", "kl_divergence")
    click(drawn, box)
    assert len(shown_cells(drawn)) == 6


def test_scripts_find_the_front_that_python_finds(drawn: Any) -> None:
    dice = random.Random(0)
    sets = [[(dice.randrange(9), dice.randrange(9)) for _ in range(30)] for _ in range(50)]
    found = drawn.execute_script("return arguments[0].map(front)", sets)
    assert found == [list(front(points)) for points in sets]
