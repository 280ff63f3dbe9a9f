"""What `--help` and `--version` say."""

import re
from importlib.metadata import version

import pytest

import yaie
from yaie.cli.help import of
from yaie.cli.program import main
from yaie.cli.verbs import LATER, SUMMARIES
from yaie.spec.load_spec import GROUPS


def test_the_help_of_the_program_names_every_verb_there_is_and_no_other() -> None:
    listed = re.findall(r"^  (\w+) +\w", of(None).partition("RECIPE is")[0], re.MULTILINE)
    assert listed == list(SUMMARIES)
    assert not set(re.findall(r"\w+", of(None))) & set(LATER)


def test_the_help_of_the_program_names_every_group() -> None:
    (named,) = re.findall(r"The groups are (.*?)\.", of(None), re.DOTALL)
    assert re.findall(r"\w+", named.replace(" and", "")) == sorted(GROUPS)


@pytest.mark.parametrize("verb", SUMMARIES)
def test_the_help_of_a_verb_has_examples_of_it(verb: str) -> None:
    text = of(verb)
    assert text.startswith(f"usage: yaie {verb} ")
    assert re.search(rf"^  yaie {verb if verb != 'load' else ''}", text, re.MULTILINE)


@pytest.mark.parametrize("argv", [["--help"], ["-h"], ["model=tiny", "--help"]])
def test_the_help_without_a_verb_is_the_programs(
    argv: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(argv) == 0
    assert capsys.readouterr() == (of(None), "")


def test_the_help_after_a_verb_is_the_verbs(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["check", "--help"]) == 0
    assert capsys.readouterr() == (of("check"), "")


def test_the_version_names_upstreams_too(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--version"]) == 0
    below = f"transformers {version('transformers')}, torch {version('torch')}"
    assert capsys.readouterr() == (f"yaie {yaie.__version__} ({below})\n", "")
