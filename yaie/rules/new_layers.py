"""Can a method quantise the layers of the model, and does it leave alone those that are new?"""

from __future__ import annotations

from collections.abc import Iterator

from yaie.errors import Problem
from yaie.facts.keys import KeyFacts
from yaie.facts.quantization import METHODS
from yaie.rules.problems import refused
from yaie.spec.load_spec import LoadSpec
from yaie.spec.wording import all_quoted, counted, override

TAKES_NEW = frozenset({"gptq", "none", "torchao"})
"""Methods that put a packed tensor in the place of a weight, and no layer in that of another."""


def new_layers_are_left_as_they_are(spec: LoadSpec, keys: KeyFacts) -> Iterator[Problem]:
    """A layer that is new has no weights to quantise, and is left as it is only where it is the
    output head or its parameters are the last, without a bias.

    Upstream: the layer is replaced and drawn at random, in floats that its kernel cannot read; with
    bitsandbytes the first forward pass fails.
    """
    method = spec.quantization.method
    if method in TAKES_NEW or not keys.new_layers:
        return
    field = METHODS[method].keeps
    listed = getattr(spec.quantization, field, None) if field else None
    kept = keys.kept if listed is None else tuple(listed)
    new = [name for name in keys.new_layers if not _is_kept(name, kept)]
    if new:
        whole = [*kept, *new]
        typed = f"`{override(f'quantization.{field}', whole)}`, or " if field else ""
        yield refused(
            f"quantization.{field or 'method'}",
            f"{all_quoted(new)} of `{keys.asked_class}` are new, and `{method}` would replace"
            " them as if the checkpoint had weights for them",
            f"{typed}`quantization=none`",
        )


def torchao_asks_for_the_embeddings(spec: LoadSpec, keys: KeyFacts) -> Iterator[Problem]:
    """torchao is told for each weight whether it is the input embeddings'.

    Upstream: a class that does not say which module they are fails at the first weight.
    """
    if spec.quantization.method == "torchao" and not keys.names_embeddings:
        yield refused(
            "quantization.method",
            f"`torchao` asks a model for its input embeddings, and `{keys.asked_class}` does not"
            " name them",
            "`quantization=quanto`, or `quantization=none`",
        )


CUTS_NOTHING = frozenset({"quanto", "torchao"})
"""Methods whose quantiser takes the first of several weights that one tensor is cut into."""


def no_weight_is_cut_for_a_quantiser_of_whole_ones(
    spec: LoadSpec, keys: KeyFacts
) -> Iterator[Problem]:
    """A tensor that is cut into several weights, as of queries, keys and values, reaches some
    quantisers as the first of them alone.

    Upstream: with torchao the other weights are new at random, and a log says that they are
    missing; with quanto a RuntimeError speaks of the conversion.
    """
    method = spec.quantization.method
    if method in CUTS_NOTHING and keys.cut:
        yield refused(
            "quantization.method",
            f"{counted(len(keys.cut), 'tensor')} of the checkpoint {_are(keys.cut)} cut into"
            f" several weights, `{keys.cut[0]}` for one, and `{method}` would take the first of"
            " them alone",
            "`quantization=bnb_8bit`, or `quantization=none`",
        )


def _are(names: tuple[str, ...]) -> str:
    return "is" if len(names) == 1 else "are"


def _is_kept(name: str, kept: tuple[str, ...]) -> bool:
    return any(name == key or name.startswith(f"{key}.") or name.endswith(key) for key in kept)
