"""A cell as JSON, so that another process loads what was planned and composes nothing."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from yaie.errors import Fault, Problem
from yaie.spec.load_spec import Composition, LoadSpec
from yaie.sweeps.cell import Cell
from yaie.sweeps.measures.measuring import Measuring


def handed(cell: Cell, measuring: Measuring) -> dict[str, Any]:
    """What a cell's process is handed: `spec.json` in the cell's folder."""
    assert cell.composition is not None
    return {
        "cell": dict(cell.values),
        "calls": cell.calls,
        "contents": cell.contents,
        "memory": cell.predicted(),
        "measuring": measuring.as_json(),
        "reference": cell.reference,
        "composition": as_json(cell.composition),
    }


def as_json(composition: Composition) -> dict[str, Any]:
    """Everything of a composition."""
    return {
        "spec": composition.spec.model_dump(mode="json"),
        "recipe": composition.recipe,
        "choices": dict(composition.choices),
        "origins": dict(composition.origins),
        "notes": problems_as_json(composition.notes),
        "overrides": list(composition.overrides),
        "config_dir": None if composition.config_dir is None else str(composition.config_dir),
    }


def from_json(document: dict[str, Any]) -> Composition:
    """The composition that a document spells."""
    folder = document["config_dir"]
    return Composition(
        spec=LoadSpec.model_validate(document["spec"]),
        recipe=document["recipe"],
        choices=document["choices"],
        origins=document["origins"],
        notes=problems_from_json(document["notes"]),
        overrides=tuple(document["overrides"]),
        config_dir=None if folder is None else Path(folder),
    )


def problems_as_json(problems: tuple[Problem, ...]) -> list[dict[str, Any]]:
    """Problems with their faults, which the contract's form leaves to the exit code."""
    return [problem.as_json() | {"fault": int(problem.fault)} for problem in problems]


def problems_from_json(documents: list[dict[str, Any]]) -> tuple[Problem, ...]:
    """The problems that documents spell."""
    return tuple(Problem(**{**each, "fault": Fault(each["fault"])}) for each in documents)
