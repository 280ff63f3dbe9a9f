"""Problems as text."""

import io
import json

import pytest

from yaie.cli.problems import report, write
from yaie.errors import Problem

PROBLEM = Problem(
    path="attention.kind",
    message="`flash_attention_2` needs float16 or bfloat16, but `precision.dtype` is float32",
    hint="add `precision=bf16`, or use `attention=sdpa`",
    origin="recipes/chat.yaml:7",
)


def test_a_problem_reads_as_the_style_has_it() -> None:
    stream = io.StringIO()
    write([PROBLEM], stream)
    assert stream.getvalue() == (
        "attention.kind: `flash_attention_2` needs float16 or bfloat16,"
        " but `precision.dtype` is float32   (recipes/chat.yaml:7)\n"
        "\n"
        "hint: add `precision=bf16`, or use `attention=sdpa`\n"
    )


def test_what_a_strangers_file_says_cannot_steer_the_terminal() -> None:
    stream = io.StringIO()
    write([Problem(path="model.id", message="names `\x1b[31mllama`")], stream)
    assert stream.getvalue() == "model.id: names `\\x1b[31mllama`\n"


def test_a_warning_is_marked_and_what_is_not_known_is_left_out() -> None:
    stream = io.StringIO()
    write([Problem(path="", message="one", severity="warning")], stream)
    assert stream.getvalue() == "warning: one\n"


def test_a_blank_line_stands_between_problems() -> None:
    stream = io.StringIO()
    write([Problem(path="a", message="one"), Problem(path="b", message="two")], stream)
    assert stream.getvalue() == "a: one\n\nb: two\n"


def test_no_problems_are_no_line() -> None:
    stream = io.StringIO()
    write([], stream)
    assert stream.getvalue() == ""


def test_a_report_goes_to_stderr(capsys: pytest.CaptureFixture[str]) -> None:
    report([Problem(path="a", message="one")], ["show"])
    assert capsys.readouterr() == ("", "a: one\n")


def test_a_report_as_json_is_one_document_on_stdout(capsys: pytest.CaptureFixture[str]) -> None:
    report([PROBLEM], ["show", "--json"])
    out, err = capsys.readouterr()
    assert json.loads(out) == {"problems": [PROBLEM.as_json()]}
    assert err == ""


def test_a_report_of_check_keeps_the_shape_of_its_answer(
    capsys: pytest.CaptureFixture[str],
) -> None:
    report([PROBLEM], ["check", "--json", "--bogus"])
    result = {"recipe": None, "ok": False, "problems": [PROBLEM.as_json()]}
    assert json.loads(capsys.readouterr().out) == {"ok": False, "results": [result]}
