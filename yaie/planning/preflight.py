"""All that can be said about a load before a byte of weights."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from pathlib import Path

from yaie.errors import InputError, Problem, YaieError, errors_of, raise_errors
from yaie.facts.facts import Facts
from yaie.facts.gather import gather, gather_without_checkpoint
from yaie.facts.setting import Setting
from yaie.facts.spelling import Spelled
from yaie.planning.hints import Words, helpful, words_of
from yaie.planning.plan import LoadPlan
from yaie.planning.resolve import resolve
from yaie.planning.translation import translated
from yaie.rules.judge import judge
from yaie.spec.compose import compose as compose_files
from yaie.spec.load_spec import Composition


def compose(
    recipe: Path | None, overrides: Sequence[str], config_dir: Path | None = None
) -> Composition:
    """What a recipe and overrides ask for; raises InputError with all problems, hints tried."""
    try:
        return compose_files(recipe, overrides, config_dir)
    except InputError as error:
        raise InputError(*uncomposed(error, recipe, overrides, config_dir)) from None


def uncomposed(
    error: InputError,
    recipe: Path | None,
    overrides: Sequence[str],
    config_dir: Path | None,
    setting: Setting | None = None,
) -> tuple[Problem, ...]:
    """The problems of words that do not compose, with those hints that help."""
    words = Words(recipe=recipe, overrides=tuple(overrides), config_dir=config_dir)
    return helpful(words, error.problems, _ruled, setting, composed=False)


def check(composition: Composition, setting: Setting | None = None) -> tuple[Problem, ...]:
    """Every problem of a composition, at once, each with its origin. No network, no torch."""
    return survey(composition, setting)[1]


def survey(
    composition: Composition, setting: Setting | None = None
) -> tuple[Facts, tuple[Problem, ...]]:
    """What is true of a composition, and every problem of it, with those hints that help."""
    facts, problems = _surveyed(composition, setting)
    return facts, with_true_hints(composition, problems, setting)


def with_true_hints(
    composition: Composition, problems: Sequence[Problem], setting: Setting | None = None
) -> tuple[Problem, ...]:
    """The problems of a composition, with those hints that help."""
    return helpful(words_of(composition), problems, _ruled, setting)


def _ruled(composition: Composition, setting: Setting) -> tuple[Problem, ...]:
    return _surveyed(replace(composition, notes=()), setting)[1]


def _surveyed(
    composition: Composition, setting: Setting | None
) -> tuple[Facts, tuple[Problem, ...]]:
    """A checkpoint that cannot be read is a problem among the others, which are found without it;
    that nothing is known of it then goes without saying."""
    try:
        facts = gather(composition.spec, setting)
    except YaieError as error:
        unread = with_origins(composition, error.problems)
        facts = gather_without_checkpoint(composition.spec, setting)
        return facts, (*unread, *errors_of(judged(composition, facts)))
    return facts, judged(composition, facts)


def plan(
    composition: Composition, facts: Facts | None = None, setting: Setting | None = None
) -> LoadPlan:
    """The plan of a composition; raises YaieError with all problems where any is an error."""
    if facts is None:
        facts, problems = survey(composition, setting)
    else:
        problems = with_true_hints(composition, judged(composition, facts), setting)
    raise_errors(problems)
    return replace(resolved(composition, facts), problems=problems)


def resolved(composition: Composition, facts: Facts) -> LoadPlan:
    """The plan of a composition that the rules allow, in the words of the facts' release."""
    there = translated(composition.spec, facts)
    plan = resolve(there.spec, there.facts)
    return replace(plan, spelled=(*there.spelled, *plan.spelled))


def spelled(composition: Composition, setting: Setting) -> tuple[Spelled, ...]:
    """What the setting's release spells otherwise than today's, of a composition that it allows."""
    facts = gather(composition.spec, setting)
    if facts.task is None:
        return translated(composition.spec, facts).spelled
    return plan(composition, facts, setting).spelled


def judged(composition: Composition, facts: Facts) -> tuple[Problem, ...]:
    """What the rules say of a composition, after what composing said."""
    there = translated(composition.spec, facts)
    found = (*there.problems, *judge(there.spec, there.facts))
    return (*composition.notes, *with_origins(composition, found))


def with_origins(composition: Composition, problems: Iterable[Problem]) -> tuple[Problem, ...]:
    """The problems, each with the place where the value at its path was said."""
    return tuple(
        replace(problem, origin=problem.origin or composition.origin_of(problem.path))
        for problem in problems
    )
