"""Importing what a plan calls, before the load is timed. Imports transformers."""

from __future__ import annotations

import gc
import sys
from collections.abc import Iterator
from contextlib import contextmanager

from yaie.facts.facts import Facts
from yaie.planning.execute import function
from yaie.planning.plan import LoadPlan
from yaie.planning.upstream import idle_warnings_silenced


def import_classes(plan: LoadPlan, facts: Facts) -> None:
    """Imports every target of the plan, and the model class that its Auto class will choose."""
    if "transformers" in sys.modules:
        _import(plan, facts)
        return
    with _uncollected(), idle_warnings_silenced():
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

    They stay for as long as the process does, so searching them for cycles again and again takes a
    quarter of the import's processor time. Once at the end it is needed: errors that were caught on
    the way hold the frames of whoever imports, and with them the first model for good.
    """
    enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        gc.collect()
        gc.freeze()
        if enabled:
            gc.enable()
