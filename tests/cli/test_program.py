"""Exit codes and streams, whatever happens inside a verb."""

import json
import subprocess
import sys
from argparse import Namespace
from pathlib import Path

import pytest

from yaie.cli import show
from yaie.cli.program import main
from yaie.errors import Problem, SourceError


def raising(monkeypatch: pytest.MonkeyPatch, error: BaseException) -> None:
    """Makes `show` fail, as any verb may."""

    def run(args: Namespace) -> int:
        raise error

    monkeypatch.setattr(show, "run", run)


def test_an_error_of_ours_has_its_exit_code_and_no_traceback(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    raising(monkeypatch, SourceError(Problem(path="model.id", message="gone", hint="look")))
    assert main(["show"]) == 4
    assert capsys.readouterr() == ("", "model.id: gone\n\nhint: look\n")


def test_an_error_of_ours_is_a_document_where_json_is_asked_for(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    problem = Problem(path="model.id", message="gone")
    raising(monkeypatch, SourceError(problem))
    assert main(["show", "--json"]) == 4
    assert json.loads(capsys.readouterr().out) == {"problems": [problem.as_json()]}


def test_a_bug_shows_its_traceback_and_where_to_report_it(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    raising(monkeypatch, ZeroDivisionError("division by zero"))
    assert main(["show"]) == 1
    out, err = capsys.readouterr()
    assert out == ""
    assert err.startswith("Traceback (most recent call last):")
    assert err.endswith(
        "\na bug of ours, not a mistake of yours: ZeroDivisionError: division by zero\n\n"
        "hint: please report it, with the lines above, at https://github.com/yaie/yaie/issues\n"
    )


def test_a_current_folder_that_was_taken_away_is_told(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    monkeypatch.setattr(show, "run", lambda args: print(Path.cwd()))
    (tmp_path / "gone").mkdir()
    monkeypatch.chdir(tmp_path / "gone")
    (tmp_path / "gone").rmdir()
    assert main(["show"]) == 4
    assert capsys.readouterr().err == (
        "the current folder was taken away\n\nhint: `cd` to another one\n"
    )


def test_a_bug_is_a_document_too(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    raising(monkeypatch, ZeroDivisionError("division by zero"))
    assert main(["show", "--json"]) == 1
    (problem,) = json.loads(capsys.readouterr().out)["problems"]
    assert problem["message"].endswith("ZeroDivisionError: division by zero")


def test_an_interruption_is_one_line(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    raising(monkeypatch, KeyboardInterrupt())
    assert main(["show"]) == 130
    assert capsys.readouterr() == ("", "interrupted\n")


def test_a_reader_that_leaves_is_no_error() -> None:
    listing = [sys.executable, "-m", "yaie", "show", "options"]
    process = subprocess.Popen(listing, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    assert process.stdout is not None
    process.stdout.close()
    _, err = process.communicate()
    assert (process.returncode, err) == (141, b"")


def test_a_misspelt_verb_is_an_input_error(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["chekc"]) == 2
    assert capsys.readouterr().err == (
        "`chekc` is no verb, no recipe (`*.yaml`) and no override (`group=option`)\n\n"
        "hint: `check`\n"
    )


def test_two_recipes_are_one_too_many_but_for_check(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["show", "a.yaml", "b.yaml"]) == 2
    assert capsys.readouterr().err == (
        "`a.yaml` and `b.yaml` were given, and one recipe is allowed here\n\n"
        "hint: `yaie check` alone takes several\n"
    )


def in_shell(command: str) -> subprocess.CompletedProcess[str]:
    shell = ["bash", "-c", command, sys.executable]
    return subprocess.run(shell, capture_output=True, text=True, timeout=60, check=False)


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="this system has no /dev/full")
def test_a_full_disk_under_stdout_is_one_line() -> None:
    told = in_shell('"$0" -m yaie show > /dev/full')
    assert (told.returncode, told.stderr) == (
        4,
        "the answer cannot be written: No space left on device\n",
    )


def test_a_closed_stdout_is_no_error() -> None:
    told = in_shell('"$0" -m yaie show >&-')
    assert (told.returncode, told.stderr) == (0, "")


def test_a_stream_that_cannot_spell_a_letter_escapes_it() -> None:
    told = in_shell('PYTHONIOENCODING=ascii "$0" -m yaie show processor.pad_token=é=')
    assert told.returncode == 2
    assert "`processor.pad_token=\\xe9=`" in told.stderr
