"""Importing what a plan calls, before the load is timed. Imports transformers."""

from __future__ import annotations

import gc
import logging
import sys
from collections.abc import Iterator
from contextlib import contextmanager

from yaie.facts.facts import Facts
from yaie.planning.execute import function
from yaie.planning.plan import LoadPlan


def import_classes(plan: LoadPlan, facts: Facts) -> None:
    """Imports every target of the plan, and the model class that its Auto class will choose."""
    if "transformers" in sys.modules:
        _import(plan, facts)
        return
    with _uncollected(), _silent("torchao", "torch.utils._pytree"):
        _import(plan, facts)


def _import(plan: LoadPlan, facts: Facts) -> None:
    import transformers

    for call in plan.calls:
        function(call.target)
    classes = facts.architecture.classes if facts.architecture else {}
    if asked := classes.get(facts.task or ""):
        getattr(transformers, asked.name)


@contextmanager
def _uncollected() -> Iterator[None]:
    """Spares the garbage collector the hundred thousands of objects that the libraries make.

    They stay for as long as the process does, so searching them for cycles finds nothing and takes
    a quarter of the import's processor time. What was garbage before is collected before.
    """
    enabled = gc.isenabled()
    gc.collect()
    gc.disable()
    try:
        yield
    finally:
        gc.freeze()
        if enabled:
            gc.enable()


@contextmanager
def _silent(*names: str) -> Iterator[None]:
    """Keeps loggers quiet that warn of what a user can do nothing about.

    transformers imports torchao wherever it is installed, for all models; its build for CUDA warns
    on a CPU of each library that it finds no use for (0.18), and torch 2.13 of torchao.
    """
    loggers = [logging.getLogger(name) for name in names]
    levels = [logger.level for logger in loggers]
    for logger in loggers:
        logger.setLevel(logging.ERROR)
    try:
        yield
    finally:
        for logger, level in zip(loggers, levels, strict=True):
            logger.setLevel(level)
