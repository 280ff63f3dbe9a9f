"""What is said when yaie itself is at fault."""

from __future__ import annotations

import sys
import traceback
from collections.abc import Sequence

from yaie.errors import Fault, Problem

ISSUES = "https://github.com/yaie/yaie/issues"


def confess(error: Exception, argv: Sequence[str]) -> int:
    """Shows the traceback and where to report it; returns the exit code."""
    traceback.print_exception(error)
    hint = f"please report it, with the lines above, at {ISSUES}"
    problem = Problem(
        path="",
        message=f"a bug of ours, not a mistake of yours: {type(error).__name__}: {error}",
        hint=hint,
        fault=Fault.BUG,
    )
    from yaie.cli.problems import report

    print(file=sys.stderr)
    report([problem], argv)
    return int(Fault.BUG)
