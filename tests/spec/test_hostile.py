"""Whatever is typed or written, the answer is a spec or an InputError."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.spec.composing import written
from yaie.errors import InputError
from yaie.spec.compose import compose, compose_all
from yaie.spec.load_spec import GROUPS

PIECES = st.sampled_from(
    [
        *GROUPS,
        *["config", "map", "use", "kind", "id", "tiny", "cpu", "bnb_4bit", "null", "1e6", "0"],
        *"=.,:{}[]()~+@/-&*!#|>'\"\\ \n\t$%é\0",
    ]
)
TEXT = st.lists(PIECES, max_size=12).map("".join)
SLOW = settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


@SLOW
@given(st.lists(TEXT, max_size=3))
def test_any_overrides_give_a_spec_or_an_input_error(overrides: list[str]) -> None:
    (result,) = compose_all([None], overrides)

    assert not isinstance(result, InputError) or result.problems


@SLOW
@given(st.lists(TEXT, max_size=8).map("\n".join))
def test_any_recipe_gives_a_spec_or_an_input_error(tmp_path: Path, text: str) -> None:
    (result,) = compose_all([written(tmp_path, text)], [])

    assert not isinstance(result, InputError) or result.problems


@pytest.mark.parametrize("word", ["x" * 5000, "\0", "a\nb"])
def test_no_word_is_too_odd_for_an_error(word: str) -> None:
    with pytest.raises(InputError):
        compose(None, [f"precision={word}", word])
