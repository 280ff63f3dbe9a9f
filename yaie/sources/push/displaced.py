"""Displaced: what a push would take from a branch and bring no newer state of."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal

from yaie.errors import Fault, Problem
from yaie.sources.adapters import WEIGHTS
from yaie.sources.files import ADAPTER_CONFIG, CONFIG
from yaie.sources.push.change import is_of_a_model
from yaie.sources.push.standing import Standing
from yaie.sources.push.target import FLAG
from yaie.spec.wording import quoted

Kind = Literal["model", "adapter"]
"""What is pushed: of a model with an adapter transformers writes the adapter alone."""
_OF_AN_ADAPTER = frozenset({ADAPTER_CONFIG, *(name for _, name in WEIGHTS)})


def displaced(kind: Kind, seen: Standing) -> Iterator[Problem]:
    """A model in whose place an adapter would come, or the other way round.

    Adapters beside a model go with it: from_pretrained would lay them over the new one.
    """
    there = seen.start.files if seen.start else {}
    models = sorted(name for name in there if name == CONFIG or is_of_a_model(name))
    adapters = sorted(_OF_AN_ADAPTER.intersection(there))
    if kind == "adapter" and models:
        otherwise = "; `adapter.merge=true` pushes the whole model"
        yield _refused(seen, f"a model ({quoted(models, 3)})", "an adapter alone", otherwise)
    elif kind == "model" and adapters and not models:
        yield _refused(seen, f"an adapter ({quoted(adapters, 3)})", "a whole model")


def _refused(seen: Standing, held: str, pushed: str, otherwise: str = "") -> Problem:
    return Problem(
        path=FLAG,
        message=f"`{seen.repo}` holds {held}, whose place {pushed} would take",
        hint=f"push to another repository{otherwise}",
        fault=Fault.UNSUPPORTED,
    )
