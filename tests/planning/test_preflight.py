"""What is said of a composition before a byte of weights."""

from __future__ import annotations

import yaie


def test_a_folder_that_is_not_there_hides_no_error_and_brings_no_remark() -> None:
    problems = yaie.check(
        "model=./nowhere", "model.architecture=llama", "precision=fp16", "task=ctc"
    )
    assert [(p.path, p.severity) for p in problems] == [
        ("model.id", "error"),
        ("task.name", "error"),
    ]
