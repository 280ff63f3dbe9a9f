"""Cells planned: each judged as a load would be, and told from those that come to the same calls.

Asks the hub for what is not at hand, the weights excepted. Imports transformers.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from hashlib import sha256

from yaie.errors import Fault, InputError, Problem
from yaie.planning.files import Need, need, needs_adapter
from yaie.planning.inquiry import Inquiry
from yaie.planning.plan import LoadPlan
from yaie.planning.trials import Trials, trials
from yaie.spec.axes import Words
from yaie.spec.load_spec import Composition
from yaie.sweeps.cell import Cell
from yaie.sweeps.contents import contents
from yaie.sweeps.packages import packages
from yaie.sweeps.product import Asked, Product, product

Told = Callable[[int, int], None]
"""Told how many cells of how many are planned."""


def planned(asked: Asked, tell: Told = lambda done, total: None) -> tuple[Cell, ...]:
    """Every cell of the product, with its problems; raises InputError for what is wrong with all.

    Of cells that come to the same calls the first is run.
    """
    found = product(asked)
    cells: list[Cell] = []
    firsts: dict[str, int] = {}
    with trials(asked.setting, asked.use) as there:
        for number, (words, composed) in enumerate(found.cells.items()):
            cell = _cell(number, words, composed, there, firsts)
            cells.append(_placed(cell, found))
            tell(number + 1, len(found.cells))
    return tuple(cells)


def _cell(
    number: int,
    words: Words,
    composed: Composition | InputError,
    there: Trials,
    firsts: dict[str, int],
) -> Cell:
    if isinstance(composed, InputError):
        return Cell(number=number, words=words, composition=None, problems=composed.problems)
    inquiry = _inquired(composed, there)
    if isinstance(inquiry, Problem):
        return Cell(number=number, words=words, composition=composed, problems=(inquiry,))
    spec, facts = composed.spec, inquiry.facts
    calls = None if inquiry.plan is None else digest(inquiry.plan)
    first = number if calls is None else firsts.setdefault(calls, number)
    return Cell(
        number=number,
        words=words,
        composition=composed,
        problems=inquiry.problems,
        calls=calls,
        same_as=None if first == number else first,
        contents=contents(spec, facts),
        lacks_files=need(spec, facts) is not Need.NOTHING or needs_adapter(spec, facts),
        packages=packages(inquiry.plan, facts) if inquiry.plan else frozenset(),
        memory=inquiry.memory,
    )


def _placed(cell: Cell, found: Product) -> Cell:
    """Hints are tried with the overrides as they are; what is told has their places."""
    composition = None if cell.composition is None else found.placed(cell.composition)
    return replace(cell, composition=composition, problems=found.told(cell.problems))


def _inquired(composition: Composition, there: Trials) -> Inquiry | Problem:
    """A cell whose planning breaks is a row like the others, and the others are planned."""
    try:
        return there.inquire(composition)
    except Exception as error:
        why = f"planning it broke, a bug of yaie or of transformers: {type(error).__name__}: "
        told = " ".join(str(error).split())[:300]
        return Problem(path="", message=why + told, fault=Fault.BUG)


def digest(plan: LoadPlan) -> str:
    """What a load does, in 16 digits: its calls, and how its weights are judged and used."""
    calls = [call.as_json() for call in plan.calls]
    said = json.dumps([calls, plan.spec.weights.model_dump(mode="json")], default=str)
    return sha256(said.encode()).hexdigest()[:16]
