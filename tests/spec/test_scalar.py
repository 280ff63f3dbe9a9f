from __future__ import annotations

import math

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from yaie.spec.compose_overrides import parse
from yaie.spec.document import Leaf
from yaie.spec.override import GrammarError
from yaie.spec.scalar import Scalar, typed

WRITTEN = st.one_of(
    st.integers().map(str),
    st.floats().map(str),
    st.sampled_from(["true", "False", "NULL", "no", "1e6", "0123456", "1_000", "-.5", "inf", "1."]),
    st.text(alphabet="0123456789._eE+-", min_size=1, max_size=8),
    st.text(alphabet="aefinrtu01 ./:-_@%*?|$", min_size=1, max_size=10),
)


def same(one: object, other: object) -> bool:
    if isinstance(one, Scalar) and isinstance(other, Scalar):
        nans = isinstance(one.value, float) and math.isnan(one.value)
        equal = repr(one.value) == repr(other.value)
        return one.text == other.text and (equal or nans)
    return one == other


@settings(deadline=None)
@example(": ")
@given(WRITTEN)
def test_a_scalar_is_typed_as_hydras_grammar_types_it(text: str) -> None:
    try:
        value = parse(f"key={text}").value
    except GrammarError:
        return

    assert isinstance(value, Leaf)
    assert same(typed(text), value.value)


@pytest.mark.parametrize(
    ("text", "value"),
    [("1e6", 1e6), ("1_000", 1000), ("TRUE", True), ("null", None), ("-inf", -math.inf)],
)
def test_numbers_and_truth_values_keep_their_text(text: str, value: object) -> None:
    assert typed(text) == Scalar(value, text)  # type: ignore[arg-type]


@pytest.mark.parametrize("text", ["no", "on", "0123456", "12:30:45", "2024-01-31", ".inf", "0x10"])
def test_what_yaml_would_guess_at_stays_text(text: str) -> None:
    assert typed(text) == text


def test_a_number_too_long_for_python_stays_text() -> None:
    assert typed("9" * 5000) == "9" * 5000
