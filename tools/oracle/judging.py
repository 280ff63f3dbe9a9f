"""Whether yaie and transformers agree on a cell. Imports transformers."""

from __future__ import annotations

import traceback
from typing import Any

from tools.oracle.asking import Answer, ask
from tools.oracle.carried import carried
from tools.oracle.cell import Cell
from tools.oracle.drawing import draw
from tools.oracle.naive import default_fails, naive
from tools.oracle.outcome import Happened, Said, Verdict
from tools.oracle.row import Row
from tools.oracle.tasks import tasks

AS_IT_RUNS = frozenset(
    {
        "a_method_computes_by_its_packages",
        "attention_sinks_need_an_accelerator",
        "experts_chosen_are_there",
        "flash_attention_has_narrow_heads",
        "flash_attention_needs_16_bit",
        "flex_attention_has_no_dropout",
        "flex_attention_on_a_cpu_has_32_bits_at_most",
        "flex_attention_trains_on_accelerators",
        "groups_divide_the_experts",
        "key_value_heads_divide_the_heads",
        "new_flash_attention_has_no_dropout",
        "old_flash_attention_does_not_cap",
        "overrides_leave_the_weights_their_heads",
        "padding_is_a_token",
        "rope_numbers_stretch",
        "what_is_dropped_is_a_probability",
    }
)
"""Rules of what shows only as a built model runs, each shown to by a test of its own."""


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
    said = answer.said
    judged = agrees or _can_tell(cell, said, happened)
    return Row(cell=cell, said=said, happened=happened, agrees=agrees, judged=judged)


def _can_tell(cell: Cell, said: Said, happened: Happened) -> bool:
    """Whether a disagreement can be told here: not of kernels as they run, nor of packages that
    another machine may have."""
    if said.verdict is Verdict.NO:
        return not set(said.rules) <= AS_IT_RUNS
    return cell.host == "this" or not (happened.error or "").startswith("ImportError")


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
