"""Do single observations become limits and relations that say no more than was seen?"""

from __future__ import annotations

from typing import Any

import pytest

from yaie.facts.fitting import limits_of_record
from yaie.facts.limits import FieldLimits, Limits, Refusal, Relation
from yaie.facts.observation import BUILT, REFUSED, UNREAD, Observation, Record

DEFAULTS = {"hidden_size": 64, "num_attention_heads": 4, "pad_token_id": 1, "vocab_size": 100}


def seen(name: str, outcome: str, *values: Any, why: str = "") -> tuple[Observation, ...]:
    return tuple(Observation(field=name, value=v, outcome=outcome, why=why) for v in values)


def limits(*observations: tuple[Observation, ...], **held: Any) -> Limits:
    together = tuple(one for several in observations for one in several)
    return limits_of_record(Record(observations=together, held=DEFAULTS | held), DEFAULTS)


def field(name: str, held: Any, *observations: tuple[Observation, ...]) -> FieldLimits:
    return limits(*observations, **{name: held}).fields.get(name, FieldLimits())


def test_the_least_is_the_lowest_number_that_builds() -> None:
    found = field("n", 8, seen("n", REFUSED, -1), seen("n", BUILT, 0, 9, 16))
    assert found == FieldLimits(least=0)


def test_the_greatest_of_a_probability_is_one() -> None:
    found = field("p", 0.1, seen("p", REFUSED, -1.0, 2.0), seen("p", BUILT, 0.0, 0.5, 1.0))
    assert found == FieldLimits(least=0.0, greatest=1.0)


def test_a_field_of_activations_takes_them_all() -> None:
    found = field("act", "silu", seen("act", REFUSED, "foo"), seen("act", BUILT, "gelu", "relu"))
    assert found == FieldLimits(words=("ACT2FN",))


def test_an_activation_that_the_config_replaces_is_still_one_of_them() -> None:
    said = seen("act", REFUSED, "foo"), seen("act", UNREAD, "gelu"), seen("act", BUILT, "relu")
    assert field("act", "gelu_new", *said).words == ("ACT2FN",)


def test_a_field_of_other_words_takes_those_that_build() -> None:
    found = field("mode", "mean", seen("mode", REFUSED, "foo", "gelu"), seen("mode", BUILT, "max"))
    assert found == FieldLimits(words=("max", "mean"))


def test_a_number_that_others_go_with_stays() -> None:
    found = field("stages", 4, seen("stages", REFUSED, 5, 6, 8), seen("stages", BUILT, 1, 2, 3))
    assert found == FieldLimits(rises=False)


def test_a_list_that_others_go_with_keeps_its_length() -> None:
    refused = seen("depths", REFUSED, [], [2], [2, 2, 2], [-1, -1])
    found = field("depths", [2, 2], refused, seen("depths", BUILT, [3, 3], [0, 0]))
    assert found == FieldLimits(rises=False, falls=False, shortest=1, item_least=0)


def test_a_value_that_is_replaced_is_kept_as_it_is() -> None:
    found = field("n", 8, seen("n", UNREAD, None), seen("n", BUILT, 9))
    assert found == FieldLimits(unread=(None,))


def test_a_field_of_which_nothing_reads_back_is_not_given() -> None:
    assert field("n", 8, seen("n", UNREAD, -1, 0, 9)) == FieldLimits(given=False)


def test_what_nothing_explains_is_kept_as_it_was_seen() -> None:
    found = field("n", 8, seen("n", REFUSED, None, why="TypeError: of None"), seen("n", BUILT, 9))
    assert found == FieldLimits(refused=(Refusal(value=None, why="TypeError: of None"),))


HEADS = (
    seen("hidden_size", BUILT, 128, 192, 32),
    seen("hidden_size", REFUSED, 65, 66, 67, 63, 1, why="must be a multiple"),
    seen("num_attention_heads", BUILT, 8, 16, 2, 1),
    seen("num_attention_heads", REFUSED, 5, 6, 7, 12, 3, why="must be a multiple"),
)


def test_a_width_that_heads_must_divide_is_found_from_both_sides() -> None:
    found = limits(*HEADS)
    assert found.relations == (
        Relation(kind="multiple", left="hidden_size", right="num_attention_heads"),
    )
    assert found.fields == {}


