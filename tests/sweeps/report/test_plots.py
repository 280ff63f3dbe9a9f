"""The figures, as data; Plotly itself judges whether they are figures."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.sweeps.report.sample import ROWS, loaded
from yaie.sweeps.report.plots import MOST_BARS, front_of, loading, trade


def test_plotly_takes_the_figure() -> None:
    objects = pytest.importorskip("plotly.graph_objects", reason="the extra `report` is missing")
    objects.Figure(loading(ROWS).figure)


def test_the_cells_that_no_other_beats_are_found() -> None:
    assert front_of(ROWS) == {0, 1, 3}


def test_what_it_shows_is_told() -> None:
    assert trade(ROWS[:2]).told == (
        "2 cells. None has less memory and less KL than 1 (bf16 · none): memory 2 MB,"
        " KL 0.001; 0 (fp32 · none): memory 4 MB, KL 0."
    )


def test_without_quality_memory_is_set_against_speed() -> None:
    slow = replace(loaded(0, 2000), measures={"generated_tokens_per_second": 10})
    fast = replace(loaded(1, 1000), measures={"generated_tokens_per_second": 20})
    plot = trade((slow, fast))
    assert plot.title == "Memory against tokens"
    assert plot.told.endswith("and more tokens than 1 (p1): memory 1 kB, tokens 20/s.")


def test_one_cell_beats_nothing() -> None:
    assert (trade(ROWS[:1]).told, front_of(ROWS[:1])) == ("1 cell.", frozenset())


def test_without_either_it_is_set_against_the_load_time() -> None:
    assert trade((loaded(0),)).title == "Memory against load"


def test_where_nothing_was_loaded_a_sentence_says_so() -> None:
    assert (trade(()).is_drawn, trade(()).told) == (False, "Left out: no cell was loaded.")
    assert (loading(()).is_drawn, loading(()).told) == (False, "Left out: no cell was loaded.")


def test_the_slowest_are_drawn_where_cells_are_many() -> None:
    rows = [replace(loaded(n), seconds={"load": float(n)}) for n in range(MOST_BARS + 5)]
    plot = loading(rows)
    assert plot.figure is not None
    assert plot.figure["data"][0]["x"] == [float(n) for n in range(5, MOST_BARS + 5)]
    assert plot.told.endswith(f"The {MOST_BARS} slowest of {MOST_BARS + 5} cells are drawn.")


def test_what_plotly_would_read_as_html_is_escaped_and_what_turns_words_round_spelt_out() -> None:
    plot = loading([loaded(0, precision="p<b>\u202ex</b>")])
    assert plot.figure is not None
    assert plot.figure["layout"]["yaxis"]["ticktext"] == ["p&lt;b&gt;\\u202ex&lt;/b&gt;"]
