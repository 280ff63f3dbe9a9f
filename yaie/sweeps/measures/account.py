"""What a cell's process tells of its load, and of what was measured so far."""

from __future__ import annotations

from typing import Any

from yaie.loading.receipt import Receipt
from yaie.sweeps.files import Files
from yaie.sweeps.handover import problems_as_json
from yaie.sweeps.measures.crowd import WORKERS
from yaie.sweeps.measures.table import BY_STAGE
from yaie.sweeps.measures.touch import TOUCH


def account(receipt: Receipt, reference: int | None, files: Files) -> dict[str, Any]:
    """The load's own seconds and memory, and the measures by their names in a row."""
    told = [_of(receipt, stage) for stage in BY_STAGE]
    measured = {name: value for each in told for name, value in each.items() if name != WORKERS}
    crowd = max(each.get(WORKERS, 1) for each in told)
    workers = {WORKERS: crowd} if crowd > 1 else {}
    return {
        "problems": problems_as_json(receipt.problems),
        "seconds": {s: t for s, t in receipt.seconds.items() if s == TOUCH or s not in BY_STAGE},
        "memory": {device: dict(sizes) for device, sizes in receipt.memory.items()},
        "measures": {"parameters": receipt.parameters, **measured, **workers},
        "reference": reference if _is_there(reference, files) else None,
    }


def _is_there(reference: int | None, files: Files) -> bool:
    return reference is not None and files.reference(reference).is_file()


def _of(receipt: Receipt, stage: str) -> dict[str, Any]:
    found = receipt.deeds.get(stage)
    return found if isinstance(found, dict) else {}
