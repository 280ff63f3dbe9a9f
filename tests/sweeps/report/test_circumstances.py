"""What the cells of a sweep share, told once."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from tests.sweeps.report.sample import MACHINE, ROWS, loaded, refused
from yaie.sweeps.measures.measuring import NOTHING, Measuring
from yaie.sweeps.report.circumstances import circumstances, pinned
from yaie.sweeps.row import Row

VERSIONS = {"yaie": "0.1.0"}


def ran(number: int, started: str = "28T20:40:00Z", /, **machine: Any) -> Row:
    """A cell that told of its machine."""
    whole = {**MACHINE, **machine}
    return replace(loaded(number), started=f"2026-11-{started}", machine=whole)


def told(*rows: Row, measuring: Measuring = NOTHING) -> Mapping[str, tuple[str, ...]]:
    return {each.name: each.told for each in circumstances(rows, measuring, VERSIONS)}


def test_one_machine_is_told_once_with_its_hardware() -> None:
    machine = "n7 (Linux x86_64): EPYC 9654, 2 cores, 25 GB of memory, 2 × H200"
    assert told(ran(0), ran(1), refused(2))["on"] == (machine,)
    assert told(ran(0, devices=[], cores=1))["on"] == (
        "n7 (Linux x86_64): EPYC 9654, 1 core, 25 GB of memory, no GPU",
    )


def test_of_several_machines_each_has_its_cells() -> None:
    first, second = told(ran(0), ran(1), ran(2, host="n8"))["on"]
    assert first.startswith("n7 (")
    assert first.endswith("2 × H200: 2 cells")
    assert second.startswith("n8 (")
    assert second.endswith(": 1 cell")


def test_when_they_ran() -> None:
    later, next_day = "28T21:05:09Z", "29T01:00:00Z"
    assert told(ran(0))["ran"] == ("28 November 2026, 20:40 UTC",)
    assert told(ran(1, later), ran(0))["ran"] == ("28 November 2026, 20:40 to 21:05 UTC",)
    assert told(ran(0), ran(1, next_day))["ran"] == (
        "28 November 2026, 20:40 to 29 November 2026, 01:00 UTC",
    )


def test_versions_are_those_of_the_cells_and_differ_by_machine() -> None:
    other = ran(1, host="n8", versions={"torch": "2.14.0"})
    assert told(loaded(0))["by"] == ("yaie 0.1.0",)
    assert told(ran(0))["by"] == ("Python 3.11.9, torch 2.13.0",)
    assert told(ran(0), other)["by"] == (
        "Python 3.11.9, torch 2.13.0 on n7",
        "torch 2.14.0 on n8",
    )
    assert pinned((ran(0), other), VERSIONS) == "# Python 3.11.9\ntorch==2.13.0\n\ntorch==2.14.0"


def test_what_was_measured_with_what_and_against_what() -> None:
    rows = (ROWS[0], replace(ROWS[1], reference=0))
    assert told(*rows, measuring=Measuring(repeats=5))["measured"] == (
        "load, speed and quality; speed 5 times, of which the median is shown",
        "text: Psalm 103 and Ruth 2, which come with yaie",
        "compared with cell 0: fp32 · none",
    )
    own = Measuring(parts=("quality",), text="In the\nbeginning " * 9, tokens=4096)
    assert told(loaded(0), measuring=own)["measured"] == (
        "quality",
        "text: “In the beginning In the beginning In the beginning In the be…”;"
        " quality of its first 4,096 tokens",
    )


def test_nothing_is_told_of_nothing() -> None:
    assert list(told(refused(0))) == ["by"]


def test_what_is_the_same_in_all_and_neither_good_nor_bad_is_told_once() -> None:
    rows = [replace(loaded(n), measures={"parameters": 7, "threads": n}) for n in (1, 2)]
    assert told(*rows)["all cells"] == ("parameters 7",)
    assert "all cells" not in told(rows[0])
