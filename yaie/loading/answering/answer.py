"""The answer of a loaded model to what it is given."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from yaie.errors import raise_errors
from yaie.loading.answering.files import unreadable
from yaie.loading.answering.given import Given
from yaie.loading.answering.parts import readable
from yaie.loading.answering.refusals import fitting, unfit, unlimited, unread
from yaie.loading.answering.table import ways
from yaie.loading.answering.told import Told
from yaie.loading.brought import Brought
from yaie.planning.upstream import mapped

SEED = 0
"""Where sampling begins, so that the same question has the same answer, and the ranks of a model in
pieces draw alike: they compute one text together, and would wait where one ended it sooner."""


def answer(loaded: Brought, given: Given) -> Told:
    """What the model makes of what is given; raises UnsupportedError where that is not for its
    task, SourceError for a file that cannot be read."""
    import torch

    read = readable(loaded.processor)
    generates = loaded.model.can_generate()
    possible = ways(loaded.task, generates=generates)
    known = tuple(way for way in possible if way.modalities <= read)
    raise_errors(unread(given, read))
    raise_errors((*unfit(loaded.task, known, given), *unreadable(given)))
    way = fitting(known, given)
    assert way is not None
    raise_errors(unlimited(loaded.task, way, given, generates=generates))
    with mapped("answering"), torch.inference_mode(), evaluating(loaded.model), seeded():
        return way.by(loaded, given)


@contextmanager
def evaluating(model: Any) -> Iterator[None]:
    """Without dropout, and afterwards as it was."""
    training = [module for module in model.modules() if module.training]
    model.eval()
    try:
        yield
    finally:
        for module in training:
            module.training = True


@contextmanager
def seeded() -> Iterator[None]:
    """Sampling from `SEED`; the process's own random numbers go on as if nothing was."""
    import torch

    with torch.random.fork_rng(devices=range(torch.cuda.device_count())):
        torch.manual_seed(SEED)
        yield
