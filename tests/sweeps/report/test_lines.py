"""The rows of a sweep as a table of 80 characters."""

from __future__ import annotations

from dataclasses import replace

from tests.sweeps.report.sample import REFUSAL, ROWS, WARNING, loaded, refused, same
from yaie.errors import Problem
from yaie.sweeps.report.lines import MANY, MOST_WARNINGS, lines
from yaie.sweeps.row import Status


def test_what_was_loaded_stands_first_and_what_was_not_below_with_its_reason() -> None:
    assert [*lines([*ROWS, refused(6, precision="fp32", quantization="fp8")])] == [
        "cell  precision  quantization  memory     KL    load",
        "0*    fp32       none            4 MB      0  2.00 s",
        "1*    bf16       none            2 MB  0.001  2.00 s",
        "2     fp16       none          2.5 MB  0.002  2.00 s",
        "3*    bf16       bnb_4bit      800 kB    0.1  2.00 s",
        "* no other cell is better in both memory and KL",
        "answers are compared with those of fp32 · none",
        "",
        "same auto · none",
        "    comes to the calls of cell 0, fp32 · none",
        "refused bf16 · fp8, fp32 · fp8",
        "    quantization: `fp8` runs on `cuda`",
    ]


def test_a_mean_has_its_error_where_there_is_room() -> None:
    rows = [
        replace(row, measures={**row.measures, "kl_divergence_error": 0.0001}) for row in ROWS[:2]
    ]
    assert [*lines(rows)][:3] == [
        "cell  precision  quantization  memory              KL    load",
        "0*    fp32       none            4 MB      0 ±0.00010  2.00 s",
        "1*    bf16       none            2 MB  0.001 ±0.00010  2.00 s",
    ]
    assert [*lines(rows, 55)][1] == "0*    fp32       none            4 MB      0  2.00 s"


def test_models_are_compared_each_with_its_own() -> None:
    rows = [replace(loaded(n, 9, 0.0), reference=n // 2 * 2) for n in range(4)]
    assert [*lines(rows)][-1] == (
        "answers are compared with those of p0 and p2, each with that of its model"
    )


def test_among_many_cells_those_to_choose_among_stand_last_by_their_memory() -> None:
    rows = [loaded(n, 9000 - n, 0.5 if n < MANY else n - MANY) for n in range(MANY + 1)]
    assert [*lines([*rows, refused(MANY + 1, precision="fp8")])][-4:] == [
        "",
        "to choose among, as no other is better in both memory and KL:",
        "cell  precision   memory  KL    load",
        "12    p12        8.99 kB   0  2.00 s",
    ]
    assert "to choose among" not in "\n".join(lines(rows[:MANY]))


def test_what_all_cells_of_a_value_were_refused_for_is_said_of_the_value() -> None:
    rows = [refused(n, precision=f"p{n}", quantization="fp8") for n in range(3)]
    told = [*lines([*rows, loaded(3, precision="p0", quantization="none")])]
    assert told[-2] == "refused 3 cells: quantization=fp8"


def test_all_reasons_of_a_refusal_are_told_each_once_with_its_cells() -> None:
    bits = Problem(path="quantization", message="`fp8` needs bfloat16")
    two = [replace(refused(n, precision=f"p{n}"), problems=(REFUSAL, bits)) for n in (1, 3)]
    assert [*lines([*two, refused(2, precision="p2")])] == [
        "refused p1, p3, p2",
        "    quantization: `fp8` runs on `cuda`",
        "refused p1, p3",
        "    quantization: `fp8` needs bfloat16",
    ]


def test_what_cells_are_warned_of_stands_below_the_table() -> None:
    warned = [replace(loaded(n), problems=(WARNING,)) for n in (0, 2)]
    assert [*lines([loaded(1), *warned])][-3:] == ["", "warned p0, p2", "    precision: rounded"]


def test_many_warnings_are_counted() -> None:
    warnings = tuple(Problem(path="", message=f"w{n}", severity="warning") for n in range(9))
    told = [*lines([replace(loaded(0), problems=warnings)])]
    assert told[-1] == f"and {9 - MOST_WARNINGS} more warnings, which `--json` has"


def test_a_memory_that_nothing_is_known_of_is_no_blank() -> None:
    unforeseen = replace(loaded(1), status=Status.PLANNED, memory={})
    assert [*lines([loaded(0), unforeseen])][2].split()[:4] == ["1", "p1", "planned", "-"]


def test_repeats_that_lie_far_apart_are_told_with_the_widest() -> None:
    rates = [{"median": 400, "min": least, "max": 709, "repeats": 3} for least in (500, 207, 690)]
    rows = [
        replace(loaded(n), measures={"prompt_tokens_per_second": rate})
        for n, rate in enumerate(rates)
    ]
    assert [*lines(rows)][-1] == (
        "repeats of one cell lie far apart: prompt tokens up to 3.4× (p1: 207/s to 709/s)"
    )
    assert "far apart" not in "\n".join(lines([rows[0], rows[2]]))


def test_what_was_foreseen_has_a_column_where_something_else_came() -> None:
    other = replace(loaded(0), memory={"cpu": {"predicted_bytes": 9, "measured_bytes": 5}})
    heading, *_ = lines([other])
    assert "predicted" in heading


def test_where_there_is_little_room_the_first_quantities_stay() -> None:
    heading, *rest = lines(ROWS, 50)
    assert heading == "cell  precision  quantization  memory     KL"
    assert "1 more column in rows.csv: load" in rest


def test_no_line_is_wider_than_the_terminal() -> None:
    measures = {f"measure_{n}": 1.5 for n in range(30)}
    long = Problem(path="model.id", message="a reason that goes on and on " * 9)
    rows = [replace(loaded(0), measures=measures), refused(1, long, precision="p1")]
    assert max(map(len, lines(rows, 60))) <= 60


def test_what_would_steer_a_terminal_is_spelt_out() -> None:
    problem = Problem(path="", message="\x1b[31mred")
    shown = "\n".join(lines([loaded(0, precision="\x1b[2J"), refused(1, problem, precision="a")]))
    assert "\x1b" not in shown
    assert "\\x1b[31mred" in shown


def test_a_sweep_of_refusals_has_no_table() -> None:
    assert [*lines([refused(0, precision="fp8")])] == [
        "refused fp8",
        "    quantization: `fp8` runs on `cuda`",
    ]


def test_one_cell_without_axes_has_its_line() -> None:
    assert [*lines([replace(loaded(0), cell={})])][1].split()[:2] == ["0", "1"]
    assert [*lines([loaded(0), same(1, 0, precision="p1")])][-2] == "same p1"
