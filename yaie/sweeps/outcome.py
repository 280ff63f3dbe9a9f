"""What a sweep as a whole came to."""

from __future__ import annotations

from collections.abc import Sequence

from yaie.errors import Fault
from yaie.sweeps.row import Row, Status

_ANSWERS = (Fault.INPUT, Fault.UNSUPPORTED)
"""What a refusal says of a cell itself: that it cannot be."""


def exit_code(rows: Sequence[Row]) -> int:
    """0 where every cell that could be run went well, and at least one did.

    The lowest code of the cells that failed or were killed; one that told nothing counts as
    unsupported. Cells that planning refused are an answer, and no failure, unless a source failed
    or planning broke, for that answers nothing, or none was left to run: then the lowest code of
    the refusals.
    """
    codes = [_code(row) for row in rows if _is_failure(row)]
    if codes:
        return min(codes)
    if any(row.status in (Status.OK, Status.PLANNED) for row in rows):
        return 0
    return min((_code(row) for row in rows), default=int(Fault.UNSUPPORTED))


def _is_failure(row: Row) -> bool:
    if row.status is Status.REFUSED:
        return _code(row) not in _ANSWERS
    return row.status in (Status.FAILED, Status.KILLED)


def _code(row: Row) -> int:
    return row.exit_code if row.exit_code in list(Fault) else int(Fault.UNSUPPORTED)
