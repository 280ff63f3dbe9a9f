"""The lines of the page's table."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from tests.sweeps.report.sample import MACHINE, ROWS, loaded
from yaie.sweeps.report.table import table

NOBODY: frozenset[int] = frozenset()


def titles(told: dict[str, Any]) -> list[str]:
    return [head["title"] for head in told["heads"]]


def test_cells_that_were_not_loaded_have_no_line() -> None:
    told = table(ROWS, NOBODY, None)
    assert [line["number"] for line in told["lines"]] == [0, 1, 2, 3, 5]


def test_what_is_the_same_in_all_has_no_column() -> None:
    assert titles(table(ROWS, NOBODY, None)) == [
        *("cell", "precision", "quantization"),
        *("memory", "KL", "load", "predicted", "status"),
    ]


def test_the_host_is_a_column_where_there_are_several() -> None:
    ran = [replace(loaded(n), machine={**MACHINE, "host": f"n{n}"}) for n in range(2)]
    told = table(ran, NOBODY, None)
    assert titles(told)[-1] == "host"
    assert [line["host"] for line in told["lines"]] == ["n0", "n1"]
    assert titles(table(ran[:1], NOBODY, None))[-1] == "status"


def test_a_quantity_has_its_spread_as_a_share() -> None:
    speed = {"median": 50.0, "min": 49.0, "max": 52.0, "repeats": 3}
    rows = [replace(loaded(n), measures={"items_per_second": speed}) for n in range(2)]
    value = table(rows, NOBODY, None)["lines"][0]["values"][1]
    assert value == {
        "number": "50",
        "text": "50/s",
        "spread": "3 %",
        "least": "49",
        "most": "52",
    }


def test_a_mean_has_its_error() -> None:
    mean = {"top1_agreement": 0.97, "top1_agreement_error": 0.0041}
    rows = [replace(loaded(n), measures=mean) for n in range(2)]
    value = table(rows, NOBODY, None)["lines"][0]["values"][1]
    ends = {"least": "0.9659", "most": "0.9741"}
    assert value == {"number": "0.97", "text": "97.0 %", "spread": "0.41", **ends}


def test_marked_and_recommended_lines_say_so() -> None:
    marks = [line["marks"] for line in table(ROWS, frozenset({0, 1}), 0)["lines"]]
    assert marks == ["is-front is-best", "is-front", "", "", ""]
