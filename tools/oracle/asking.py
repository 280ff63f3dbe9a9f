"""yaie's side of a cell: its verdict, and the plan that follows from a yes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import yaie
from tools.oracle.cell import Cell
from tools.oracle.outcome import Said, Verdict
from yaie.errors import InputError, Problem, YaieError, errors_of
from yaie.facts.facts import Facts
from yaie.facts.gather import gather
from yaie.facts.setting import named
from yaie.planning.inquiry import inquire
from yaie.planning.plan import LoadPlan
from yaie.planning.preflight import judged
from yaie.planning.resolve import resolve
from yaie.rules.judge import RULES
from yaie.spec.load_spec import LoadSpec

NEEDS_CHECKPOINT = "default_config_builds_a_model"
"""The rule that refuses an architecture of which nothing can be said without a checkpoint."""
REHEARSED = ("the rehearsal of the load",)
"""What refuses where no rule does."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What yaie says, and what it would do."""

    said: Said
    task: str | None
    """The task, `auto` decided; None where it is not known."""
    plan: LoadPlan | None = None


def ask(cell: Cell) -> Answer:
    """The verdict of `check`; with the checkpoint's headers (`--checkpoint`) where there is one."""
    try:
        composition = yaie.compose(*cell.words())
    except InputError as error:
        return Answer(said=_no(("composing",), error.problems), task=cell.task)
    setting = named(cell.host)
    plan = None
    if cell.checkpoint is None:
        # As `check` does, but for the hints.
        facts = gather(composition.spec, setting)
        problems = judged(composition, facts)
    else:
        inquiry = inquire(composition, setting)
        facts, problems, plan = inquiry.facts, inquiry.problems, inquiry.plan
    if errors := errors_of(problems):
        return Answer(
            said=_no(_speakers(composition.spec, facts) or REHEARSED, errors), task=facts.task
        )
    try:
        plan = plan or resolve(composition.spec, facts)
    except YaieError as error:
        return Answer(said=_no(("resolving",), error.problems), task=facts.task)
    warnings = tuple(problem.message for problem in problems)
    unsure = NEEDS_CHECKPOINT in _speakers(composition.spec, facts, "warning")
    verdict = Verdict.UNSURE if unsure else Verdict.YES
    said = Said(verdict=verdict, messages=warnings)
    return Answer(said=said, task=facts.task, plan=plan)


def _no(rules: tuple[str, ...], errors: Sequence[Problem]) -> Said:
    errors = errors_of(errors)
    verdict = Verdict.NEEDS_CHECKPOINT if set(rules) == {NEEDS_CHECKPOINT} else Verdict.NO
    return Said(
        verdict=verdict,
        rules=rules,
        paths=tuple(problem.path for problem in errors),
        messages=tuple(problem.message for problem in errors),
    )


def _speakers(spec: LoadSpec, facts: Facts, severity: str = "error") -> tuple[str, ...]:
    """Names of the rules that speak so."""
    speaking = (r.__name__ for r in RULES for p in r(spec, facts) if p.severity == severity)
    return tuple(dict.fromkeys(speaking))
