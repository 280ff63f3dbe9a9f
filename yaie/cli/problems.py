"""Problems as text, the way they are said everywhere."""

from __future__ import annotations

import sys
from collections.abc import Iterable
from typing import TextIO

from yaie.cli.colour import Painter, painter
from yaie.errors import Problem


def said(problem: Problem, paint: Painter) -> str:
    """One problem: path, message and origin, then the hint."""
    warning = paint("warning: ", "yellow") if problem.severity == "warning" else ""
    path = paint(f"{problem.path}: ", "bold") if problem.path else ""
    origin = paint(f"   ({problem.origin})", "dim") if problem.origin else ""
    hint = f"\n\n{paint('hint:', 'cyan')} {problem.hint}" if problem.hint else ""
    return f"{warning}{path}{problem.message}{origin}{hint}"


def write(problems: Iterable[Problem], stream: TextIO) -> None:
    """Problems on a stream, a blank line between them."""
    paint = painter(stream)
    if texts := [said(problem, paint) for problem in problems]:
        print("\n\n".join(texts), file=stream)


def report(problems: Iterable[Problem], *, as_json: bool) -> None:
    """What stopped a verb: on stderr, or as the one JSON document on stdout."""
    if as_json:
        from yaie.cli.document import write as write_document

        write_document({"problems": [problem.as_json() for problem in problems]})
    else:
        write(problems, sys.stderr)
