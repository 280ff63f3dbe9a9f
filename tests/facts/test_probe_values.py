"""Are the values that are tried of a field on every side of its default, and of its type?"""

from __future__ import annotations

from yaie.facts.architecture import FieldFacts
from yaie.facts.probe_values import first_values, further_values, item_values, word_values


def of(type_: str, default: object = None) -> FieldFacts:
    return FieldFacts(type=type_, default=default)


def test_a_number_is_tried_below_nothing_and_above_itself() -> None:
    assert first_values(of("int"), 8) == [-1, 0, 9, 16, 4]


def test_null_is_tried_where_the_type_admits_it() -> None:
    assert first_values(of("bool | None"), True) == [False, None]


def test_a_field_without_a_default_is_tried_by_its_type() -> None:
    assert first_values(of("int | None"), None) == [-1, 0, 1, 64]


def test_a_list_is_tried_empty_shorter_longer_and_with_other_items() -> None:
    tried = first_values(of("list[int]"), [2, 3])
    assert tried == [[], [2], [2, 3, 3], [3, 2], [3, 4], [-1, -1], [0, 0]]


def test_a_list_is_tried_in_the_place_of_a_number_where_the_type_admits_one() -> None:
    tried = first_values(of("int | list[int] | tuple[int, int]"), 8)
    assert tried[-2:] == [[8, 8], [8, 8, 8]]


def test_choices_are_tried_each() -> None:
    assert first_values(of("Literal['a', 'b', 'c']"), "a") == ["b", "c"]


def test_a_number_that_was_refused_is_tried_more_closely() -> None:
    assert further_values(of("int"), 8, [9], [-1, 0, 9, 16]) == [10, 11, 24, 32, 4, 7, 1]


def test_words_are_those_not_had_yet() -> None:
    assert word_values(of("str"), ["a", "b"], ["a"]) == ["b"]


def test_a_list_of_words_is_tried_with_another_last_word() -> None:
    assert item_values(of("list[str]"), ["a", "b"], ["c", "b"]) == [["a", "c"]]
