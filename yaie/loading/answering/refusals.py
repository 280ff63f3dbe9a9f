"""Why what was given is not what a model takes, told before its weights are fetched."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence, Set
from dataclasses import dataclass
from typing import Any

from yaie.errors import Fault, Problem
from yaie.facts.facts import Facts
from yaie.facts.memory import MemoryFacts
from yaie.loading.answering.given import MODALITIES, Given
from yaie.loading.answering.table import UNASKED, ways
from yaie.loading.answering.way import Way
from yaie.planning.execute import carry_out
from yaie.planning.local_calls import at_hand
from yaie.planning.plan import LoadPlan
from yaie.planning.upstream import mapped, quieted
from yaie.rules.memory import cpu_computes_with_four_bits
from yaie.rules.packages import lacking
from yaie.rules.reading import asked_class, own_config, setting, subject
from yaie.spec.load_spec import LoadSpec
from yaie.spec.weights import Meta
from yaie.spec.wording import enumerated

_TAKES = {"text": "a tokenizer", "image": "an image processor", "audio": "a feature extractor"}
"""Modality → what stands between it and a model."""
_NO_PART = "this load brings none"


def weightless(spec: LoadSpec, given: Given) -> Iterator[Problem]:
    """A load without numbers to compute with."""
    if isinstance(spec.weights, Meta):
        message = "`weights=meta` has a structure but no numbers to compute with"
        yield _refused(_first(given), message)


def uncomputable(spec: LoadSpec, memory: MemoryFacts, given: Given) -> Iterator[Problem]:
    """Weights that the CPU's kernel does not take: of a load a warning, and here no answer."""
    for problem in cpu_computes_with_four_bits(spec, memory):
        yield _refused(_first(given), problem.message, problem.hint)


def limited(given: Given) -> Iterator[Problem]:
    """A limit that is none, or limits nothing."""
    if given.max_new_tokens is not None and given.max_new_tokens < 1:
        message = f"at least one new token is generated, and {given.max_new_tokens} were asked"
        yield Problem(path="--max-new-tokens", message=message)


def empty(given: Given) -> Iterator[Problem]:
    """Nothing to answer."""
    if not given.counts:
        message = "a limit of new tokens is one of an answer, and nothing was given to be answered"
        yield Problem(path="--max-new-tokens", message=message, hint="add `--prompt TEXT`")
    for flag, text in (("--prompt", given.prompt), *(("--text", text) for text in given.texts)):
        if text is not None and not text.strip():
            yield Problem(path=flag, message="the text is empty")
        elif text is not None and not _is_unicode(text):
            yield Problem(path=flag, message="the text has bytes that are not UTF-8")


def unanswerable(plan: LoadPlan, facts: Facts, given: Given) -> Iterator[Problem]:
    """What the model of a plan cannot make an answer of."""
    task = facts.task or ""
    if task in UNASKED:
        yield _refused(_first(given), f"`{task}` takes {UNASKED[task]}, and no flag says one")
        return
    held = asked_class(facts)
    possible = ways(task, generates=held.can_generate if held else True)
    read = _modalities(plan, facts)
    readable = tuple(way for way in possible if way.modalities <= read)
    if way := fitting(readable, given):
        yield from unlimited(task, way, given, generates=held.can_generate if held else True)
        if way.package:
            yield from lacking(_first(given), f"`{task}`", way.package, facts)
        yield from _objected(plan, facts, way, given)
    elif fitting(possible, given) or not readable:
        lacking_here = f"`{subject(plan.spec)}` has none"
        yield from unread(given, read, _NO_PART if plan.processor is None else lacking_here)
    else:
        yield from unfit(task, readable, given)


def unfit(task: str, known: Sequence[Way], given: Given) -> Iterator[Problem]:
    """What is not an input of a task that is asked in the known ways, or not as often."""
    if fitting(known, given):
        return
    usages = enumerated([f"`{way.usage}`" for way in known], "or")
    if given.prompt is not None and not any("--prompt" in way.flags for way in known):
        message = f"`{task}` generates no text that goes on from a prompt"
        yield _refused("--prompt", message, f"ask by {usages}" if usages else None)
        return
    said = enumerated([f"`{flag}`{_often(count)}" for flag, count in given.counts.items()], "and")
    verb = "was" if len(given.counts) == 1 else "were"
    yield _refused(_first(given), f"`{task}` takes {usages}, and {said} {verb} given")


