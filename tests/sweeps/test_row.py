"""The form of a row, which the contract fixes."""

import json

from yaie.errors import Fault, Problem
from yaie.sweeps.row import Row, Status, from_json

ROW = Row(
    number=3,
    cell={"precision": "bf16"},
    status=Status.FAILED,
    problems=(Problem(path="model.id", message="gone", fault=Fault.SOURCE),),
    calls="0123456789abcdef",
    exit_code=4,
    seconds={"check": 0.5, "process": 1.25},
    memory={"cpu": {"predicted_bytes": 8}},
    log="cells/3/log.txt",
    started="2026-11-28T20:40:00Z",
    machine={"host": "node7", "devices": ["H200"], "versions": {"torch": "2.13.0"}},
    measures={"parameters": 2},
)


def test_measures_stand_beside_the_rest() -> None:
    assert ROW.as_json() == {
        "number": 3,
        "cell": {"precision": "bf16"},
        "status": "failed",
        "problems": [ROW.problems[0].as_json()],
        "same_as": None,
        "calls": "0123456789abcdef",
        "exit_code": 4,
        "signal": None,
        "seconds": {"check": 0.5, "process": 1.25},
        "memory": {"cpu": {"predicted_bytes": 8}},
        "reference": None,
        "log": "cells/3/log.txt",
        "started": "2026-11-28T20:40:00Z",
        "machine": {"host": "node7", "devices": ["H200"], "versions": {"torch": "2.13.0"}},
        "parameters": 2,
    }


def test_a_row_is_read_back_as_it_was() -> None:
    assert from_json(json.loads(json.dumps(ROW.as_json()))) == ROW


def test_a_row_of_before_tells_of_no_machine() -> None:
    document = ROW.as_json()
    del document["started"], document["machine"]
    assert (from_json(document).started, from_json(document).machine) == (None, {})
