from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from yaie.spec.compose_overrides import parse
from yaie.spec.document import value_of
from yaie.spec.override import GrammarError, in_words
from yaie.spec.scalar import Scalar

KEYS = st.from_regex(
    r"[a-z_][a-z0-9_]{0,5}(\.([a-z_][a-z0-9]{0,3}|[0-9]{1,2})){0,3}", fullmatch=True
)
VALUES = st.text(alphabet="abefilnrstu0123456789_./:@%+-", min_size=1, max_size=10)


@settings(deadline=None)
@given(st.sampled_from(["", "+", "++"]), KEYS, VALUES)
def test_words_are_read_as_hydras_parser_reads_them(plus: str, key: str, value: str) -> None:
    line = f"{plus}{key}={value}"
    said = in_words(line)

    assert said is None or repr(said) == repr(parse(line))


@pytest.mark.parametrize("line", ["model=llama2", "model=org/name", "device.max_memory.0=20GiB"])
def test_bare_words_need_no_grammar(line: str) -> None:
    assert in_words(line) is not None


@pytest.mark.parametrize("line", ["a='b'", "a=[1]", "a=b,c", "~a", "a@b=c", "a=", "a", "a=${b}"])
def test_anything_else_is_for_hydra(line: str) -> None:
    assert in_words(line) is None


def test_the_text_of_nested_scalars_is_kept() -> None:
    value = parse("a={b: [1e6, no], 0: '1'}").value

    assert value is not None
    assert value_of(value) == {"b": [Scalar(1e6, "1e6"), "no"], "0": "1"}


@pytest.mark.parametrize("path", ["~/models/x", "./modèle", "/a/b#c"])
def test_a_path_needs_no_quotes(path: str) -> None:
    value = parse(f"model={path}").value

    assert value is not None
    assert value_of(value) == path


@pytest.mark.parametrize(
    "line", ["a=b=c", "a={b:", "x y=3", "", "a=f(1)", "a=[1,choice(1,2)]", "a=" + "9" * 5000]
)
def test_what_the_grammar_cannot_read_is_an_error(line: str) -> None:
    with pytest.raises(GrammarError):
        parse(line)
