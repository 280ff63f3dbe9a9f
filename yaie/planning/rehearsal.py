"""A load rehearsed on `meta`: its config built, its overrides read back, its keys matched, its
memory counted.

Imports transformers. No weight is read.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from yaie.errors import Problem, YaieError, errors_of
from yaie.facts.facts import Facts
from yaie.facts.gather import gather_around
from yaie.facts.keys import KeyFacts
from yaie.facts.memory import MemoryFacts, Use
from yaie.facts.packages import installed
from yaie.facts.setting import Setting
from yaie.facts.tokens import tokens_of
from yaie.planning.adapters import adapter_judged
from yaie.planning.calls import Call
from yaie.planning.derived import stale
from yaie.planning.execute import carry_out
from yaie.planning.hints import Judge, helpful, words_of
from yaie.planning.local_calls import at_hand
from yaie.planning.matching import WEIGHTLESS, foreseen
from yaie.planning.memory.anatomies import Anatomies
from yaie.planning.memory.forecast import memory_of
from yaie.planning.overrides import asked
from yaie.planning.parameters import parameters_judged
from yaie.planning.plan import LoadPlan
from yaie.planning.preflight import with_origins
from yaie.planning.readback import unread
from yaie.planning.resolve import resolve
from yaie.planning.upstream import mapped, quieted
from yaie.rules.judge import judge
from yaie.rules.keys import judge_keys
from yaie.rules.memory import judge_memory
from yaie.rules.problems import said
from yaie.rules.quantizing import quantizing
from yaie.rules.tokens import tokens_have_embeddings
from yaie.spec.load_spec import Composition, LoadSpec
from yaie.spec.weights import Pretrained
from yaie.spec.wording import all_quoted


@dataclass(frozen=True, slots=True, kw_only=True)
class Rehearsal:
    """What is known of a load once everything but the numbers has been there."""

    keys: KeyFacts | None
    """How weights and model match; None where only the load itself can tell."""
    problems: tuple[Problem, ...]
    """Without their origins."""
    memory: MemoryFacts | None = None
    """None where an error forbids the load, or where it cannot be foreseen."""


@dataclass(slots=True)
class Shared:
    """What the rehearsals of many loads have in common, done once."""

    matches: dict[str, Rehearsal] = field(default_factory=dict)
    anatomies: Anatomies = field(default_factory=Anatomies)

    def matched(self, plan: LoadPlan, facts: Facts) -> Rehearsal:
        """Weights matched with the model of a plan; neither place nor kernel changes the match."""
        key = _calls_of_match(plan)
        if key not in self.matches:
            self.matches[key] = _matched(plan, facts)
        return self.matches[key]


def _calls_of_match(plan: LoadPlan) -> str:
    """What decides a match: the checkpoint, and the calls less keywords of no weight."""
    model = plan.calls[plan.model]
    kwargs = {name: value for name, value in model.kwargs.items() if name not in WEIGHTLESS}
    calls = [*plan.calls[: plan.model], replace(model, kwargs=kwargs)]
    said = [call.as_json() for call in calls]
    return f"{said}{plan.spec.model!r}{isinstance(plan.spec.weights, Pretrained)}"


def rehearse(
    plan: LoadPlan, facts: Facts, use: Use | None = None, shared: Shared | None = None
) -> Rehearsal:
    """Overrides read back from the config, keys and memory judged on `meta`."""
    common = shared or Shared()
    found = matched(plan, facts, common)
    if errors_of(found.problems):
        return found
    named = tuple(_named(plan.spec, facts))
    if errors_of(named):
        return replace(found, problems=(*found.problems, *named))
    memory, problems = memory_judged(plan.spec, facts, use, common.anatomies.memory_of)
    return replace(found, memory=memory, problems=(*found.problems, *named, *problems))


def _named(spec: LoadSpec, facts: Facts) -> Iterator[Problem]:
    """What is wrong with an adapter, else with the parameters that are named."""
    try:
        found = tuple(adapter_judged(spec, facts))
    except YaieError as error:
        found = error.problems
    yield from found or parameters_judged(spec, facts)


Counting = Callable[[LoadSpec, Facts, Use | None], MemoryFacts]


def memory_judged(
    spec: LoadSpec, facts: Facts, use: Use | None, count: Counting = memory_of
) -> tuple[MemoryFacts | None, tuple[Problem, ...]]:
    """The memory of a load and what is to be said of it; a load whose memory cannot be foreseen may
    still go well."""
    try:
        with quieted():
            memory = count(spec, facts, use)
    except YaieError as error:
        return None, error.problems
    except Exception as error:
        return None, (said("", f"the memory cannot be foreseen{_why(error, spec, facts)}"),)
    return memory, tuple(judge_memory(spec, memory))


def _why(error: Exception, spec: LoadSpec, facts: Facts) -> str:
    """What a method of quantisation lacks here, though the machine of the load may have it; else
    what was raised."""
    use = quantizing(spec, facts)
    needed = use.needs.packages if use and isinstance(error, ImportError) else ()
    absent = [package for package in needed if package.name not in installed()]
    if not absent:
        return f": {type(error).__name__}: {' '.join(str(error).split())[:200]}"
    names = all_quoted(package.name for package in absent)
    noun, are = ("package", "is") if len(absent) == 1 else ("packages", "are")
    install = " ".join(package.install or package.name for package in absent)
    return f" without the {noun} {names}, which {are} not installed here: `pip install {install}`"


def matched(plan: LoadPlan, facts: Facts, shared: Shared | None = None) -> Rehearsal:
    """Overrides read back from the config, and the checkpoint's keys judged; no memory."""
    found = (shared or Shared()).matched(plan, facts)
    judged = _judged(plan, found.keys, facts) if found.keys else ()
    return replace(found, problems=(*found.problems, *judged))


