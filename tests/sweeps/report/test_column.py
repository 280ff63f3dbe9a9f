"""Columns: what of a row they take, and what they are called."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.sweeps.report.sample import ROWS, loaded, refused
from yaie.sweeps.report.column import KNOWN, Column, axes, columns, label, named, stages
from yaie.sweeps.report.quantity import Quantity, Unit, quantity, shown


def column(name: str) -> Column:
    found = named(name, KNOWN)
    assert found is not None
    return found


def test_only_what_some_row_has_is_a_column() -> None:
    names = [column.name for column in columns(ROWS)]
    assert names == [
        "memory_bytes",
        "kl_divergence",
        "load_seconds",
        "predicted_bytes",
        "parameters",
    ]


def test_memory_is_measured_where_it_was_loaded_and_foreseen_elsewhere() -> None:
    row = loaded(0, 1000)
    foreseen = replace(
        row, memory={"cpu": {"predicted_bytes": 5}, "cuda:0": {"predicted_bytes": 6}}
    )
    assert column("memory").of(row) == Quantity(1000)
    assert column("memory").of(foreseen) == Quantity(11)
    assert column("memory").of(refused(1)) is None


def test_load_is_every_stage_but_the_import() -> None:
    assert column("load").of(loaded(0)) == Quantity(2.0)


def test_a_measure_of_repeats_has_a_range() -> None:
    measures = {"perplexity": {"median": 5.0, "min": 4.0, "max": 7, "repeats": 3}}
    row = replace(loaded(0), measures=measures)
    assert column("perplexity").of(row) == Quantity(5.0, 4.0, 7)


@pytest.mark.parametrize("value", [None, "3", True, {"a": 1}, [1], {"median": "x"}])
def test_what_is_no_number_is_no_quantity(value: object) -> None:
    assert quantity(value) is None


@pytest.mark.parametrize(
    ("name", "title", "unit", "better"),
    [
        ("cache_bytes", "cache", Unit.BYTES, "less"),
        ("warm_up_seconds", "warm up", Unit.SECONDS, "less"),
        ("images_per_second", "images", Unit.RATE, "more"),
        ("layers", "layers", Unit.NUMBER, None),
    ],
)
def test_of_an_unknown_measure_the_name_tells(
    name: str, title: str, unit: Unit, better: str | None
) -> None:
    *_, last = columns([replace(loaded(0), measures={name: 3, "answer": "text"})])
    assert (last.name, last.title, last.unit, last.better) == (name, title, unit, better)


def test_a_column_is_named_by_its_name_or_its_title() -> None:
    assert column("generated_tokens_per_second") is column("tokens")
    assert column("first_forward") is column("first forward")


def test_what_varies_and_what_happens_stand_in_their_order() -> None:
    assert axes(ROWS) == ("precision", "quantization")
    assert stages(ROWS) == ("check", "import", "load", "process")
    assert label(ROWS[3]) == "bf16 · bnb_4bit"


def test_a_value_that_is_no_name_has_its_fields() -> None:
    cell = {"precision": "bf16", "weights.seed": "3", "model.config.use_cache": "false"}
    assert label(replace(ROWS[0], cell=cell)) == "bf16 · seed=3 · use_cache=false"
    assert label(replace(ROWS[0], cell={})) == "cell 0"


@pytest.mark.parametrize(
    ("number", "unit", "text"),
    [
        (2_034_048, Unit.BYTES, "2.03 MB"),
        (17.93, Unit.SECONDS, "17.9 s"),
        (0.7453, Unit.SECONDS, "0.75 s"),
        (88.44, Unit.RATE, "88.4/s"),
        (12345.6, Unit.RATE, "12,346/s"),
        (0.9821, Unit.SHARE, "98.2 %"),
        (0.00071, Unit.NUMBER, "0.00071"),
        (1_016_960, Unit.NUMBER, "1,016,960"),
        (float("inf"), Unit.NUMBER, "inf"),
    ],
)
def test_a_number_is_shown_as_people_read_it(number: float, unit: Unit, text: str) -> None:
    assert shown(number, unit) == text
