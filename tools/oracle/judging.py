"""Whether yaie and transformers agree on a cell. Imports transformers."""

from __future__ import annotations

import traceback
from typing import Any

from tools.oracle.asking import Answer, ask
from tools.oracle.carried import carried
from tools.oracle.cell import Cell
from tools.oracle.drawing import draw, tasks
from tools.oracle.naive import default_fails, naive
from tools.oracle.outcome import Happened, Said, Verdict
from tools.oracle.row import Row


def judged(seed: str, architecture: str, number: int) -> Row:
    """The row of one drawn cell."""
    return row_of(draw(seed, architecture, number))


def row_of(cell: Cell) -> Row:
    """Both sides asked, and compared."""
    try:
        answer = ask(cell)
    except Exception:
        # A bug of yaie's is told like any other disagreement, and the run goes on.
        last = traceback.format_exc().strip().splitlines()[-5:]
        said = Said(verdict=Verdict.BROKEN, messages=tuple(line.strip() for line in last))
        return Row(cell=cell, said=said, happened=Happened(), agrees=False)
    happened, agrees = _compared(cell, answer, tasks().get(answer.task or ""))
    return Row(cell=cell, said=answer.said, happened=happened, agrees=agrees)


def _compared(cell: Cell, answer: Answer, auto: Any) -> tuple[Happened, bool]:
    if auto is None:
        # No class, no load: an unknown task, or none that the architecture has.
        refused = Happened(phase="task", error="there is no AutoModel class of that name")
        return refused, answer.said.verdict is not Verdict.YES
    match answer.said.verdict:
        case Verdict.NEEDS_CHECKPOINT | Verdict.UNSURE:
            return Happened(), default_fails(cell, auto)
        case Verdict.YES if answer.plan is not None:
            happened = carried(cell, answer.plan, auto)
            return happened, happened.as_asked
    happened = naive(cell, auto)
    return happened, not happened.as_asked