def test_a_padding_token_is_below_the_size_of_the_vocabulary() -> None:
    why = "AssertionError: Padding_idx must be within num_embeddings"
    found = limits(
        seen("vocab_size", REFUSED, -1, 0, 1, why=why), seen("vocab_size", BUILT, 101, 200)
    )
    assert found.relations == (Relation(kind="below", left="pad_token_id", right="vocab_size"),)


def test_a_vocabulary_divides_nothing_where_its_size_happens_to() -> None:
    heads = seen("num_attention_heads", REFUSED, 6, 16), seen("num_attention_heads", BUILT, 5, 10)
    found = limits(*heads, hidden_size=70)
    assert "vocab_size" not in {relation.left for relation in found.relations}


def test_a_relation_that_a_built_model_breaks_is_none() -> None:
    found = limits(*HEADS, seen("hidden_size", BUILT, 70))
    assert found.relations == ()


def test_a_smaller_model_that_builds_less_than_nothing_is_spared() -> None:
    """Minus one divides by the heads no better than 121 does, and nothing asks it to."""
    relation = seen("num_attention_heads", BUILT, 2), seen("hidden_size", BUILT, 32, 128)
    tried = seen("hidden_size", REFUSED, 0, -1, 65, 66, why="must be a multiple")
    smaller = ((("base",), seen("hidden_size", BUILT, -1)),)
    together = tuple(one for several in (*relation, tried) for one in several)
    found = limits_of_record(
        Record(observations=together, held=DEFAULTS, smaller=smaller), DEFAULTS
    )
    assert found.fields["hidden_size"].spared == ("base",)


def test_a_smaller_model_that_builds_is_spared() -> None:
    record = Record(
        observations=sum(HEADS, ()),
        held=DEFAULTS,
        smaller=((("base", "causal-lm"), seen("hidden_size", BUILT, 65)),),
    )
    (relation,) = limits_of_record(record, DEFAULTS).relations
    assert relation.spared == ("base", "causal-lm")


def test_fields_of_another_head_bind_its_tasks_alone() -> None:
    heads = ((("base",), seen("drop", REFUSED, 2.0) + seen("drop", BUILT, 0.0, 1.0)),)
    record = Record(observations=(), held={"drop": 0.1}, heads=heads)
    found = limits_of_record(record, {"drop": 0.1})
    assert found.fields == {"drop": FieldLimits(greatest=1.0, spared=("base",))}


def test_two_heads_that_refuse_alike_bind_the_tasks_of_both() -> None:
    drop = seen("drop", REFUSED, 2.0) + seen("drop", BUILT, 0.0, 1.0)
    heads = ((("base", "one"), drop), (("base", "two"), drop))
    found = limits_of_record(Record(observations=(), held={"drop": 0.1}, heads=heads), {})
    assert found.fields == {"drop": FieldLimits(greatest=1.0, spared=("base",))}


def test_heads_that_refuse_in_words_of_their_own_are_each_quoted_for_its_tasks() -> None:
    heads = tuple(
        (("base", other), seen("add", REFUSED, True, why=f"ValueError: {own}"))
        for own, other in (("one", "two"), ("two", "one"))
    )
    found = limits_of_record(Record(observations=(), held={"add": False}, heads=heads), {})
    assert found.fields["add"] == FieldLimits(
        refused=(
            Refusal(value=True, why="ValueError: one", spared=("base", "two")),
            Refusal(value=True, why="ValueError: two", spared=("base", "one")),
        ),
        spared=("base",),
    )


@pytest.mark.parametrize(
    ("why", "lists"), [("TypeError: list and int", False), ("ValueError: 3 items", True)]
)
def test_a_field_whose_lists_are_no_numbers_takes_none(why: str, lists: bool) -> None:
    tried = seen("n", REFUSED, [8, 8], [8, 8, 8], why=why)
    assert field("n", 8, seen("n", BUILT, 0, 9), tried).lists is lists


def test_a_property_that_refuses_what_it_holds_is_not_given() -> None:
    tried = seen("kinds", REFUSED, None, ["a"], why="AttributeError: no setter")
    refused = (Refusal(value=None, why="AttributeError: no setter"),)
    assert field("kinds", ["a"], tried) == FieldLimits(refused=refused, given=False)


def test_a_field_of_which_nothing_but_zero_reads_back_is_not_given() -> None:
    found = field("n", 8, seen("n", UNREAD, -1, 9), seen("n", BUILT, 0))
    assert found == FieldLimits(given=False, kept=(0,))
