"""A forward pass on `meta`, of inputs without numbers. Imports torch."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from inspect import signature
from typing import Any

from yaie.facts.memory import Use
from yaie.planning.memory.inputs import UnknownInputError, inputs
from yaie.planning.memory.kv_cache import NoCacheError
from yaie.planning.memory.layers import two_of_each
from yaie.planning.memory.meta_modes import unpadded


class NoForwardError(Exception):
    """A model's forward pass cannot go on `meta`; says why."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Forward:
    """A pass that can be run at several lengths, or at one."""

    run: Callable[[int], Any]
    """Makes the pass with texts of so many tokens."""
    told: str | None
    """What it is a pass of, `images of 224 × 224`; None of texts, whose length varies."""

    def basis(self, use: Use) -> str:
        """What the pass is, in words."""
        what = self.told or f"{use.context:,} tokens"
        return f"a forward pass on `meta` of {what}, batch {use.batch}"


def forward(model: Any, *, batch: int) -> Forward:
    """The pass that a model makes of what it mainly reads.

    A generator's is that of a prompt, of which the last token alone has logits. Raises
    NoForwardError for a model of whose inputs no size is known.
    """
    keywords = _keywords(model)
    try:
        told = inputs(model, batch, 1).told
    except UnknownInputError as error:
        raise NoForwardError(str(error)) from error
    return Forward(
        run=lambda length: _pass(model, {**inputs(model, batch, length).values, **keywords}),
        told=told,
    )


def _keywords(model: Any) -> dict[str, Any]:
    known = signature(model.forward).parameters
    wanted = {"use_cache": False, "logits_to_keep": 1}
    return {name: value for name, value in wanted.items() if name in known}


def _pass(model: Any, inputs: Mapping[str, Any]) -> Any:
    with foreseeable(model), unpadded(), two_of_each(model):
        return model(**inputs)


@contextmanager
def foreseeable(model: Any) -> Any:
    """Turns what a pass raises for want of numbers into a NoForwardError."""
    try:
        yield
    except NoCacheError:
        raise
    except Exception as error:
        said = " ".join(str(error).split())[:200]
        raise NoForwardError(
            f"the forward pass of `{type(model).__name__}` needs numbers: {said}"
        ) from error
