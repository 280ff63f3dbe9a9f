"""Arguments as argparse reads them: the flags that verbs share, and which verb was named."""

from __future__ import annotations

import argparse
import os.path
from collections.abc import Sequence
from pathlib import Path
from typing import NoReturn

from yaie.cli import acts, part, setting, sweep_measures, sweep_report, sweeping, use
from yaie.cli.verbs import LATER, SUMMARIES, verb
from yaie.errors import InputError, Problem

_COMMON = "flags of every verb"
_TAKES_A_VALUE = (
    "--config-dir",
    "-cd",
    *acts.VALUED,
    *part.VALUED,
    *setting.VALUED,
    *sweep_report.VALUED,
    *sweeping.VALUED,
    *sweep_measures.VALUED,
    *use.VALUED,
)
_MULTIRUN = ("-m", "--multirun")
"""Hydra's flag for a sweep."""


class Parser(argparse.ArgumentParser):
    """An ArgumentParser whose errors are ours."""

    def error(self, message: str) -> NoReturn:
        hint = f"`{self.prog} --help` lists the flags"
        raise InputError(Problem(path="", message=message, hint=hint))

    def flags(self) -> tuple[str, ...]:
        """Every spelling of every flag."""
        return tuple(self._option_string_actions)


def select(argv: Sequence[str]) -> tuple[str | None, list[str]]:
    """The verb that is named (None: none is) and the arguments without it."""
    if (cfg := _cfg(argv)) is not None:
        return "show", cfg
    if any(flag in argv for flag in _MULTIRUN):
        return "sweep", _of_multirun(argv)
    index = _first_word(argv)
    word = "" if index is None else argv[index]
    if word in LATER:
        from yaie.cli.unknown import later

        raise InputError(later(word))
    if index is None or word not in SUMMARIES:
        return None, list(argv)
    return word, [*argv[:index], *argv[index + 1 :]]


def _of_multirun(argv: Sequence[str]) -> list[str]:
    """The arguments of a sweep that Hydra's flag asks for; a verb that loads may stand there."""
    rest = [argument for argument in argv if argument not in _MULTIRUN]
    index = _first_word(rest)
    named = None if index is None else rest[index]
    if index is not None and named in ("sweep", "load"):
        return [*rest[:index], *rest[index + 1 :]]
    if named in SUMMARIES:
        message = f"`-m` asks for a sweep, and `{named}` is another verb"
        raise InputError(Problem(path="", message=message, hint="`yaie sweep …`"))
    return rest


def parse(verb_name: str, arguments: Sequence[str]) -> argparse.Namespace:
    """The arguments of a verb; flags and words may be mixed."""
    args, unknown = parser(verb_name).parse_known_intermixed_args(arguments)
    if unknown:
        raise InputError(*(_unknown_flag(flag, verb_name) for flag in unknown))
    return args


def parser(verb_name: str) -> Parser:
    """The parser of a verb, with the flags that all share."""
    made = Parser(
        prog=f"yaie {verb_name}",
        usage=f"yaie {verb_name} [RECIPE] [OVERRIDE ...] [--flags]",
        description=SUMMARIES[verb_name],
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
        add_help=False,
    )
    made.add_argument("words", nargs="*", help=argparse.SUPPRESS)
    module = verb(verb_name)
    module.add_arguments(made)
    add_common_flags(made)
    made.epilog = f"examples:\n{module.EXAMPLES}"
    return made


def add_common_flags(parser: argparse.ArgumentParser) -> None:
    """The flags that every verb has."""
    flags = parser.add_argument_group(_COMMON)
    flags.add_argument(
        "--config-dir",
        "-cd",
        metavar="DIR",
        type=_folder,
        help="a folder of your own groups and options",
    )
    flags.add_argument("--json", action="store_true", help="one JSON document on stdout")
    flags.add_argument("--quiet", "-q", action="store_true", help="no progress, no remarks")
    flags.add_argument("--version", action="store_true", help="yaie's version, and upstream's")
    flags.add_argument("--help", "-h", action="store_true", help="this text")


def common_flags() -> str:
    """The flags of every verb, as the help shows them."""
    parser = argparse.ArgumentParser(add_help=False)
    add_common_flags(parser)
    return parser.format_help().partition(f"{_COMMON}:\n")[2].rstrip()


def named(argv: Sequence[str]) -> str | None:
    """The verb that the first word names, if it does."""
    index = _first_word(argv)
    return argv[index] if index is not None and argv[index] in SUMMARIES else None


def _folder(text: str) -> Path:
    if not os.path.isdir(text):
        raise argparse.ArgumentTypeError(f"there is no folder `{text}`")
    return Path(text)


def _first_word(argv: Sequence[str]) -> int | None:
    """Index of the first argument that is no flag and no flag's value."""
    for index, argument in enumerate(argv):
        is_value = index > 0 and argv[index - 1] in _TAKES_A_VALUE
        if not argument.startswith("-") and not is_value:
            return index
    return None


def _cfg(argv: Sequence[str]) -> list[str] | None:
    """The other arguments where Hydra's `--cfg job` is among them."""
    for index, argument in enumerate(argv):
        flag, _, value = argument.partition("=")
        if flag in ("--cfg", "-c"):
            taken = 1 if value else 2
            asked = value or "".join(argv[index + 1 : index + 2])
            if asked != "job":
                message = f"`--cfg {asked}` is not supported, `--cfg job` alone is"
                raise InputError(Problem(path="", message=message, hint="`yaie show`"))
            return [*argv[:index], *argv[index + taken :]]
    return None


def _unknown_flag(flag: str, verb_name: str) -> Problem:
    name = flag.partition("=")[0]
    from yaie.spec.wording import nearest

    known = parser(verb_name).flags()
    near = nearest(name, known)
    return Problem(
        path="",
        message=f"`{name}` is no flag of `{verb_name}`",
        hint=f"`{near}`" if near else f"`yaie {verb_name} --help` lists them",
    )
