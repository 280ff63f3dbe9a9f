"""`--transformers`: a load judged for another release."""

from __future__ import annotations

import json

import pytest

import yaie
from yaie.cli.program import main

Captured = pytest.CaptureFixture[str]


def test_what_the_release_spells_otherwise_is_told_a_line_each(capsys: Captured) -> None:
    assert main(["check", "--transformers", "4.55", "precision=bf16"]) == 0
    assert capsys.readouterr().out == (
        "ok for transformers 4.55.4\n"
        "  there `torch_dtype=` is said for `dtype=`\n"
        "  there `PreTrainedTokenizerFast` is said for `AutoTokenizer`\n"
    )


def test_todays_release_spells_everything_as_it_is(capsys: Captured) -> None:
    assert main(["check", "--transformers", "5.23"]) == 0
    assert capsys.readouterr().out == "ok for transformers 5.23.0\n"


def test_what_does_not_hold_there_is_refused(capsys: Captured) -> None:
    assert main(["check", "--transformers", "4.57", "task=multimodal-lm"]) == 2
    assert capsys.readouterr().out.startswith(
        "1 error for transformers 4.57.6\n\n"
        "task.name: transformers 4.57.6 has no task `multimodal-lm`; it has 40,"
    )


def test_the_document_names_the_release_and_its_spelling(capsys: Captured) -> None:
    main(["check", "--transformers", "4.57", "--json", "processor=none"])
    assert json.loads(capsys.readouterr().out)["results"] == [
        {"recipe": None, "ok": True, "problems": [], "transformers": "4.57.6", "spelled": []}
    ]


def test_without_the_flag_the_document_is_as_ever(capsys: Captured) -> None:
    main(["check", "--json"])
    assert json.loads(capsys.readouterr().out)["results"] == [
        {"recipe": None, "ok": True, "problems": []}
    ]


def test_code_is_written_in_the_words_of_the_release(capsys: Captured) -> None:
    main(["code", "--transformers", "4.55", "precision=fp32", "device=cpu", "processor=none"])
    assert 'torch_dtype="float32"' in capsys.readouterr().out


def test_a_release_that_is_not_shipped_is_an_input_error(capsys: Captured) -> None:
    assert main(["check", "--transformers", "4.56"]) == 2
    assert capsys.readouterr().err == (
        "no catalogue of transformers `4.56` comes with yaie; those that do are of `4.55.4`,"
        " `4.57.6`, `5.0.0`, `5.23.0`\n\nhint: `--transformers 4.57.6`\n"
    )


def test_load_takes_the_installed_release_alone(capsys: Captured) -> None:
    assert main(["load", "--transformers", "4.57"]) == 2
    assert "`--transformers` is no flag of `load`" in capsys.readouterr().err


def test_check_takes_a_release() -> None:
    assert yaie.check("precision=bf16", transformers="4.57") == ()
