"""Overrides of several values, as Hydra's grammar has them."""

import pytest

from yaie.errors import InputError
from yaie.spec.axes import axes
from yaie.spec.override import read


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


def test_of_several_overrides_of_a_key_the_last_holds() -> None:
    assert axes(["a=1,2", "a=3"]) == axes(["a=3"])
    assert axes(["a=3", "a=1,2"]) == axes(["a=1,2"])


@pytest.mark.parametrize(
    ("line", "values"),
    [
        ("a='x','y z'", ("a=x", "a='y z'")),
        ("a=./modèle,b", ("a=./modèle", "a=b")),
        ("a=1e6,no", ("a=1e6", "a=no")),
        ("a='1','2'", ("a='1'", "a='2'")),
        ("a=range(0,1,0.25)", ("a=0.0", "a=0.25", "a=0.5", "a=0.75")),
    ],
)
def test_values_are_spelled_as_they_were_said_with_as_few_quotes_as_can_be(
    line: str, values: tuple[str, ...]
) -> None:
    assert axes([line]).varied == {"a": values}
    assert [read(word).value for word in values]


@pytest.mark.parametrize(
    ("line", "message", "hint"),
    [
        (
            "a=x,,y",
            "`a=x,,y` has a value of nothing; values stand between commas",
            "`a=x,y`",
        ),
        ("a=x,", "`a=x,` has a value of nothing; values stand between commas", "`a=x`"),
        (
            "precision=[fp32,bf16]",
            "`precision=[fp32,bf16]` is one value, a list; those of an axis have no brackets",
            "`precision=fp32,bf16`",
        ),
        (
            "a=range(5,0)",
            "`a=range(5,0)` names no value: a range ends before its second number",
            "`a=range(5,0,-1)`",
        ),
        (
            "a=range(0,0)",
            "`a=range(0,0)` names no value: a range ends before its second number",
            None,
        ),
        ("a=range(0,3,0)", "`a=range(0,3,0)` has steps of 0", "`a=range(0,3)`"),
        (
            "a=range(0,1000000000)",
            "`a=range(0,1000000000)` names 1,000,000,000 values, and 10,000 are the most",
            None,
        ),
        (
            "a=interval(0,1)",
            "`interval(0,1)` has no values to try one by one: a sweep takes lists and ranges",
            "`a=0,1`",
        ),
        (
            "a=shuffle(x,y)",
            "`shuffle(x,y)` is another order each time, and no run would go on with another",
            "`a=x,y`",
        ),
        (
            "precision=glob(zz*)",
            "`precision=glob(zz*)` matches no option of `precision`; there are `auto`, `bf16`,"
            " `fp16`, `fp32` and `fp64`",
            None,
        ),
        (
            "a.b=glob(x*)",
            "`a.b=glob(x*)` is a pattern of options, and `a.b` is no group that has some",
            None,
        ),
        (
            "a=${oc.env:HOME},x",
            "`${oc.env:HOME}` would be filled in from elsewhere; values are plain data",
            'write the value itself; the shell can fill it in: `"$NAME"`',
        ),
    ],
)
def test_what_is_no_axis_is_told_with_what_was_meant(
    line: str, message: str, hint: str | None
) -> None:
    with pytest.raises(InputError) as refused:
        axes([line])
    (problem,) = refused.value.problems
    assert (problem.path, problem.message) == (line.partition("=")[0], message)
    assert (problem.hint, problem.origin) == (hint, f"override {line}")
    if hint and hint.startswith("`"):
        axes([hint.strip("`")])


def test_all_that_the_grammar_cannot_read_is_told_at_once() -> None:
    with pytest.raises(InputError) as refused:
        axes(["a=[1,", "b={"])
    assert [problem.message.partition(" is not")[0] for problem in refused.value.problems] == [
        "`a=[1,`",
        "`b={`",
    ]
