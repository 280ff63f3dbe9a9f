from __future__ import annotations

import pytest

from yaie.spec import document
from yaie.spec.document import Document, read, value_of
from yaie.spec.scalar import Scalar


def said(text: str) -> list[tuple[str, str | None]]:
    return [(p.message, p.origin) for p in read(text.encode(), "r.yaml").problems]


def values(text: str) -> object:
    root = read(text.encode(), "r.yaml").root
    assert root is not None
    return value_of(root)


def test_quoted_scalars_are_text() -> None:
    assert values("a: [1, '1', \"1\"]") == {"a": [Scalar(1, "1"), "1", "1"]}


def test_nothing_and_a_tilde_are_null() -> None:
    assert values("a:\nb: ~") == {"a": Scalar(None, ""), "b": Scalar(None, "~")}


def test_an_alias_stands_for_what_it_names() -> None:
    assert values("a: &x {b: c}\nd: *x") == {"a": {"b": "c"}, "d": {"b": "c"}}


def test_an_empty_file_says_nothing() -> None:
    assert read(b"# nothing\n", "r.yaml") == Document("r.yaml", None, ())


def test_a_key_given_twice_is_a_problem_with_both_lines() -> None:
    assert said("a: 1\nb: 2\na: 3\n") == [
        ("`a` is given twice, on lines 1 and 3; keep one", "r.yaml:3")
    ]


@pytest.mark.parametrize(
    ("text", "message", "line"),
    [
        ("a: 1\nb: {c", "not YAML: did not find expected ',' or '}'", 3),
        ("a: !!python/name:os.system x", "tag `tag:yaml.org,2002:python/name:os.system`", 1),
        ("a: 1\n---\nb: 2", "a file holds one document; a second one begins here", 2),
        ("[a]: 1", "a key is a word, not a list or mapping", 1),
        ("a: &x 1\n*x : 2", "a key is a word, not an alias", 2),
        ("a: &x [*x]", "the alias `*x` names nothing complete before it", 1),
        ("a: {<<: {b: 1}}", "`<<` does not merge here; write the fields out", 1),
        ("[" * 40 + "]" * 40, "nested more than 32 levels deep", 1),
        ("a: 1\nb: \x07", "not YAML: control characters are not allowed", 2),
    ],
)
def test_what_is_not_plain_data_is_refused(text: str, message: str, line: int) -> None:
    (problem,) = said(text)[:1]

    assert message in problem[0]
    assert problem[1] == f"r.yaml:{line}"


def test_a_file_that_is_not_text_is_refused() -> None:
    (problem,) = read(b"a: 1\nb: \xff\n", "r.yaml").problems

    assert (problem.message, problem.origin) == ("the file is not UTF-8 text", "r.yaml:2")


def test_a_large_file_is_not_read() -> None:
    (message,) = said("a: 1\n" * 60_000)

    assert message[0] == "the file is too large; at most 262144 bytes are read"


def test_aliases_that_multiply_are_refused() -> None:
    doubled = "\n".join(f"a{n}: &a{n} [*a{n - 1}, *a{n - 1}]" for n in range(1, 40))

    assert said(f"a0: &a0 x\n{doubled}")[0][0] == "more than 50000 values, aliases written out"


def test_many_aliases_are_refused() -> None:
    text = "a: &a x\nb: [" + "*a, " * (document.MAX_ALIASES + 1) + "]"

    assert said(text)[0][0] == "more than 100 aliases; write the values out"
