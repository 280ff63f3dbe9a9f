"""Do the weights of an adapter match the model?"""

from __future__ import annotations

from collections.abc import Iterator

from yaie.errors import Problem
from yaie.facts.adapter_match import AdapterMatch
from yaie.rules.problems import refused
from yaie.spec.load_spec import LoadSpec
from yaie.spec.wording import counted, quoted

SHOWN = 4
"""Weights that a message lists."""


def judge_adapter(spec: LoadSpec, match: AdapterMatch) -> Iterator[Problem]:
    """All that is wrong with the match of an adapter and its model."""
    yield from adapters_lack_no_weight(spec, match)
    yield from adapters_have_a_place_for_each_weight(spec, match)
    yield from adapters_have_the_models_shapes(spec, match)


def adapters_lack_no_weight(spec: LoadSpec, match: AdapterMatch) -> Iterator[Problem]:
    """A weight that the adapter's config makes a place for is in its file.

    Upstream: the place keeps its first numbers, random ones and noughts, with a line in the log.
    """
    if match.missing:
        yield refused(
            "adapter.id",
            f"it lacks {counted(len(match.missing), 'weight')} that its config makes a place for in"
            f" `{match.model_class}`: {quoted(match.missing, SHOWN)}",
        )


def adapters_have_a_place_for_each_weight(spec: LoadSpec, match: AdapterMatch) -> Iterator[Problem]:
    """A weight of the adapter's file has a place in the model.

    Upstream: the weight is dropped, with a line in the log.
    """
    if match.unexpected:
        yield refused(
            "adapter.id",
            f"{counted(len(match.unexpected), 'weight')} of it have no place in"
            f" `{match.model_class}`: {quoted(match.unexpected, SHOWN)}",
        )


def adapters_have_the_models_shapes(spec: LoadSpec, match: AdapterMatch) -> Iterator[Problem]:
    """A weight of an adapter has the shape that the model's own weight asks for.

    Upstream: a RuntimeError, after the model was loaded.
    """
    if match.mismatched:
        first = match.mismatched[0]
        yield refused(
            "adapter.id",
            f"{counted(len(match.mismatched), 'weight')} of it are not of the shapes of"
            f" `{match.model_class}`: `{first.name}` is {list(first.stored)}, and"
            f" {list(first.built)} is wanted",
        )
