"""The flags of what is measured in each cell."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace
from pathlib import Path

from yaie.errors import InputError, Problem
from yaie.spec.wording import all_quoted, nearest
from yaie.sweeps.measures.measuring import (
    LEAST_TOKENS,
    MOST_REPEATS,
    MOST_TOKENS,
    PARTS,
    REPEATS,
    TOKENS,
    Measuring,
)

VALUED = ("--measure", "--text", "--tokens", "--repeats", "--reference")
"""Flags that are followed by a value."""
NONE = "none"
MOST_BYTES = 4_000_000
"""Of a text: about as many as those tokens are."""


def add_flags(parser: ArgumentParser) -> None:
    """What is measured, on what, how often, and against which cell."""
    flags = parser.add_argument_group("what is measured in each cell (docs/sweeps.md)")
    flags.add_argument(
        "--measure",
        metavar="PARTS",
        help="`load` (touching all weights, first forward, peak memory), `speed` (tokens or items a"
        " second), `quality` (KL divergence, top-1 agreement, perplexity), joined by commas; all of"
        " them where not said; `none`",
    )
    flags.add_argument(
        "--text",
        metavar="FILE|TEXT",
        help="what models read; Psalm 103 and Ruth 2 where not said",
    )
    flags.add_argument(
        "--tokens",
        metavar="N",
        help="compare answers to so many tokens of the text, in windows of 512 at most;"
        f" {TOKENS} where not said",
    )
    flags.add_argument(
        "--repeats",
        metavar="N",
        help=f"measure speed so many times, after one that does not count; {REPEATS} where not"
        " said",
    )
    flags.add_argument(
        "--reference",
        metavar="CELL",
        help="compare answers with this cell's: 'precision=fp32 quantization=none', or its number;"
        " the one that loses least where not said",
    )


def measuring(args: Namespace) -> Measuring:
    """What the flags ask for; raises InputError for all that is wrong with them."""
    parts = _parts(args.measure)
    _refuse_idle(args, parts)
    return Measuring(
        parts=parts,
        text=None if args.text is None else _text(args.text),
        tokens=TOKENS if args.tokens is None else _tokens(args.tokens),
        repeats=REPEATS if args.repeats is None else _repeats(args.repeats),
    )


def text_file(args: Namespace) -> Path | None:
    """The file that `--text` names; None where it names none."""
    return Path(args.text) if args.text is not None and _is_file(args.text) else None


def _is_file(given: str) -> bool:
    return _may_be_path(given) and Path(given).is_file()


def _may_be_path(given: str) -> bool:
    return len(given) < 4096 and "\n" not in given and "\0" not in given


def _parts(text: str | None) -> tuple[str, ...]:
    if text is None:
        return PARTS
    words = [word.strip() for word in text.split(",")]
    if words == [NONE]:
        return ()
    if strange := [word for word in words if word not in PARTS]:
        message = f"`--measure {text}`: `{strange[0]}` is none of {all_quoted((*PARTS, NONE))}"
        near = nearest(strange[0], (*PARTS, NONE))
        raise _refused("--measure", message, f"`--measure {near or 'load,speed'}`")
    return tuple(part for part in PARTS if part in words)


def _refuse_idle(args: Namespace, parts: tuple[str, ...]) -> None:
    """A flag that nothing would heed."""
    heeded = (
        ("--reference", args.reference, ("quality",)),
        ("--tokens", args.tokens, ("quality",)),
        ("--repeats", args.repeats, ("speed",)),
        ("--text", args.text, PARTS),
    )
    for flag, value, needed in heeded:
        if value is not None and not set(needed) & set(parts):
            message = f"`{flag}` is for what `--measure {args.measure}` leaves out"
            raise _refused(flag, message, "leave one of the two out")


def _repeats(text: str) -> int:
    return _number("--repeats", text, range(1, MOST_REPEATS + 1), 3)


def _tokens(text: str) -> int:
    return _number("--tokens", text, range(LEAST_TOKENS, MOST_TOKENS + 1), 4096)


def _number(flag: str, text: str, allowed: range, example: int) -> int:
    number = int(text) if text.isascii() and text.isdigit() and len(text) < 9 else -1
    if number not in allowed:
        message = f"`{flag} {text}` is no whole number from {allowed[0]} to {allowed[-1]:,}"
        raise _refused(flag, message, f"`{flag} {example}`")
    return number


def _text(given: str) -> str:
    """The text of a file, or what was given itself; a single word is a file's name."""
    path = Path(given)
    if _is_file(given):
        return _read(path)
    if not given.strip():
        raise _refused("--text", "the text is empty")
    if any("\ud800" <= char <= "\udfff" for char in given):
        raise _refused("--text", "the text is no text in UTF-8")
    if _may_be_path(given) and (path.is_dir() or len(given.split()) == 1):
        raise _refused("--text", f"`{given}` is no file, and no text of several words")
    return given


def _read(path: Path) -> str:
    try:
        with path.open("rb") as file:
            content = file.read(MOST_BYTES + 1)
        text = content[:MOST_BYTES].decode("utf-8", "ignore" if content[MOST_BYTES:] else "strict")
    except OSError as error:
        raise _refused("--text", f"`{path}` cannot be read: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise _refused("--text", f"`{path}` is no text in UTF-8") from error
    if not text.strip():
        raise _refused("--text", f"`{path}` is empty")
    return text


def _refused(flag: str, message: str, hint: str | None = None) -> InputError:
    return InputError(Problem(path="", message=message, hint=hint, origin=flag))
