"""The calls that yaie plans for a cell, carried out. Imports torch."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from tools.oracle.cell import Cell
from tools.oracle.deviations import deviations
from tools.oracle.effects import without_effect
from tools.oracle.keys import odd_keys, of_the_plain_load
from tools.oracle.naive import heard, host_of
from tools.oracle.outcome import Happened, refusal
from yaie.planning.execute import carry_out
from yaie.planning.plan import LoadPlan


def carried(cell: Cell, plan: LoadPlan, auto: Any) -> Happened:
    """The outcome of a plan's calls up to the model."""
    values: list[Any] = []
    with heard(), host_of(cell):
        for index, call in enumerate(plan.calls[: plan.model + 1]):
            loads = call.target.endswith(".from_pretrained") and index == plan.model
            asked = {**call.kwargs, "output_loading_info": True} if loads else call.kwargs
            try:
                values.append(carry_out(replace(call, kwargs=asked), values))
            except Exception as error:
                # Whatever transformers raises is its answer.
                return refusal(call.name or call.target, error)
        return _outcome(cell, plan, auto, values)


def _outcome(cell: Cell, plan: LoadPlan, auto: Any, values: list[Any]) -> Happened:
    model, keys = values[-1], []
    if isinstance(model, tuple):
        model, report = model
        plain = of_the_plain_load(str(cell.checkpoint), auto)
        keys = [told for told, name in odd_keys(report) if name not in plain]
    named = [v for c, v in zip(plan.calls, values, strict=False) if c.name == "config"]
    config = named[0] if named else model.config
    found = [*deviations(cell, config, model, ()), *keys, *without_effect(cell, auto, model)]
    return Happened(deviations=tuple(dict.fromkeys(found)))
