"""The grammar of `--best`."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.sweeps.report.sample import loaded
from yaie.errors import InputError, Problem
from yaie.sweeps.report.condition import conditions
from yaie.sweeps.report.measurable import measurable


def refusal(text: str) -> tuple[Problem, ...]:
    with pytest.raises(InputError) as caught:
        conditions(text)
    return caught.value.problems


@pytest.mark.parametrize(
    ("text", "name", "sign", "bound"),
    [
        ("memory<8GiB", "memory_bytes", "<", 8 * 1024**3),
        ("memory <= 8 GB", "memory_bytes", "<=", 8e9),
        ("load<30s", "load_seconds", "<", 30),
        ("load<1.5min", "load_seconds", "<", 90),
        ("tokens>20", "generated_tokens_per_second", ">", 20),
        ("tokens>=20/s", "generated_tokens_per_second", ">=", 20),
        ("kl_divergence<=0.05", "kl_divergence", "<=", 0.05),
        ("kl<5e-2", "kl_divergence", "<", 0.05),
        ("KL<.05", "kl_divergence", "<", 0.05),
        ("top-1>95%", "top1_agreement", ">", 0.95),
        ("relative_error<0.1", "relative_error", "<", 0.1),
        ("text_tokens>=512", "text_tokens", ">=", 512),
        ("device_peak<8GB", "device_peak_bytes", "<", 8e9),
        ("seconds.touch<2min", "seconds_touch", "<", 120),
        ("seconds_process<9", "seconds_process", "<", 9),
    ],
)
def test_a_condition_is_read(text: str, name: str, sign: str, bound: float) -> None:
    (found,) = conditions(text)
    assert (found.column.name, found.sign) == (name, sign)
    assert found.bound == pytest.approx(bound)


def test_several_are_joined_by_commas() -> None:
    assert [c.said for c in conditions("memory<8GiB, kl<=0.05")] == ["memory<8GiB", "kl<=0.05"]


@pytest.mark.parametrize(
    ("text", "message", "hint"),
    [
        (
            "memory<8",
            "`memory<8` has no unit; `memory` is said in `B`, `kB`, `MB`, `GB`, `TB`, `KiB`, `MiB`,"
            " `GiB` or `TiB`",
            "`memory<8GiB`",
        ),
        ("load<3d", "`load<3d` has `d`; `load` is said in `s`, `ms`, `min` or `h`", "`load<3s`"),
        ("kl<1GB", "`kl<1GB` has `GB`; `kl` is said without a unit", "`kl<1`"),
        (
            "",
            "`` is no condition: a measure, one of `<` `<=` `>` `>=`, and a number",
            "`--best 'memory<8GiB,kl<=0.05'`, in quotes",
        ),
    ],
)
def test_what_is_no_condition_is_told(text: str, message: str, hint: str) -> None:
    (problem,) = refusal(text)
    assert (problem.message, problem.hint, problem.origin) == (message, hint, "--best")


def test_an_unknown_measure_is_told_with_the_nearest() -> None:
    (problem,) = refusal("memry<8GiB")
    assert problem.message.startswith("`memry` is no measure; there are `memory`, `kl`, ")
    assert problem.hint == "`memory`"


def test_all_problems_are_told_at_once() -> None:
    assert len(refusal("memry<8GiB,load<3d,x")) == 3


@pytest.mark.parametrize(("text", "holds"), [("memory<1kB", False), ("memory<=1kB", True)])
def test_a_bound_belongs_to_what_is_said_so(text: str, holds: bool) -> None:
    (condition,) = conditions(text)
    assert condition.holds(loaded(0, 1000)) is holds


def test_what_was_not_measured_holds_nothing() -> None:
    (condition,) = conditions("kl<1")
    assert not condition.holds(loaded(0))


def test_what_rows_have_besides_may_be_bounded() -> None:
    row = replace(loaded(0), measures={"watts": 7, "swap_bytes": 9}, seconds={"warm up": 3.0})
    among = measurable([row])
    assert all(c.holds(row) for c in conditions("watts<8,swap_bytes<1kB,seconds.warm_up>2", among))
    assert [p.message.split(" is ")[0] for p in refusal("watts<8,swap_bytes<1kB")] == [
        "`watts`",
        "`swap_bytes`",
    ]


def test_a_share_is_no_more_than_a_whole() -> None:
    (problem,) = refusal("top-1>=98")
    assert problem.message == (
        "`top-1>=98` is beyond a whole: shares are from 0 to 1, or up to 100 %"
    )
    assert problem.hint == "`top-1>=98%`"


def test_percents_of_a_number_are_spelt_out() -> None:
    (problem,) = refusal("kl<=1%")
    assert problem.hint == "`kl<=0.01`"
