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

STATED = 160
"""Characters of an exception's first sentence that are kept."""
ALWAYS_THERE = frozenset({"accelerate", "tokenizers", "torch"})
"""Backends that come with yaie."""
DISTRIBUTIONS = {"vision": "pillow"}
"""Backends that transformers calls otherwise than the package index."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Attempt:
    """A default model, or what was raised in its place."""

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
class Subject:
    """A model class, with what from_config chooses it by."""

    cls: Any
    auto: Any
    config_class: Any

    def attempt(self, *, fields: Mapping[str, object] | None = None, **asked: Any) -> Attempt:
        """The model of the default config, some fields of it changed."""
        import torch

        try:
            # from_config needs `architectures` where it has several classes to choose from.
            config = self.config_class(architectures=[self.cls.__name__], **fields or {})
            with torch.device("meta"), releases.without_weights():
                return Attempt(model=self.auto.from_config(config, **asked))
        except Exception as error:
            # Whatever a config makes a constructor raise is the observation.
            return Attempt(error=error)

    def flips(self) -> Iterator[dict[str, bool]]:
        """Each truth value of the config, turned over."""
        for name, known in config_classes.fields_of(self.config_class).items():
            if isinstance(known.default, bool):
                yield {name: not known.default}


def default_model(subject: Subject) -> tuple[Attempt, tuple[str, ...]]:
    """The default model, and the packages that its constructors ask for."""
    with releases.backends_asked() as asked:
        made = subject.attempt()
    names = asked | releases.declared_backends(subject.cls)
    needed = sorted(DISTRIBUTIONS.get(name, name) for name in names - ALWAYS_THERE)
    return made, tuple(needed)


def attention_of(
    subject: Subject, default: Attempt, declared: tuple[str, ...]
) -> tuple[tuple[str, ...], dict[str, Refusal]]:
    """Kinds that a default model is built with and reads back; why not, for those that something
    else than the class itself refuses.

    Where there is no default model, the kinds are those that the class declares and that are not
    refused before it fails.
    """
    kinds = dict.fromkeys((*releases.attention_kinds(), *declared))
    with releases.flash_packages_taken_for_granted():
        seen = {kind: _refusal(subject, default, kind) for kind in kinds}
    admitted = (kind for kind, refusal in seen.items() if refusal is None)
    own = Refusal(by=subject.cls.__name__)
    return (
        tuple(kind for kind in admitted if default.model is not None or kind in declared),
        {kind: refusal for kind, refusal in seen.items() if refusal not in (None, own)},
    )


def mended_by(subject: Subject, **asked: Any) -> dict[str, bool]:
    """Truth values of the config that, turned over one at a time, let the model be built."""
    mending = (flip for flip in subject.flips() if subject.attempt(fields=flip, **asked).model)
    return {name: value for flip in mending for name, value in flip.items()}


def stated(error: Exception) -> str:
    """The first sentence of an exception, headed by its type where that alone says little."""
    first = str(error).strip().partition("\n")[0].partition(". ")[0].rstrip(".:")[:STATED]
    said = type(error) in (AssertionError, ImportError, ValueError)
    return first if said else f"{type(error).__name__}: {first}"


def _refusal(subject: Subject, default: Attempt, kind: str) -> Refusal | None:
    made = subject.attempt(attn_implementation=kind)
    if made.error is None:
        runs = made.model.config._attn_implementation
        return None if runs == kind else Refusal(by=subject.cls.__name__, runs=runs)
    if made.fails_as(default):
        return None
    by = _refuser(made.error)
    if by is not None:
        return Refusal(by=by)
    return Refusal(
        by=subject.config_class.__name__,
        says=stated(made.error),
        mended_by=mended_by(subject, attn_implementation=kind),
    )


def _refuser(error: Exception) -> str | None:
    """The class of the innermost module in whose code an exception was raised."""
    import torch

    frames = (frame for frame, _ in traceback.walk_tb(error.__traceback__))
    speakers = [frame.f_locals.get("self") for frame in frames]
    modules = [type(s).__name__ for s in speakers if isinstance(s, torch.nn.Module)]
    return modules[-1] if modules else None
