"""The figures, as data; Plotly itself judges whether they are figures."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.sweeps.report.sample import ROWS, loaded, refused
from yaie.sweeps.report.plots import MOST_BARS, MOST_LABELS, Plot, front_of, loading, plots, trade


@pytest.mark.parametrize("plot", plots(ROWS), ids=lambda plot: plot.name)
def test_plotly_takes_every_figure(plot: Plot) -> None:
    objects = pytest.importorskip("plotly.graph_objects", reason="the extra `report` is missing")
    objects.Figure(plot.figure)


def test_the_cells_that_no_other_beats_are_marked() -> None:
    figure = trade(ROWS[:4]).figure
    assert figure is not None
    marked, others = figure["data"]
    assert (marked["ids"], marked["x"], marked["y"]) == (
        ["3", "1", "0"],
        [0.8, 2, 4],
        [0.1, 0.001, 0],
    )
    assert others["ids"] == ["2"]
    assert front_of(ROWS) == {0, 1, 3}


def test_among_many_cells_points_have_numbers() -> None:
    rows = [loaded(n, 1000 + n, 1 / (n + 1)) for n in range(MOST_LABELS + 1)]
    for number, name in ((MOST_LABELS, "p0"), (MOST_LABELS + 1, "0")):
        figure = trade(rows[:number]).figure
        assert figure is not None
        assert figure["data"][0]["text"][0] == name


def test_what_it_shows_is_told() -> None:
    assert trade(ROWS[:2]).told == (
        "2 cells. None takes less memory and has less KL than 1 (bf16 · none): memory 2 MB,"
        " KL 0.001; 0 (fp32 · none): memory 4 MB, KL 0."
    )


def test_without_quality_memory_is_set_against_speed() -> None:
    slow = replace(loaded(0, 2000), measures={"generated_tokens_per_second": 10})
    fast = replace(loaded(1, 1000), measures={"generated_tokens_per_second": 20})
    plot = trade((slow, fast))
    assert plot.title == "Memory against tokens"
    assert plot.told.endswith("has more tokens than 1 (p1): memory 1 kB, tokens 20/s.")


def test_without_either_the_plot_is_left_out_with_a_sentence() -> None:
    plot = trade((loaded(0),))
    assert plot.figure is None
    assert plot.told == "Left out: neither a measure of quality nor a speed was taken of any cell."
    assert plots((refused(0),))[1].told == "Left out: no cell was loaded."


def test_the_slowest_are_drawn_where_cells_are_many() -> None:
    rows = [replace(loaded(n), seconds={"load": float(n)}) for n in range(MOST_BARS + 5)]
    plot = loading(rows)
    assert plot.figure is not None
    assert plot.figure["data"][0]["x"] == [float(n) for n in range(5, MOST_BARS + 5)]
    assert plot.told.endswith(f"The {MOST_BARS} slowest of {MOST_BARS + 5} cells are drawn.")


def test_what_plotly_would_read_as_html_is_escaped() -> None:
    plot = loading([loaded(0, precision="<b>x</b>")])
    assert plot.figure is not None
    assert plot.figure["layout"]["yaxis"]["ticktext"] == ["&lt;b&gt;x&lt;/b&gt;"]
