"""Overrides of several values, as Hydra's grammar has them."""

import pytest

from yaie.errors import InputError
from yaie.spec.axes import axes


@pytest.mark.parametrize(
    ("line", "values"),
    [
        ("precision=bf16,fp32", ("precision=bf16", "precision=fp32")),
        ("device=cuda:0,cpu", ("device=cuda:0", "device=cpu")),
        ("model.config.n=range(1,4)", ("model.config.n=1", "model.config.n=2", "model.config.n=3")),
        ("a=[1,2],[3]", ("a=[1,2]", "a=[3]")),
        ("a=choice(x,y)", ("a=x", "a=y")),
    ],
)
def test_an_override_of_several_values_is_an_axis(line: str, values: tuple[str, ...]) -> None:
    found = axes(["model=tiny", line])
    assert found.fixed == ("model=tiny",)
    assert dict(found.varied) == {line.partition("=")[0]: values}


@pytest.mark.parametrize("line", ["a=[1,2]", "a={x:1,y:2}", "a='x,y'", "~a", "a=", "a=null"])
def test_an_override_of_one_value_is_fixed(line: str) -> None:
    assert axes([line]).fixed == (line,)


def test_what_the_grammar_cannot_read_is_told_at_once() -> None:
    with pytest.raises(InputError) as refused:
        axes(["a=[1,", "b={"])
    assert [problem.message.partition(" cannot")[0] for problem in refused.value.problems] == [
        "`a=[1,`",
        "`b={`",
    ]
