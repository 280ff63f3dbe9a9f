"""Calls as data are made as they stand."""

from __future__ import annotations

import pytest

from yaie.planning.calls import Call, First, Nested, Ref
from yaie.planning.execute import carry_out


def test_an_argument_can_be_an_earlier_value_or_an_attribute_of_it() -> None:
    call = Call(target="builtins.dict", kwargs={"whole": Ref(0), "part": Ref(0, "real")})
    assert carry_out(call, [2 + 3j]) == {"whole": 2 + 3j, "part": 2.0}


def test_the_first_that_is_not_empty_is_taken() -> None:
    call = Call(target="builtins.str", args=(First((Ref(0, "imag"), Ref(0, "real"), 9)),))
    assert carry_out(call, [2 + 0j]) == "2.0"


def test_nested_calls_are_made_inside_lists_and_mappings() -> None:
    call = Call(target="builtins.list", args=([Nested("builtins.int", ("7",)), {"k": 1}],))
    assert carry_out(call, []) == [7, {"k": 1}]


def test_a_context_is_entered_for_the_call() -> None:
    call = Call(target="torch.empty", args=(2,), context=Nested("torch.device", ("meta",)))
    assert carry_out(call, []).device.type == "meta"


def test_a_plan_calls_nothing_but_its_libraries() -> None:
    with pytest.raises(ValueError, match="a plan calls nothing in os"):
        carry_out(Call(target="os.system", args=("true",)), [])
