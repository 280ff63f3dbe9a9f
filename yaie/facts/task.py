"""Which task a load is for, where it says `task=auto`."""

from __future__ import annotations

from collections.abc import Iterable

from yaie.facts.architecture import ArchitectureFacts
from yaie.facts.catalogue import Catalogue
from yaie.facts.checkpoint import CheckpointFacts
from yaie.facts.task_order import task_rank
from yaie.spec.load_spec import LoadSpec


def decide_task(
    spec: LoadSpec,
    checkpoint: CheckpointFacts | None,
    architecture: ArchitectureFacts | None,
    known: Catalogue,
) -> str | None:
    """The task that was asked for, else that of the class a checkpoint was saved from, else the
    one it was made for, else the architecture's first; None where nothing tells."""
    if spec.task.name != "auto":
        return spec.task.name
    saved = checkpoint.architectures if checkpoint else ()
    return (
        _task_of(saved, known)
        or spec.model.natural_task
        or _task_of(_known_classes(spec), known)
        or (_first(architecture) if architecture else None)
    )


def _task_of(classes: Iterable[object], known: Catalogue) -> str | None:
    for name in classes:
        found = known.task_of(name) if isinstance(name, str) else None
        return found[1] if found else None
    return None


def _known_classes(spec: LoadSpec) -> Iterable[object]:
    match spec.model.known and spec.model.known.config.get("architectures"):
        case [*classes]:
            return classes
    return ()


def _first(architecture: ArchitectureFacts) -> str | None:
    return min(architecture.classes, key=task_rank, default=None)
