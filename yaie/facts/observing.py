"""Default models, built on meta to see what transformers builds and what not. Imports transformers.

A class's flags are not the truth: a part of another class may refuse, the config may have a check
of its own, another kernel may run in place of the one that was asked.
"""

from __future__ import annotations

import traceback
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from yaie.facts import config_classes, releases
from yaie.facts.architecture import Refusal
from yaie.facts.packages import installed

STATED = 160
"""Characters of an exception's first sentence that are kept."""
FILLED = 64
"""Stands for a number that a config leaves open; heads and widths divide by it or it by them."""
ALWAYS_THERE = frozenset({"accelerate", "tokenizers", "torch"})
"""Backends that come with yaie."""
DISTRIBUTIONS = {"vision": "pillow"}
"""Backends that transformers calls otherwise than the package index."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Attempt:
    """A default model, or what was raised in its place."""

    config: Any = None
    """The config that was built from; None where it could not be made."""
    model: Any = None
    error: Exception | None = None

    def fails_as(self, other: Attempt) -> bool:
        """Whether both fail, and alike."""
        return (
            self.error is not None
            and type(self.error) is type(other.error)
            and str(self.error) == str(other.error)
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Attention:
    """What a default model does with the attention kinds that it is asked for."""

    admitted: tuple[str, ...]
    """Kinds that it is built with and reads back."""
    refusals: dict[str, Refusal]
    """Kinds that it is not, where something else than the class itself refuses."""
    apart: dict[str, dict[str, str]]
    """Kind → parts that run on another one."""
    parts: dict[str, tuple[str, ...]]
    """Sub-config → kinds that it runs on where they are said of it alone."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Subject:
    """A model class, with what from_config chooses it by."""

    cls: Any
    auto: Any
    config_class: Any

    def attempt(self, *, fields: Mapping[str, object] | None = None, **asked: Any) -> Attempt:
        """The model of the default config, some fields of it changed."""
        import torch

        config = None
        try:
            # from_config needs `architectures` where it has several classes to choose from.
            config = self.config_class(architectures=[self.cls.__name__], **fields or {})
            with torch.device("meta"), releases.without_weights():
                return Attempt(config=config, model=self.auto.from_config(config, **asked))
        except Exception as error:
            # Whatever a config makes a constructor raise is the observation.
            return Attempt(config=config, error=error)

    def changes(self) -> Iterator[tuple[str, bool | int]]:
        """Each truth value of the config turned over, each number that it leaves open filled in,
        and a single layer."""
        layers = self.config_class.attribute_map.get("num_hidden_layers", "num_hidden_layers")
        for name, known in config_classes.fields_of(self.config_class).items():
            if isinstance(known.default, bool):
                yield name, not known.default
            elif known.default is None and "int" in known.type.split(" | "):
                yield name, FILLED
            elif name == layers:
                yield name, 1


def default_model(subject: Subject) -> tuple[Attempt, tuple[str, ...]]:
    """The default model, and the packages that its constructors ask for."""
    with releases.backends_asked() as asked:
        made = subject.attempt()
    names = asked | releases.declared_backends(subject.cls)
    needed = sorted(DISTRIBUTIONS.get(name, name) for name in names - ALWAYS_THERE)
    return made, tuple(needed)


def missing(default: Attempt, packages: tuple[str, ...]) -> tuple[str, ...]:
    """Packages for the lack of which there is no default model here."""
    if not isinstance(default.error, ImportError):
        return ()
    return tuple(name for name in packages if name not in installed())


def attention_of(subject: Subject, default: Attempt, declared: tuple[str, ...]) -> Attention:
    """What becomes of each attention kind that is asked.

    Where there is no default model, the kinds that are admitted are those that the class declares
    and that are not refused before it fails.
    """
    kinds = dict.fromkeys((*releases.attention_kinds(), *declared))
    with releases.flash_packages_taken_for_granted():
        made = {kind: subject.attempt(attn_implementation=kind) for kind in kinds}
        refusals = {kind: _refusal(subject, default, kind, made[kind]) for kind in kinds}
        parts = parts_of(subject, default)
    admitted = [kind for kind in kinds if refusals[kind] is None]
    own = Refusal(by=subject.cls.__name__)
    return Attention(
        admitted=tuple(k for k in admitted if default.model is not None or k in declared),
        refusals={
            kind: refusal for kind, refusal in refusals.items() if refusal not in (None, own)
        },
        apart={kind: apart for kind in admitted if (apart := _apart(made[kind].model, kind))},
        parts=parts,
    )


def parts_of(subject: Subject, default: Attempt) -> dict[str, tuple[str, ...]]:
    """Kinds that each sub-config is built with and reads back, where they are said of it alone."""
    if default.model is None:
        return {}
    kinds = releases.attention_kinds()
    return {
        part: tuple(kind for kind in kinds if _part_runs(subject, part, kind))
        for part in subject.config_class.sub_configs
    }


def _part_runs(subject: Subject, part: str, kind: str) -> bool:
    model = subject.attempt(attn_implementation={part: kind}).model
    own = getattr(model and model.config, part, None)
    return getattr(own, "_attn_implementation", None) == kind


def runs_experts(subject: Subject, kind: str) -> bool:
    """Whether the default model is built with an implementation of its experts."""
    return subject.attempt(experts_implementation=kind).error is None


def mended_by(subject: Subject, **asked: Any) -> dict[str, bool | int]:
    """Config fields that, changed one at a time, let the model be built."""
    return {
        name: value
        for name, value in subject.changes()
        if subject.attempt(fields={name: value}, **asked).model is not None
    }


def stated(error: Exception) -> str:
    """The first sentence of an exception, headed by its type where that alone says little."""
    first = str(error).strip().partition("\n")[0].partition(". ")[0].rstrip(".:")[:STATED]
    said = type(error) in (AssertionError, ImportError, ValueError)
    return first if said else f"{type(error).__name__}: {first}"


def _refusal(subject: Subject, default: Attempt, kind: str, made: Attempt) -> Refusal | None:
    if made.error is None:
        runs = made.model.config._attn_implementation
        return None if runs == kind else Refusal(by=subject.cls.__name__, runs=runs)
    if made.fails_as(default):
        return None
    if inside := _modules_of(made.error):
        return Refusal(by=type(inside[-1]).__name__, part=_part(inside, made.config))
    return Refusal(
        by=subject.config_class.__name__,
        says=stated(made.error),
        mended_by=mended_by(subject, attn_implementation=kind),
    )


def _modules_of(error: Exception) -> list[Any]:
    """The modules in whose code an exception was raised, the outermost first."""
    import torch

    frames = (frame for frame, _ in traceback.walk_tb(error.__traceback__))
    speakers = [frame.f_locals.get("self") for frame in frames]
    return [speaker for speaker in speakers if isinstance(speaker, torch.nn.Module)]


def _part(inside: list[Any], config: Any) -> str:
    """The sub-config that the innermost of the modules is made of; empty where it is of none."""
    parts = {name: type(getattr(config, name, None)) for name in config.sub_configs}
    made_of = [type(vars(module).get("config")) for module in reversed(inside)]
    return next((n for own in made_of for n, part in parts.items() if own is part), "")


def _apart(model: Any, kind: str) -> dict[str, str]:
    """Classes of parts that have a config of their own and run on another kind."""
    from transformers import PreTrainedModel

    modules = [] if model is None else model.modules()
    parts = [module for module in modules if isinstance(module, PreTrainedModel)]
    kinds = {type(part).__name__: str(part.config._attn_implementation) for part in parts}
    return {name: runs for name, runs in sorted(kinds.items()) if runs != kind}
