"""What Python asks of a sweep is judged before anything is planned, as the flags are."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

import yaie
from yaie.errors import InputError
from yaie.sweeps.files import Files


@pytest.mark.parametrize(
    ("asked", "message"),
    [
        ({"measure": "qualty"}, "`qualty` is none of `load`, `speed` and `quality`"),
        ({"tokens": 1}, "`1` is no whole number from 2 to 1,000,000"),
        ({"repeats": 2.5}, "`2.5` is no whole number from 1 to 1,000"),
        ({"workers": 0}, "`0` is no whole number from 1 to 9,999"),
        ({"timeout": 0}, "`0` is no number of seconds above 0"),
    ],
)
def test_a_value_out_of_its_range_is_refused(asked: dict[str, Any], message: str) -> None:
    with pytest.raises(InputError) as caught:
        yaie.sweep("model=tiny", dry_run=True, **asked)
    (problem,) = caught.value.problems
    assert (problem.path, problem.message) == (next(iter(asked)), message)


def test_all_values_are_judged_at_once() -> None:
    with pytest.raises(InputError) as caught:
        yaie.sweep("model=tiny", tokens=0, workers=-1)
    assert [problem.path for problem in caught.value.problems] == ["tokens", "workers"]


def test_nothing_else_is_asked_of_a_folder(tmp_path: Path) -> None:
    Files(tmp_path).identity.write_text("{}")
    with pytest.raises(InputError) as caught:
        yaie.sweep(tmp_path, workers=2)
    (problem,) = caught.value.problems
    assert problem.message.endswith("what is asked of it besides would do nothing")
    assert problem.hint == f'`yaie.sweep("{tmp_path}")`'
