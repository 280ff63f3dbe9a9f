"""Which cell is recommended."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.sweeps.report.sample import ROWS, loaded, refused
from yaie.errors import InputError, UnsupportedError
from yaie.sweeps.report.best import Best, best, ordering
from yaie.sweeps.report.condition import conditions
from yaie.sweeps.row import Row, Status


def found(text: str, rows: tuple[Row, ...] = ROWS) -> Best:
    return best(rows, conditions(text))


def refusal(text: str, rows: tuple[Row, ...] = ROWS) -> str:
    with pytest.raises(UnsupportedError) as caught:
        found(text, rows)
    (problem,) = caught.value.problems
    return problem.message


def test_the_least_loss_comes_first() -> None:
    chosen = found("memory<3MB")
    assert chosen.row.number == 1
    assert chosen.reason == (
        "the least KL, then memory, then load, of 3 cells that fit: KL 0.001, memory 2 MB and"
        " load 2.00 s"
    )


def test_without_a_measure_of_quality_memory_decides() -> None:
    assert found("memory<9GB", (loaded(0, 9), loaded(1, 8))).row.number == 1


def test_of_equal_memory_the_faster_is_better() -> None:
    fast = replace(loaded(1), measures={"generated_tokens_per_second": 30})
    slow = replace(loaded(0), measures={"generated_tokens_per_second": 20})
    assert found("memory<9GB", (slow, fast)).row.number == 1


def test_of_equal_cells_the_first_is_the_best() -> None:
    assert found("memory<9GB", (loaded(0), loaded(1))).row.number == 0


def of_error(row: Row, error: float) -> Row:
    return replace(row, measures={**row.measures, "kl_divergence_error": error})


def test_of_divergences_within_their_error_memory_decides_and_it_is_told() -> None:
    rows = (loaded(0, 9, 0.0013), loaded(1, 5, 0.0018), loaded(2, 1, 0.1))
    chosen = best([of_error(row, 0.0004) for row in rows], ())
    assert chosen.row.number == 1
    assert chosen.reason == (
        "the least KL (as 2 cells within its error), then memory, then load, of 3 cells that fit:"
        " KL 0.0018, memory 5 B and load 2.00 s"
    )
    assert best([of_error(row, 0.0001) for row in rows], ()).row.number == 0


def test_what_rounding_makes_of_a_divergence_is_no_difference() -> None:
    assert best((loaded(0, 9, 0.0), loaded(1, 5, 1e-12), loaded(2, 1, 1e-6)), ()).row.number == 1


def test_a_cell_without_the_measure_stands_behind() -> None:
    assert found("memory<9GB", (loaded(0, 1), loaded(1, 9, 0.5))).row.number == 1


def test_another_measure_may_come_first() -> None:
    assert best(ROWS, (), ordering("memory")).row.number == 3


def test_what_will_be_loaded_is_judged_by_what_is_foreseen() -> None:
    planned = replace(loaded(0), status=Status.PLANNED, memory={"cpu": {"predicted_bytes": 3}})
    assert found("memory<4B", (planned,)).row is planned


def test_cells_of_which_nothing_is_known_are_told_beside_those_that_fit() -> None:
    unforeseen = [replace(loaded(n), status=Status.PLANNED, memory={}) for n in (1, 2)]
    assert found("memory<9GB", (loaded(0), *unforeseen)).reason == (
        "the least memory, then load, of 1 cell that fits: memory 1 kB and load 2.00 s; 2 cells"
        " could not be judged: nothing is known of their memory"
    )


def test_where_none_fits_the_nearest_is_named() -> None:
    assert refusal("memory<0.7MB,kl<0.2") == (
        "no cell meets `memory<0.7MB` and `kl<0.2`; the nearest is"
        " `precision=bf16 quantization=bnb_4bit`: memory is 800 kB, 100 kB too much"
    )
    assert refusal("load>3s", ROWS[:1]).endswith("load is 2.00 s, 1.00 s too little")


def test_a_cell_that_has_what_is_asked_is_nearer_than_one_without() -> None:
    rows = (loaded(0, 1), loaded(1, 9, 0.5))
    assert refusal("kl<0.1", rows).endswith(
        "the nearest is `precision=p1`: KL is 0.5, 0.4 too much; 1 cell could not be judged:"
        " nothing is known of its KL"
    )
    assert refusal("kl<0.1", rows[:1]).endswith("`precision=p0`: KL was not measured")


def test_where_nothing_was_loaded_none_is_the_best() -> None:
    assert refusal("memory<9GB", (refused(0),)) == "no cell was loaded, so none of them is the best"


def test_a_measure_that_is_neither_better_nor_worse_orders_nothing() -> None:
    with pytest.raises(InputError, match="neither more nor less of `parameters` is better"):
        ordering("parameters")
