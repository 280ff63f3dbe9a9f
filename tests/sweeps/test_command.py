"""The command of a sweep: read again it asks for the same, run the same way."""

from __future__ import annotations

import shlex
from pathlib import Path

import pytest

from yaie.cli import sweeping
from yaie.cli.arguments import parse, select
from yaie.sweeps.command import command
from yaie.sweeps.measures.measuring import Measuring
from yaie.sweeps.product import Asked
from yaie.sweeps.running import Running

FOLDER = Path("sweeps/tiny-1a2b3c4d")


def read(line: str) -> tuple[Asked, Running]:
    """What a command asks for."""
    verb, arguments = select(shlex.split(line)[3:])
    args = parse(verb or "", arguments)
    return sweeping.asked(args)


@pytest.mark.parametrize(
    "words",
    [
        "precision=fp32,bf16 'model.config.x={a: 1}'",
        "mine.yaml ~device +model.config.n=2",
        "precision=fp32 --into -odd --timeout 0.5 --workers 2",
        "precision=fp32 --measure none --timeout 123456789",
        "precision=fp32 --measure load,speed --repeats 5 --text 'in the beginning'",
        "precision=fp32,bf16 --text psalm.txt --tokens 4096 --reference 'precision=bf16'",
        "precision=fp32 --host h100 --transformers 4.57 --context 4096 --batch 2 --config-dir .",
        "precision=fp32 hydra/launcher=submitit_slurm hydra.launcher.qos=low",
    ],
)
def test_a_command_says_all_that_was_asked(
    words: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("psalm.txt").write_text("The LORD is my shepherd")
    asked, running = read(f"python -m yaie sweep {words.replace('--into ', '--into=')}")
    assert read(command(asked, running, FOLDER)) == (asked, running)


@pytest.mark.parametrize("text", ["one", "two\nlines", "many words " * 30])
def test_a_text_that_a_command_cannot_have_in_itself_is_read_from_the_folder(text: str) -> None:
    running = Running(measuring=Measuring(text=text))
    said = command(Asked(recipe=None, overrides=()), running, FOLDER)
    assert said == f"python -m yaie sweep --text {FOLDER}/text.txt"
