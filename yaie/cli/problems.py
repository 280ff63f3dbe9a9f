"""Problems as text, the way they are said everywhere."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Sequence
from typing import TextIO

from yaie.cli.arguments import named
from yaie.cli.colour import Painter, painter
from yaie.errors import Problem
from yaie.spec.wording import printable


def said(problem: Problem, paint: Painter) -> str:
    """One problem: path, message and origin, then the hint."""
    warning = paint("warning: ", "yellow") if problem.severity == "warning" else ""
    path = paint(f"{printable(problem.path)}: ", "bold") if problem.path else ""
    origin = paint(f"   ({printable(problem.origin)})", "dim") if problem.origin else ""
    hint = f"\n\n{paint('hint:', 'cyan')} {printable(problem.hint)}" if problem.hint else ""
    return f"{warning}{path}{printable(problem.message)}{origin}{hint}"


def write(problems: Iterable[Problem], stream: TextIO) -> None:
    """Problems on a stream, a blank line between them."""
    paint = painter(stream)
    if texts := [said(problem, paint) for problem in problems]:
        print("\n\n".join(texts), file=stream)


def report(problems: Sequence[Problem], argv: Sequence[str]) -> None:
    """What stopped a verb: on stderr, or as the one JSON document that argv asks for."""
    if "--json" in argv:
        from yaie.cli.document import write as write_document

        write_document(_document(problems, named(argv)))
    else:
        write(problems, sys.stderr)


def _document(problems: Sequence[Problem], verb: str | None) -> dict[str, object]:
    if verb == "check":
        from yaie.cli.results import Result, document

        return document([Result(recipe=None, problems=tuple(problems))])
    return {"problems": [problem.as_json() for problem in problems]}
