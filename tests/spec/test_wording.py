"""Words of messages, and overrides that can be typed."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from yaie.spec.document import value_of
from yaie.spec.override import read
from yaie.spec.scalar import plain
from yaie.spec.wording import (
    all_quoted,
    counted,
    lasting,
    nearest,
    override,
    overrides,
    quoted,
    sized,
)


@pytest.mark.parametrize(
    ("value", "written"),
    [
        (None, "a=null"),
        (True, "a=true"),
        (1.5, "a=1.5"),
        ("full_attention", "a=full_attention"),
        ("true", "a='true'"),
        ("it's so", r"a='it\'s so'"),
        ([1, "x"], "a=[1,x]"),
        ({0: "no", 1: "not sure"}, "a={0:no,1:'not sure'}"),
    ],
)
def test_a_value_is_written_as_the_override_grammar_reads_it(value: object, written: str) -> None:
    assert override("a", value) == written


def test_entries_of_a_mapping_are_said_one_by_one_where_they_can_be() -> None:
    assert overrides("a", {0: "no", 1: {"b": "not sure"}}) == "a.0=no a.1.b='not sure'"
    assert overrides("a", {"b c": 1}) == "a={b c:1}"


_LEAVES = (
    st.none()
    | st.booleans()
    | st.integers(-999, 999)
    | st.text("ab1.:/ -_'\\e[]{}=,@%+~#é\"$(", min_size=1, max_size=8)
)
_VALUES = st.recursive(
    _LEAVES,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from("abc"), inner),
    max_leaves=5,
)


@settings(max_examples=100, deadline=None)
@given(_VALUES)
def test_an_override_that_is_typed_says_the_value(value: object) -> None:
    node = read(override("model.config.a", value)).value

    assert node is not None
    assert plain(value_of(node)) == value


def test_the_rest_of_a_long_list_is_counted() -> None:
    assert quoted("abcd", shown=2) == "`a`, `b` and 2 more"


def test_one_is_no_plural() -> None:
    counts = [counted(n, "layer") for n in (0, 1, 2000)]

    assert counts == ["0 layers", "1 layer", "2,000 layers"]


@pytest.mark.parametrize(
    ("number", "said"),
    [
        (0, "0 B"),
        (999, "999 B"),
        (1000, "1 kB"),
        (999_600, "1 MB"),
        (2_200_119_864, "2.2 GB"),
        (1_370_000_000_000, "1.37 TB"),
        (5_000_000_000_000_000, "5 PB"),
        (5_000_000_000_000_000_000, "5e+03 PB"),
    ],
)
def test_bytes_are_told_in_decimal_units(number: int, said: str) -> None:
    assert sized(number) == said


@pytest.mark.parametrize(
    ("seconds", "said"),
    [
        (0.2, "a second"),
        (1.5, "1.5 s"),
        (119, "120 s"),
        (150, "2.5 min"),
        (7100, "120 min"),
        (86_400, "24 h"),
        (10**7, "120 days"),
    ],
)
def test_a_time_is_told_in_the_unit_that_it_is_counted_in(seconds: float, said: str) -> None:
    assert lasting(seconds) == said


def test_the_last_of_several_names_is_joined_by_a_word() -> None:
    assert all_quoted("abc", "or") == "`a`, `b` or `c`"


def test_a_word_is_recognised_in_any_case() -> None:
    assert nearest("LAMA", ["bert", "llama"]) == "llama"


def test_a_word_that_is_near_nothing_is_not_guessed() -> None:
    assert nearest("zzz", ["bert", "llama"]) is None
