"""The flags that say what a loaded model is used for, as far as its memory goes."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace
from typing import TYPE_CHECKING

from yaie.errors import InputError, Problem

if TYPE_CHECKING:
    from yaie.facts.memory import Use

VALUED = ("--context", "--batch")
"""Flags of the use that are followed by a value."""
USUAL_CONTEXT = "1024"
"""Tokens where only a batch is named."""
MOST = 10**9
"""Tokens or texts that anyone could mean."""


def add_flags(parser: ArgumentParser) -> None:
    """The flags of a use, which the verbs that foresee memory share."""
    flags = parser.add_argument_group("flags of the use")
    flags.add_argument(
        "--context",
        metavar="TOKENS",
        help="count the cache and the activations of texts of so many tokens, prompt and answer",
    )
    flags.add_argument(
        "--batch",
        metavar="N",
        help="so many texts, images or sounds at a time, 1 where not said; alone, of texts of"
        f" {USUAL_CONTEXT} tokens",
    )


def use(args: Namespace) -> Use | None:
    """The use that the flags name; None where they name none. InputError for what is no number."""
    if args.context is None and args.batch is None:
        return None
    from yaie.facts.memory import Use

    context = _number("--context", args.context or USUAL_CONTEXT)
    return Use(context=context, batch=_number("--batch", args.batch or "1"))


def uses(args: Namespace) -> list[Use | None]:
    """The uses that the flags name, each context with each batch: `--context 1024,4096`."""
    if args.context is None and args.batch is None:
        return [None]
    from yaie.facts.memory import Use

    contexts = (args.context or USUAL_CONTEXT).split(",")
    batches = (args.batch or "1").split(",")
    return [
        Use(context=_number("--context", context), batch=_number("--batch", batch))
        for context in contexts
        for batch in batches
    ]


def _number(flag: str, text: str) -> int:
    """`8192`, `8_192`, `8k`."""
    digits = text.lower().replace("_", "").removesuffix("k")
    plain = digits.isascii() and digits.isdigit() and len(digits) <= len(str(MOST))
    number = int(digits) * (1024 if text.lower().endswith("k") else 1) if plain else 0
    if not 1 <= number <= MOST:
        raise InputError(
            Problem(
                path="",
                message=f"`{flag} {text}` is no whole number from 1 to {MOST:,}",
                hint=f"`{flag} {USUAL_CONTEXT if flag == '--context' else 1}`",
            )
        )
    return number