def _matched(plan: LoadPlan, facts: Facts) -> Rehearsal:
    """The match alone, with what is wrong with the config; it is not judged yet."""
    values: list[Any] = []
    problems: list[Problem] = []
    with quieted():
        for call in plan.calls[: plan.model]:
            with mapped(f"`{call.target}`"):
                values.append(carry_out(at_hand(call, facts), values))
            if call.name == "config":
                problems += _misread(values[-1], call, asked(plan.spec, facts), facts)
        if errors_of(problems) or not isinstance(plan.spec.weights, Pretrained):
            return Rehearsal(keys=None, problems=tuple(problems))
        with mapped("reading the checkpoint's `quantization_config`"):
            _read_quantization(facts)
        with mapped("matching the checkpoint with the model"):
            keys = foreseen(at_hand(plan.calls[plan.model], facts), facts, values)
    return Rehearsal(keys=keys, problems=tuple(problems))


def _read_quantization(facts: Facts) -> None:
    """Builds what transformers makes of a `quantization_config`, which raises what the load would.

    Another machine's packages are not at hand.
    """
    from transformers.quantizers.auto import AutoHfQuantizer, AutoQuantizationConfig

    stored = facts.checkpoint.quantization if facts.checkpoint else None
    if stored is None or not facts.host.packages_known:
        return
    if AutoHfQuantizer.supports_quant_method(dict(stored)):
        AutoQuantizationConfig.from_dict(dict(stored))


def _judged(plan: LoadPlan, keys: KeyFacts, facts: Facts) -> Iterator[Problem]:
    yield from judge_keys(plan.spec, keys)
    if plan.processor is None or facts.checkpoint is None:
        return
    if tokens := tokens_of(facts.checkpoint, plan.spec.model.subfolder):
        yield from tokens_have_embeddings(plan.spec, keys, tokens)


def rehearsed(
    composition: Composition,
    plan: LoadPlan,
    facts: Facts,
    setting: Setting | None = None,
    use: Use | None = None,
    shared: Shared | None = None,
) -> Rehearsal:
    """The rehearsal of a composition's plan: its problems with origins, and with hints that help.

    A hint is tried by another rehearsal, and only where there is one that can be typed.
    """
    found = rehearse(plan, facts, use, shared)
    before = [replace(problem, hint=None) for problem in plan.problems]
    problems = (*before, *with_origins(composition, found.problems))
    tried = helpful(
        words_of(composition), problems, _judge_with(composition.spec, facts, use), setting
    )
    return replace(found, problems=tried[len(before) :])


def _judge_with(spec: LoadSpec, facts: Facts, use: Use | None) -> Judge:
    """Judges another composition for the same checkpoint, and the same adapter if it has that."""

    def judged_again(composition: Composition, setting: Setting) -> tuple[Problem, ...]:
        known = gather_around(composition.spec, facts.checkpoint, setting)
        if composition.spec.adapter == spec.adapter:
            known = replace(known, adapter=facts.adapter)
        ruled = with_origins(composition, judge(composition.spec, known))
        if errors_of(ruled):
            return ruled
        try:
            found = rehearse(resolve(composition.spec, known), known, use).problems
        except YaieError as error:
            found = error.problems
        return (*ruled, *with_origins(composition, found))

    return judged_again


def _misread(
    config: Any, call: Call, overrides: Mapping[str, Any], facts: Facts
) -> Iterator[Problem]:
    """Overrides that the config does not hold, and fields that they should have changed too."""
    yield from unread(config, overrides, "model.config")
    own = facts.checkpoint.config if facts.checkpoint else None
    if own is not None and facts.architecture and call.target.endswith(".from_pretrained"):
        with mapped("the config with its overrides"):
            yield from stale(config, own, overrides, facts)