def unlimited(task: str, way: Way, given: Given, *, generates: bool) -> Iterator[Problem]:
    """A limit of new tokens where the answer is no text that is generated."""
    if given.max_new_tokens is not None and not (way.generates and generates):
        message = (
            f"it ends what is generated, and `{task}` generates nothing of `{way.usage}`:"
            f" it tells {way.tells}"
        )
        yield Problem(path="--max-new-tokens", message=message, hint="leave it out")


def fitting(known: Iterable[Way], given: Given) -> Way | None:
    """The way in which something was asked; None where it is none of them."""
    return next((way for way in known if way.fits(given)), None)


def unread(given: Given, read: Set[str], instead: str = _NO_PART) -> Iterator[Problem]:
    """Inputs of modalities that are not among those that are read."""
    for flag in given.counts:
        if MODALITIES[flag] not in read:
            yield _refused(flag, f"`{flag}` needs {_TAKES[MODALITIES[flag]]}, and {instead}")


def _modalities(plan: LoadPlan, facts: Facts) -> set[str]:
    """What the processor of a plan reads."""
    if plan.processor is None:
        return set()
    alone = {"tokenizer": "text", "image_processor": "image", "feature_extractor": "audio"}
    name = plan.calls[plan.processor].name or ""
    if name in alone:
        return {alone[name]}
    if facts.architecture is None:
        return set(_TAKES)
    parts = {"tokenizer": "text", "image": "image", "feature": "audio"}
    return {read for kind, read in parts.items() if kind in facts.architecture.processors}


def _objected(plan: LoadPlan, facts: Facts, way: Way, given: Given) -> Iterator[Problem]:
    """What the texts themselves, as the tokenizer reads them, have against it."""
    if not given.words:
        return
    processor = _processor(plan, facts)
    with quieted():
        yield from way.objections(processor, given)
        yield from _too_long(processor, way, given, _Room.of(plan.spec, facts))


def _processor(plan: LoadPlan, facts: Facts) -> Any:
    """The processor ahead of the load: its files are at hand before the weights' are."""
    assert plan.processor is not None
    call = plan.calls[plan.processor]
    with quieted(), mapped(f"`{call.target}`"):
        return carry_out(at_hand(call, facts), ())


def _positions(spec: LoadSpec, facts: Facts) -> int | None:
    """Tokens that a text can have at most; None where the model sets no limit or hides it."""
    said = setting("max_position_embeddings", spec, facts)
    if said is None:
        inner = own_config(spec, facts).get("text_config")
        said = inner.get("max_position_embeddings") if isinstance(inner, dict) else None
    return said if isinstance(said, int) and said > 0 else None


def _too_long(processor: Any, way: Way, given: Given, room: _Room) -> Iterator[Problem]:
    tokenizer = getattr(processor, "tokenizer", processor)
    if room.positions is None:
        return
    read = [given.words] if way.together else [(text,) for text in given.words]
    length = max(len(tokenizer(*texts)["input_ids"]) for texts in read)
    left = room.positions - (0 if room.apart else length)
    there = f"and the model has {room.positions:,} positions"
    if length > room.positions:
        flag = "--prompt" if given.prompt is not None else "--text"
        yield _refused(flag, f"a text of {length:,} tokens, {there}", "give it less text")
    elif given.max_new_tokens is not None and given.max_new_tokens > left:
        message = f"{given.max_new_tokens:,} new tokens{room.after(length)}, {there}"
        yield _refused("--max-new-tokens", message, f"`--max-new-tokens {left}`" if left else None)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Room:
    """Where tokens of a text and new ones find a place."""

    positions: int | None
    """The most; None where the model sets no limit or hides it."""
    apart: bool
    """Whether new tokens have positions of their own: those of a decoder."""

    @staticmethod
    def of(spec: LoadSpec, facts: Facts) -> _Room:
        apart = bool(setting("is_encoder_decoder", spec, facts))
        return _Room(positions=_positions(spec, facts), apart=apart)

    def after(self, length: int) -> str:
        return "" if self.apart else f" after a text of {length:,}"


def _is_unicode(text: str) -> bool:
    """What the command line could not decode is in it as surrogates, which no tokenizer takes."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def _first(given: Given) -> str:
    return next(iter(given.counts), "--prompt")


def _often(number: int) -> str:
    return "" if number == 1 else f" {number} times"


def _refused(flag: str, message: str, hint: str | None = None) -> Problem:
    return Problem(path=flag, message=message, hint=hint, fault=Fault.UNSUPPORTED)
