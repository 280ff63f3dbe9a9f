"""What a cell's process tells of its load, and of what was measured so far."""

from __future__ import annotations

from typing import Any

from yaie.loading.receipt import Receipt
from yaie.sweeps.handover import problems_as_json
from yaie.sweeps.measures.measuring import Measuring
from yaie.sweeps.measures.table import BY_STAGE
from yaie.sweeps.measures.touch import TOUCH


def account(receipt: Receipt, measuring: Measuring) -> dict[str, Any]:
    """The load's own seconds and memory, and the measures by their names in a row."""
    measured = {name: value for stage in BY_STAGE for name, value in _of(receipt, stage).items()}
    crowd = measuring.workers or 1
    workers = {"workers": crowd} if measuring.parts and crowd > 1 else {}
    return {
        "problems": problems_as_json(receipt.problems),
        "seconds": {s: t for s, t in receipt.seconds.items() if s == TOUCH or s not in BY_STAGE},
        "memory": {device: dict(sizes) for device, sizes in receipt.memory.items()},
        "measures": {"parameters": receipt.parameters, **measured, **workers},
    }


def _of(receipt: Receipt, stage: str) -> dict[str, Any]:
    found = receipt.deeds.get(stage)
    return found if isinstance(found, dict) else {}
