"""yaie's side of a cell: its verdict, and the plan that follows from a yes."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import yaie
from tools.oracle.cell import Cell
from tools.oracle.outcome import Said, Verdict
from yaie.errors import InputError, Problem, YaieError, errors_of
from yaie.facts.facts import Facts
from yaie.facts.setting import Setting, on_host
from yaie.loading.preparing import prepare
from yaie.loading.reporting import Silent
from yaie.loading.stopwatch import Stopwatch
from yaie.planning.plan import LoadPlan
from yaie.planning.preflight import survey
from yaie.planning.resolve import resolve
from yaie.rules.judge import RULES
from yaie.spec.load_spec import Composition, LoadSpec


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What yaie says, and what it would do."""

    said: Said
    task: str | None
    """The task, `auto` decided; None where it is not known."""
    plan: LoadPlan | None


def ask(cell: Cell) -> Answer:
    """The verdict of `check`, and where a checkpoint is at hand, of all that precedes its load."""
    try:
        composition = yaie.compose(*cell.words())
    except InputError as error:
        return Answer(said=_no(("composing",), error.problems), task=cell.task, plan=None)
    facts, problems = survey(composition, setting_of(cell))
    if errors := errors_of(problems):
        said = _no(tuple(_speakers(composition.spec, facts)), errors)
        return Answer(said=said, task=facts.task, plan=None)
    if cell.weights == "pretrained" and cell.host == "this":
        return _prepared(composition, facts)
    return _planned(composition, facts)


def setting_of(cell: Cell) -> Setting | None:
    """Where the cell is judged for; None: here."""
    return None if cell.host == "this" else on_host(cell.host)


def _planned(composition: Composition, facts: Facts) -> Answer:
    try:
        plan = resolve(composition.spec, facts)
    except YaieError as error:
        return Answer(said=_no(("resolving",), error.problems), task=facts.task, plan=None)
    return Answer(said=Said(verdict=Verdict.YES), task=facts.task, plan=plan)


def _prepared(composition: Composition, facts: Facts) -> Answer:
    """The verdict once weights and model are matched."""
    try:
        plan = prepare(composition, Stopwatch(Silent())).plan
    except YaieError as error:
        return Answer(said=_no(("preparing",), error.problems), task=facts.task, plan=None)
    return Answer(said=Said(verdict=Verdict.YES), task=facts.task, plan=plan)


def _no(rules: tuple[str, ...], problems: Iterable[Problem]) -> Said:
    errors = errors_of(problems)
    return Said(
        verdict=Verdict.NO,
        rules=rules,
        paths=tuple(problem.path for problem in errors),
        messages=tuple(problem.message for problem in errors),
    )


def _speakers(spec: LoadSpec, facts: Facts) -> Iterable[str]:
    """Names of the rules that refuse."""
    return (rule.__name__ for rule in RULES if errors_of(rule(spec, facts)))
