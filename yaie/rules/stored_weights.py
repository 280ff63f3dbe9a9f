"""Stored weights: can the numbers in the checkpoint become what was asked?"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from math import prod

from yaie.errors import Problem
from yaie.facts.dtypes import BITS, is_float, is_integer
from yaie.facts.facts import Facts
from yaie.facts.tensor import TensorFacts
from yaie.rules.problems import refused, said
from yaie.rules.reading import dtype, reads_weights, subject
from yaie.spec.load_spec import LoadSpec
from yaie.spec.wording import counted, override, quoted

SHOWN = 3
"""Names that a message lists."""
SCALES = ("weight_scale", "weight_scale_inv", "weight_scale_2")
"""Names that quantisers give to the factors of a stored `weight`."""


def integers_have_their_quantisation(spec: LoadSpec, facts: Facts) -> Iterator[Problem]:
    """Weights that are stored as integers mean something to the quantiser alone that made them.

    Upstream: without a `quantization_config` the integers are taken for the weights, in silence.
    """
    tensors = _unquantised(spec, facts)
    odd = {
        name: tensor.dtype
        for name, tensor in tensors.items()
        if name.endswith(".weight") and len(tensor.shape) > 1 and is_integer(tensor.dtype)
    }
    if odd:
        yield refused(
            "model.id",
            f"{_stored_as(odd, spec)}: {quoted(sorted(odd), shown=SHOWN)}; {_unread(odd)}",
            _BRING,
        )


def scales_have_their_quantisation(spec: LoadSpec, facts: Facts) -> Iterator[Problem]:
    """Weights in eight-bit floats that were scaled to fit are not themselves without the scale.

    Upstream: without a `quantization_config` the scales are dropped, and the rest is taken as it
    is.
    """
    tensors = _unquantised(spec, facts)
    odd = {
        name: tensor.dtype
        for name, tensor in tensors.items()
        if name.endswith(".weight")
        and tensor.dtype.startswith("float8")
        and any(f"{name.removesuffix('weight')}{scale}" in tensors for scale in SCALES)
    }
    if odd:
        yield refused(
            "model.id",
            f"{_stored_as(odd, spec)} beside a scale: {quoted(sorted(odd), shown=SHOWN)};"
            f" {_unread(odd)}",
            _BRING,
        )


_BRING = "bring the config.json that the weights were saved with"


def float16_has_room_for_bfloat16(spec: LoadSpec, facts: Facts) -> Iterator[Problem]:
    """Models in bfloat16 were trained with room for numbers that float16 does not have.

    Upstream: casts in silence; what is beyond 65504, weight or activation, is infinite.
    """
    if dtype(spec, facts) == "float16" and _stored(spec, facts) == "bfloat16":
        yield said(
            "precision.dtype",
            f"the weights of `{subject(spec)}` are stored as `bfloat16`, and `float16` ends at"
            " 65504: activations may overflow",
            "`precision=bf16`",
        )


def auto_is_the_stored_dtype(spec: LoadSpec, facts: Facts) -> Iterator[Problem]:
    """`auto` is the dtype that config.json names, which may be wider than the weights are.

    Upstream: widens in silence, and takes so much more memory.
    """
    stored, built = _stored(spec, facts), dtype(spec, facts)
    if spec.precision.dtype != "auto" or stored is None or built not in BITS:
        return
    if BITS[built] > BITS[stored]:
        yield said(
            "precision.dtype",
            f"`auto` is config.json's `{built}`, and the weights of `{subject(spec)}` are stored as"
            f" `{stored}`: {BITS[built] // BITS[stored]} times the memory, and nothing gained",
            f"`{override('precision.dtype', stored)}`",
        )


def _stored_as(odd: Mapping[str, str], spec: LoadSpec) -> str:
    are = "is" if len(odd) == 1 else "are"
    dtypes = quoted(sorted(set(odd.values())))
    return f"{counted(len(odd), 'weight')} of `{subject(spec)}` {are} stored as {dtypes}"


def _unread(odd: Mapping[str, str]) -> str:
    them = "it" if len(odd) == 1 else "them"
    return f"config.json has no `quantization_config` that says how to read {them}"


def _unquantised(spec: LoadSpec, facts: Facts) -> Mapping[str, TensorFacts]:
    """The tensors of a checkpoint that is read as it is; empty where they are not known."""
    held = facts.checkpoint
    if held is None or held.tensors is None or not reads_weights(spec):
        return {}
    return {} if held.quantization else held.tensors


def _stored(spec: LoadSpec, facts: Facts) -> str | None:
    """The dtype of floats that most numbers are stored in, of 16 bits or more; None where a
    quantisation decides."""
    numbers: Counter[str] = Counter()
    for tensor in _unquantised(spec, facts).values():
        if is_float(tensor.dtype):
            numbers[tensor.dtype] += prod(tensor.shape)
    most = max(numbers, key=numbers.__getitem__, default=None)
    return most if most is not None and BITS[most] >= 16 else None
