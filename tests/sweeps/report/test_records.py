"""Rows as CSV and Parquet."""

from __future__ import annotations

import csv
import io
from dataclasses import replace

import pytest

from tests.sweeps.report.sample import MACHINE, ROWS, loaded
from yaie.sweeps.report.records import as_csv, as_parquet, records


def test_every_record_has_the_same_names() -> None:
    assert len({tuple(record) for record in records(ROWS)}) == 1


def test_a_record_holds_what_a_row_tells() -> None:
    assert records(ROWS)[3] == {
        "number": 3,
        "precision": "bf16",
        "quantization": "bnb_4bit",
        "status": "ok",
        "same_as": None,
        "memory_bytes": 800_000,
        "predicted_bytes": 800_001,
        "load_seconds": 2.0,
        "kl_divergence": 0.1,
        "parameters": 7,
        "seconds_check": 0.5,
        "seconds_import": 9.0,
        "seconds_load": 1.5,
        "seconds_process": 12.0,
        "reference": 0,
        "exit_code": 0,
        "signal": None,
        "problem": None,
        "log": "cells/3/log.txt",
        "started": None,
    }


def test_a_record_holds_where_its_cell_ran() -> None:
    ran, other = records([replace(ROWS[0], machine=MACHINE), ROWS[1]])
    assert (ran["machine_host"], ran["machine_cores"], ran["version_torch"]) == ("n7", 2, "2.13.0")
    assert ran["machine_devices"] == "H200; H200"
    assert other["machine_host"] is None


def test_a_refused_cell_has_its_first_error() -> None:
    assert records(ROWS)[4]["problem"] == "`fp8` runs on `cuda`"


def test_a_cell_that_is_the_same_as_another_has_its_measures() -> None:
    record = records(ROWS)[5]
    assert (record["status"], record["same_as"], record["memory_bytes"]) == ("same", 0, 4_000_000)


def test_repeats_have_columns_of_their_range() -> None:
    measured = {"perplexity": {"median": 5.0, "min": 4.0, "max": 7.0, "repeats": 3}}
    first, second = records([replace(loaded(0), measures=measured), loaded(1)])
    assert (first["perplexity_min"], first["perplexity_max"]) == (4.0, 7.0)
    assert second["perplexity_min"] is None


def test_csv_is_read_back_as_text() -> None:
    lines = list(csv.DictReader(io.StringIO(as_csv(ROWS))))
    held = [{k: "" if v is None else str(v) for k, v in each.items()} for each in records(ROWS)]
    assert lines == held


def test_numbers_of_the_csv_are_numbers_to_a_reader_that_guesses() -> None:
    arrow = pytest.importorskip("pyarrow.csv", reason="the extra `parquet` is not installed")
    text = as_csv([replace(row, machine=MACHINE) for row in ROWS])
    found = {f.name: str(f.type) for f in arrow.read_csv(io.BytesIO(text.encode())).schema}
    held = records(ROWS)
    numbers = {n for each in held for n, v in each.items() if isinstance(v, int | float)}
    assert {found[name] for name in numbers} == {"int64", "double"}


def test_parquet_is_read_back_as_it_was() -> None:
    parquet = pytest.importorskip("pyarrow.parquet", reason="the extra `parquet` is not installed")
    table = parquet.read_table(io.BytesIO(as_parquet(ROWS)))
    assert table.to_pylist() == records(ROWS)
    assert str(table.schema.field("signal").type) == "string"


def test_a_mean_has_a_column_of_its_error() -> None:
    measures = {**ROWS[1].measures, "kl_divergence_error": 0.0001}
    names = [*records([ROWS[0], replace(ROWS[1], measures=measures)])[1].items()]
    place = names.index(("kl_divergence", 0.001))
    assert names[place + 1] == ("kl_divergence_error", 0.0001)
    assert [name for name, _ in names].count("kl_divergence_error") == 1
