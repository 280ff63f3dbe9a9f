"""One load: prepared, carried out, proved."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from yaie.errors import Problem, errors_of, raise_errors
from yaie.facts.facts import Facts
from yaie.facts.keys import KeyFacts
from yaie.loading import measuring, prompting
from yaie.loading.execute import carry_out, function
from yaie.loading.fetching import with_files
from yaie.loading.loaded import Loaded
from yaie.loading.matching import foreseen, reported
from yaie.loading.proof import disproved
from yaie.loading.readback import unread
from yaie.loading.receipt import Receipt
from yaie.loading.reporting import Reporter, Silent
from yaie.loading.stopwatch import Stopwatch
from yaie.loading.upstream import mapped, quieted
from yaie.planning.calls import Call
from yaie.planning.overrides import asked
from yaie.planning.plan import LoadPlan
from yaie.planning.preflight import plan as planned
from yaie.planning.preflight import survey, with_origins
from yaie.rules.keys import judge_keys
from yaie.spec.load_spec import Composition
from yaie.spec.weights import Pretrained


@dataclass(frozen=True, slots=True, kw_only=True)
class Prepared:
    """A load of which everything is known but its weights."""

    composition: Composition
    plan: LoadPlan
    facts: Facts
    keys: KeyFacts | None
    """How weights and model match; None where only the load itself can tell."""
    problems: tuple[Problem, ...]
    """Warnings so far."""


def load(
    composition: Composition, *, reporter: Reporter | None = None, prompt: str | None = None
) -> Loaded:
    """Loads what was asked and proves it.

    Raises YaieError: InputError or UnsupportedError before a weight is read, SourceError where
    files cannot be had, MismatchError where what was got is not what was asked.
    """
    watch = Stopwatch(reporter or Silent())
    return finish(prepare(composition, watch, prompt), watch, prompt)


def prepare(composition: Composition, watch: Stopwatch, prompt: str | None = None) -> Prepared:
    """Checks, brings the files, decides, and matches weights with the model."""
    with watch.stage("check"):
        facts, problems = survey(composition)
        raise_errors(problems)
    facts = with_files(composition, facts, watch)
    with watch.stage("check"):
        plan = planned(composition, facts)
        if prompt is not None:
            raise_errors(prompting.refused(plan))
    with watch.stage("import"), mapped("importing transformers"):
        _import_classes(plan, facts)
    with watch.stage("match"), quieted():
        keys, problems = _matched(composition, plan, facts)
    raise_errors((*plan.problems, *problems))
    problems = (*plan.problems, *problems)
    return Prepared(composition=composition, plan=plan, facts=facts, keys=keys, problems=problems)


def _import_classes(plan: LoadPlan, facts: Facts) -> None:
    """Imports what the load would else import on its way, so that the stages tell of themselves."""
    import transformers

    classes = facts.architecture.classes if facts.architecture else {}
    for call in plan.calls:
        function(call.target)
    if asked := classes.get(facts.task or ""):
        getattr(transformers, asked.name)


def _matched(
    composition: Composition, plan: LoadPlan, facts: Facts
) -> tuple[KeyFacts | None, tuple[Problem, ...]]:
    """Overrides read back and keys judged, on `meta`."""
    spec = composition.spec
    values: list[Any] = []
    for call in plan.calls[: plan.model]:
        with mapped(f"`{call.target}`"):
            values.append(carry_out(_at_hand(call, facts), values))
    problems: list[Problem] = []
    for call, value in zip(plan.calls, values, strict=False):
        if call.name == "config":
            problems += unread(value, asked(spec, facts), "model.config")
    keys = None
    if isinstance(spec.weights, Pretrained) and not errors_of(problems):
        with mapped("matching the checkpoint with the model"):
            keys = foreseen(_at_hand_all(plan, facts), facts, values)
        problems += judge_keys(spec, keys) if keys else ()
    return keys, with_origins(composition, problems)


def finish(prepared: Prepared, watch: Stopwatch, prompt: str | None = None) -> Loaded:
    """Carries the plan out, and proves what was got."""
    plan, spec = prepared.plan, prepared.composition.spec
    values: list[Any] = []
    info: Mapping[str, Any] = {}
    with quieted() as said:
        for index, call in enumerate(plan.calls):
            stage = "processor" if index == plan.processor else "load"
            with watch.stage(stage), mapped(f"`{call.target}`"):
                value, info = _outcome(call, index == plan.model, prepared.facts, values, info)
            values.append(value)
        model = values[plan.model]
        keys = prepared.keys or _reported_keys(model, info, prepared)
        problems = [*prepared.problems, *_late(prepared, keys)]
        problems += (_said(message) for message in dict.fromkeys(said))
        receipt = _receipt(prepared, model, info, watch.seconds, tuple(problems))
        proof = with_origins(prepared.composition, disproved(spec, model, receipt, prepared.keys))
        raise_errors((*problems, *proof))
        processor = None if plan.processor is None else values[plan.processor]
        loaded = Loaded(model=model, processor=processor, receipt=receipt)
        if prompt is None:
            return loaded
        with watch.stage("prompt"), mapped("answering the prompt"):
            answer = prompting.answer(loaded, prompt)
    timed = replace(receipt, seconds=dict(watch.seconds))
    return replace(loaded, receipt=timed, answer=answer)


def _outcome(
    call: Call, is_model: bool, facts: Facts, values: list[Any], info: Mapping[str, Any]
) -> tuple[Any, Mapping[str, Any]]:
    """A call's value, and the report of keys: the model's, once it is there."""
    call = _at_hand(call, facts)
    if not (is_model and call.target.endswith(".from_pretrained")):
        return carry_out(call, values), info
    # The one keyword that is not in the plan: it adds a second value and changes nothing else.
    observed = replace(call, kwargs={**call.kwargs, "output_loading_info": True})
    model, report = carry_out(observed, values)
    return model, report


def _at_hand(call: Call, facts: Facts) -> Call:
    """A call that asks no hub, for every file was brought before: tokenizers would else ask."""
    held = facts.checkpoint is not None and facts.checkpoint.commit is not None
    if not held or not call.target.endswith(".from_pretrained"):
        return call
    return replace(call, kwargs={**call.kwargs, "local_files_only": True})


def _at_hand_all(plan: LoadPlan, facts: Facts) -> LoadPlan:
    return replace(plan, calls=tuple(_at_hand(call, facts) for call in plan.calls))


def _reported_keys(model: Any, info: Mapping[str, Any], prepared: Prepared) -> KeyFacts | None:
    if not info:
        return None
    return reported(model, info, prepared.facts)


def _late(prepared: Prepared, keys: KeyFacts | None) -> Iterator[Problem]:
    """The judgement of keys that could not be matched before the load."""
    if prepared.keys is None and keys is not None:
        found = judge_keys(prepared.composition.spec, keys)
        yield from with_origins(prepared.composition, found)


def _said(message: str) -> Problem:
    return Problem(path="", message=f"transformers says: {message}", severity="warning")


def _receipt(
    prepared: Prepared,
    model: Any,
    info: Mapping[str, Any],
    seconds: Mapping[str, float],
    problems: tuple[Problem, ...],
) -> Receipt:
    checkpoint = prepared.facts.checkpoint
    spec = prepared.composition.spec
    mismatched = info.get("mismatched_keys", ())
    return Receipt(
        model_class=type(model).__name__,
        source={"id": spec.model.id, "revision": checkpoint.commit if checkpoint else None},
        parameters=int(model.num_parameters()),
        trainable_parameters=measuring.trainable(model),
        memory_bytes=int(model.get_memory_footprint()),
        dtypes=measuring.dtypes(model),
        attention=measuring.attention(model),
        device_map=measuring.devices(model),
        quantization=measuring.quantization(model),
        training=bool(model.training),
        missing_keys=tuple(sorted(info.get("missing_keys", ()))),
        unexpected_keys=tuple(sorted(info.get("unexpected_keys", ()))),
        mismatched_keys=tuple(sorted(name for name, *_ in mismatched)),
        seconds=dict(seconds),
        problems=problems,
    )


def load_processor(composition: Composition) -> Any:
    """The tokenizer or processor alone, without the model; None where the load has none."""
    facts, problems = survey(composition)
    raise_errors(problems)
    facts = with_files(composition, facts, Stopwatch(Silent()))
    plan = planned(composition, facts)
    values: list[Any] = [None] * len(plan.calls)
    if plan.processor is None:
        return None
    with quieted():
        for index in range(plan.processor, len(plan.calls)):
            call = plan.calls[index]
            with mapped(f"`{call.target}`"):
                values[index] = carry_out(_at_hand(call, facts), values)
    return values[plan.processor]
