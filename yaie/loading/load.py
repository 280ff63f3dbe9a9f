"""One load: prepared, carried out, proved."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from typing import Any

from yaie.errors import Fault, Problem, raise_errors
from yaie.facts.keys import KeyFacts
from yaie.loading.account import receipt_of
from yaie.loading.acts.act import Act, Acts, Watched
from yaie.loading.adapter_proof import adapted_otherwise
from yaie.loading.loaded import Loaded
from yaie.loading.preparing import Prepared, planned_with_files, prepare
from yaie.loading.proof import disproved
from yaie.loading.ranks import refuse_alone
from yaie.loading.reading import measured
from yaie.loading.receipt import Receipt
from yaie.loading.reporting import Reporter, Silent
from yaie.loading.stopwatch import Stopwatch
from yaie.planning.execute import carry_out
from yaie.planning.local_calls import at_hand
from yaie.planning.matching import Report, reported
from yaie.planning.preflight import with_origins
from yaie.planning.upstream import mapped, quieted
from yaie.rules.keys import judge_keys
from yaie.spec.load_spec import Composition


def load(
    composition: Composition,
    *,
    reporter: Reporter | None = None,
    acts: Acts = (),
) -> Loaded:
    """Loads what was asked and proves it, then does with it what else was asked.

    Raises YaieError: InputError or UnsupportedError before a weight is read, SourceError where
    files cannot be had, MismatchError where what was got is not what was asked.
    """
    refuse_alone(composition.spec)
    watch = Stopwatch(reporter or Silent())
    loaded = finish(prepare(composition, watch, acts), watch)
    for act in acts:
        loaded = _acted(loaded, act, watch)
    return loaded


def load_processor(composition: Composition) -> Any:
    """The tokenizer or processor alone, without the model; None where the load has none."""
    plan, facts = planned_with_files(composition, Stopwatch(Silent()))
    if plan.processor is None:
        return None
    values: list[Any] = [None] * plan.processor
    with quieted():
        for call in plan.calls[plan.processor :]:
            with mapped(f"`{call.target}`"):
                values.append(carry_out(at_hand(call, facts), values))
    return values[plan.processor]


@dataclass(slots=True)
class _Happened:
    """What the calls of a plan brought so far."""

    values: list[Any] = field(default_factory=list)
    keys: Report = field(default_factory=dict)
    said: list[str] = field(default_factory=list)
    """Warnings of transformers."""


def finish(prepared: Prepared, watch: Stopwatch) -> Loaded:
    """Carries the plan out, and proves what was got."""
    plan = prepared.plan
    happened = _carried_out(prepared, watch)
    model = happened.values[plan.model]
    problems = (*prepared.problems, *_late(prepared, model, happened.keys), *_warned(happened.said))
    receipt = receipt_of(model, prepared, happened.keys, watch.seconds, problems)
    raise_errors((*problems, *_proof(prepared, happened, receipt)))
    processor = None if plan.processor is None else happened.values[plan.processor]
    task = prepared.facts.task or "auto"
    return Loaded(model=model, processor=processor, task=task, receipt=receipt)


def _carried_out(prepared: Prepared, watch: Stopwatch) -> _Happened:
    happened = _Happened()
    plan = prepared.plan
    with quieted() as said:
        for index, call in enumerate(plan.calls):
            after = plan.processor is not None and index >= plan.processor
            with watch.stage("processor" if after else "load"), mapped(f"`{call.target}`"):
                value = _value(prepared, index, happened)
            happened.values.append(value)
    happened.said = said
    return happened


def _value(prepared: Prepared, index: int, happened: _Happened) -> Any:
    """A call's value; the model's load is asked for its report of keys besides."""
    call = prepared.call(index)
    if index != prepared.plan.model or not call.target.endswith(".from_pretrained"):
        return carry_out(call, happened.values)
    # Not in the plan, like `local_files_only`: it adds a second value and changes nothing else.
    observed = replace(call, kwargs={**call.kwargs, "output_loading_info": True})
    with measured(prepared.composition.spec, prepared.facts):
        model, happened.keys = carry_out(observed, happened.values)
    return model


def _late(prepared: Prepared, model: Any, keys: Report) -> Iterator[Problem]:
    """The judgement of keys that could not be matched before the load."""
    if prepared.keys is not None or not keys:
        return
    facts: KeyFacts = reported(model, keys, prepared.facts)
    found = judge_keys(prepared.composition.spec, facts)
    for problem in with_origins(prepared.composition, found):
        yield replace(problem, fault=Fault.MISMATCH)


def _warned(messages: Iterable[str]) -> Iterator[Problem]:
    for message in dict.fromkeys(messages):
        yield Problem(path="", message=f"transformers says: {message}", severity="warning")


def _proof(prepared: Prepared, happened: _Happened, receipt: Receipt) -> tuple[Problem, ...]:
    plan = prepared.plan
    configs = [
        value
        for call, value in zip(plan.calls, happened.values, strict=True)
        if call.name == "config"
    ]
    model, spec = happened.values[plan.model], prepared.composition.spec
    found = (
        *disproved(prepared, model, receipt, configs),
        *adapted_otherwise(spec, prepared.facts, model),
    )
    return with_origins(prepared.composition, found)


def _acted(loaded: Loaded, act: Act, watch: Stopwatch) -> Loaded:
    watched = act.watched(watch.bytes) if isinstance(act, Watched) else act
    with watch.stage(act.stage):
        deed = watched.done(loaded)
    receipt = replace(
        loaded.receipt,
        deeds={**loaded.receipt.deeds, deed.name: deed.told, **deed.beside},
        seconds=dict(watch.seconds),
        problems=(*loaded.receipt.problems, *_warned(deed.warnings), *deed.problems),
    )
    return replace(loaded, receipt=receipt)
