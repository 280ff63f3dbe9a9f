"""Words of messages, and overrides that can be typed."""

from __future__ import annotations

import pytest

from yaie.rules.wording import counted, nearest, override, quoted


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


def test_the_rest_of_a_long_list_is_counted() -> None:
    assert quoted("abcd", shown=2) == "`a`, `b` and 2 more"


def test_one_is_no_plural() -> None:
    assert (counted(1, "layer"), counted(2, "layer")) == ("1 layer", "2 layers")


def test_a_word_is_recognised_in_any_case() -> None:
    assert nearest("LAMA", ["bert", "llama"]) == "llama"


def test_a_word_that_is_near_nothing_is_not_guessed() -> None:
    assert nearest("zzz", ["bert", "llama"]) is None
