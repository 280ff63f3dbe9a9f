"""The tree of what a load would bring, with what is to be said of it.

Asks the hub for what is not at hand, the weights excepted. Imports transformers.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from math import prod
from typing import Any

from yaie.errors import (
    Fault,
    Problem,
    UnreachableError,
    UnsupportedError,
    YaieError,
    errors_of,
    raise_errors,
)
from yaie.facts.facts import Facts
from yaie.facts.setting import Setting, here
from yaie.planning.hints import words_of
from yaie.planning.inquiry import with_headers
from yaie.planning.memory.forecast import Anatomy, InUse, anatomy_of, laid_out
from yaie.planning.memory.placement import Placement, placed
from yaie.planning.overrides import own_config
from yaie.planning.plan import LoadPlan
from yaie.planning.preflight import compose, judged, resolved, survey, with_origins, with_true_hints
from yaie.planning.rehearsal import matched, rehearsed
from yaie.planning.tree.foreseen import foreseen
from yaie.planning.tree.growth import RANKS
from yaie.planning.tree.module_tree import ModuleTree
from yaie.planning.tree.selection import cut, selected
from yaie.planning.upstream import quieted
from yaie.rules.memory import judge_memory
from yaie.rules.problems import said
from yaie.spec.device import Sharded
from yaie.spec.load_spec import Composition, LoadSpec, keeps_adapter
from yaie.spec.quantization import Unquantized
from yaie.spec.weights import Pretrained


@dataclass(frozen=True, slots=True, kw_only=True)
class Inspection:
    """A model before it is loaded."""

    tree: ModuleTree
    problems: tuple[Problem, ...]
    """Warnings; what does not fit is one, for its modules can be looked at all the same."""

    def __str__(self) -> str:
        """The tree, drawn for people."""
        return str(self.tree)

    def selected(self, pattern: str) -> Inspection:
        """The modules alone whose paths match: `model.layers.3`, `*.self_attn`.

        Raises InputError where none does.
        """
        return replace(self, tree=selected(self.tree, pattern))

    def cut(self, depth: int) -> Inspection:
        """So many levels of modules below the first."""
        return replace(self, tree=cut(self.tree, depth))

    def as_json(self) -> dict[str, Any]:
        """The inspection as the contract spells it."""
        return self.tree.as_json() | {"problems": [each.as_json() for each in self.problems]}


def inspect(composition: Composition, setting: Setting | None = None) -> Inspection:
    """The modules that a load would bring, without a byte of weights.

    Raises YaieError with every problem where the load is not allowed, SourceError where the hub
    cannot be asked and nothing is known of the checkpoint's config.
    """
    composition = _unweighted(composition)
    facts, problems = survey(composition, setting)
    raise_errors(problems)
    try:
        with with_headers(composition, facts, setting) as known:
            return _compared(composition, known, setting)
    except UnreachableError as error:
        if own_config(composition.spec, facts) is None:
            raise_errors(with_origins(composition, error.problems))
        plan = resolved(composition, facts)
        presumed = with_origins(composition, _presumed(error.problems))
        return _inspected(composition, plan, facts, (*presumed, *problems))


def _unweighted(composition: Composition) -> Composition:
    """An architecture without a checkpoint is looked at with new weights: none are read here."""
    spec = composition.spec
    named = spec.model.id is not None or spec.model.architecture is None
    if named or not isinstance(spec.weights, Pretrained):
        return composition
    words = words_of(composition)
    return compose(words.recipe, (*words.overrides, "weights=random"), words.config_dir)


def _presumed(unreached: Iterable[Problem]) -> Iterator[Problem]:
    for problem in unreached:
        message = f"{problem.message}; these are the modules by what is known of its config"
        yield replace(problem, severity="warning", message=message)


def _compared(composition: Composition, facts: Facts, setting: Setting | None) -> Inspection:
    """The inspection of a checkpoint whose headers are at hand, once it matches the model."""
    problems = with_true_hints(composition, judged(composition, facts), setting)
    raise_errors(problems)
    plan = replace(resolved(composition, facts), problems=problems)
    if facts.transformers != here().catalogue.version:
        return _inspected(composition, plan, facts, (*problems, _of_another_release(facts)))
    found = matched(plan, facts).problems
    if errors_of(found):
        raise_errors(rehearsed(composition, plan, facts, setting).problems)
    return _inspected(composition, plan, facts, (*problems, *with_origins(composition, found)))


def _of_another_release(facts: Facts) -> Problem:
    return said(
        "",
        f"the modules are those of transformers {here().catalogue.version}, which is installed;"
        f" {facts.transformers} may build others",
    )


def _inspected(
    composition: Composition, plan: LoadPlan, facts: Facts, problems: tuple[Problem, ...]
) -> Inspection:
    with quieted():
        try:
            anatomy = anatomy_of(plan.spec, facts, InUse())
            place, remarks = _placed(plan, facts, anatomy)
        except YaieError:
            raise
        except Exception as error:
            raise UnsupportedError(_unforeseen(plan, error)) from error
        tree = foreseen(anatomy.structure, anatomy.tensors, anatomy.states, place)
    remarks = (*remarks, *_beside(plan.spec, anatomy))
    return Inspection(tree=tree, problems=(*problems, *with_origins(composition, remarks)))


def _beside(spec: LoadSpec, anatomy: Anatomy) -> Iterator[Problem]:
    """What an adapter adds, which stands in no module of the tree."""
    if keeps_adapter(spec):
        own = {tensor.name for tensor in anatomy.structure.tensors()}
        added = sum(prod(each.shape) for each in anatomy.tensors if each.name not in own)
        yield said(
            "adapter.id",
            f"these are the modules of the model alone; the adapter adds {added:,} parameters,"
            " which `load --architecture` shows among them",
        )


def _unforeseen(plan: LoadPlan, error: Exception) -> Problem:
    """What a quantiser raises whose packages or devices are not on this machine, most often."""
    why = f"{type(error).__name__}: {' '.join(str(error).split())[:200]}"
    quantised = not isinstance(plan.spec.quantization, Unquantized)
    hint = "`quantization=none` shows them before they are quantised" if quantised else None
    return Problem(
        path="",
        message=f"the modules cannot be foreseen: {why}",
        hint=hint,
        fault=Fault.UNSUPPORTED,
    )


def _placed(
    plan: LoadPlan, facts: Facts, anatomy: Anatomy
) -> tuple[Placement | None, tuple[Problem, ...]]:
    """Where the modules would lie, None where they cannot; and what is to be said of it.

    What forbids the load is a warning here: its modules can be looked at all the same.
    """
    try:
        memory = laid_out(anatomy, plan.spec, facts, None)
        place = placed(plan.spec, facts, anatomy.structure)
    except UnsupportedError as error:
        return None, tuple(_warned(error.problems))
    if isinstance(plan.spec.device, Sharded):
        place = Placement(device_map={"": RANKS})
    return place, tuple(_warned(judge_memory(plan.spec, memory)))


def _warned(problems: Iterable[Problem]) -> Iterator[Problem]:
    """Hints are for a load, and are not tried here."""
    for problem in problems:
        yield replace(problem, severity="warning", hint=None)
