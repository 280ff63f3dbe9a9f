"""The calls that yield what stands between raw input and the model."""

from __future__ import annotations

from collections.abc import Collection, Iterator

from yaie.facts.checkpoint import CheckpointFacts
from yaie.facts.facts import Facts
from yaie.planning import keywords
from yaie.planning.calls import Call, First, Ref, Value
from yaie.planning.locations import location
from yaie.spec.load_spec import LoadSpec
from yaie.spec.processor import AutoProcessing, NoProcessing
from yaie.spec.weights import Pretrained

KINDS: dict[str, tuple[str, str]] = {
    "processor": ("AutoProcessor", "processor"),
    "tokenizer": ("AutoTokenizer", "tokenizer"),
    "image": ("AutoImageProcessor", "image_processor"),
    "video": ("AutoVideoProcessor", "video_processor"),
    "feature": ("AutoFeatureExtractor", "feature_extractor"),
}
"""Kind → Auto class, name in a program; the fullest first: a processor holds a tokenizer."""


def processor_calls(spec: LoadSpec, facts: Facts, index: int) -> Iterator[Call]:
    """The calls in order, the first of which yields the processor and stands at `index`."""
    kind = _kind(facts)
    if isinstance(spec.processor, NoProcessing) or kind is None or not _wanted(spec, facts):
        return
    auto_class, name = KINDS[kind]
    text = _text_keywords(spec.processor) if kind == "tokenizer" else {}
    yield Call(
        target=f"transformers.{auto_class}.from_pretrained",
        args=(location(spec),),
        kwargs=keywords.repository(spec.model) | text,
        name=name,
    )
    if kind == "tokenizer" and spec.processor.pad_token == "eos":
        yield _pad_with_eos(Ref(index), "")
    if kind == "processor" and _holds_tokenizer(facts):
        yield from _tokenizer_settings(spec.processor, index)


def _wanted(spec: LoadSpec, facts: Facts) -> bool:
    """Pretrained weights go with their processor; a structure goes without where it is absent."""
    if spec.model.id is None:
        return False
    if isinstance(spec.weights, Pretrained) and facts.checkpoint is None:
        return True
    return facts.checkpoint is not None and (
        facts.checkpoint.has_tokenizer or facts.checkpoint.has_processor
    )


def _kind(facts: Facts) -> str | None:
    """The fullest kind that transformers has for the architecture and the checkpoint brings."""
    known = facts.architecture.processors if facts.architecture else ("processor",)
    held = facts.checkpoint
    for kind in KINDS:
        if kind not in known:
            continue
        if held and not _brought(kind, known, held):
            continue
        return kind
    return None


def _brought(kind: str, known: Collection[str], held: CheckpointFacts) -> bool:
    """Whether the files of a kind are at hand: a processor with a tokenizer in it needs both."""
    texts = kind == "tokenizer" or (kind == "processor" and "tokenizer" in known)
    return (held.has_tokenizer or not texts) and (held.has_processor or kind == "tokenizer")


def _text_keywords(spec: AutoProcessing) -> dict[str, Value]:
    said = {"padding_side": spec.padding_side, "chat_template": spec.chat_template}
    return {name: value for name, value in said.items() if value is not None}


def _holds_tokenizer(facts: Facts) -> bool:
    """Whether the processor of the architecture has a tokenizer in it."""
    known = facts.architecture.processors if facts.architecture else ()
    return "tokenizer" in known and (facts.checkpoint is None or facts.checkpoint.has_tokenizer)


def _tokenizer_settings(spec: AutoProcessing, index: int) -> Iterator[Call]:
    """What AutoProcessor does not pass on to the tokenizer in it, set on it."""
    tokenizer = Ref(index, "tokenizer")
    for name, value in _text_keywords(spec).items():
        yield Call(target="builtins.setattr", args=(tokenizer, name, value))
    if spec.chat_template is not None:
        yield Call(
            target="builtins.setattr", args=(Ref(index), "chat_template", spec.chat_template)
        )
    if spec.pad_token == "eos":
        yield _pad_with_eos(tokenizer, "tokenizer.")


def _pad_with_eos(tokenizer: Ref, within: str) -> Call:
    """`tokenizer.pad_token = tokenizer.pad_token or tokenizer.eos_token`."""
    names = (f"{within}pad_token", f"{within}eos_token")
    token = First(tuple(Ref(tokenizer.index, name) for name in names))
    return Call(target="builtins.setattr", args=(tokenizer, "pad_token", token))
