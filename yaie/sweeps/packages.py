"""Packages that a cell is loaded by: with another version of one its row would be another."""

from __future__ import annotations

from collections.abc import Iterator

from yaie.facts.facts import Facts
from yaie.facts.flash_attention import FLASH, KERNELS_PACKAGE
from yaie.planning.plan import LoadPlan
from yaie.rules.attention_uses import uses
from yaie.rules.quantizing import quantizing
from yaie.rules.reading import asked_class, reads_weights
from yaie.spec.adapter import Peft
from yaie.spec.free_choice import is_kernel
from yaie.spec.load_spec import LoadSpec

_BESIDE = {"torchao": ("mslk",), "fp_quant": ("qutlass",)}
"""Method of quantisation → packages that some of its formats compute by."""


def packages(plan: LoadPlan, facts: Facts) -> frozenset[str]:
    """The distributions, installed or not, that the model, its files, its kernels, quantisation,
    adapter and device map need besides transformers and torch."""
    spec = plan.spec
    found = {*_of_weights(spec, facts), *_of_attention(spec, facts)}
    if "device_map" in plan.calls[plan.model].kwargs:
        found.add("accelerate")
    if plan.processor is not None:
        found.add("tokenizers")
    if isinstance(spec.adapter, Peft):
        found.add("peft")
    model = asked_class(facts)
    return frozenset(found.union(model.needs_packages if model else ()))


def _of_weights(spec: LoadSpec, facts: Facts) -> Iterator[str]:
    """What reads weights, and what quantises them."""
    if reads_weights(spec):
        yield "safetensors" if spec.model.gguf_file is None else "gguf"
    if use := quantizing(spec, facts):
        yield from (package.name for package in (*use.needs.packages, *use.needs.called_by))
        yield from _BESIDE.get(use.method, ())


def _of_attention(spec: LoadSpec, facts: Facts) -> Iterator[str]:
    """Packages of the kernels that are named."""
    for use in uses(spec, facts):
        if use.kind in FLASH:
            yield FLASH[use.kind].package
        elif is_kernel(use.kind):
            yield KERNELS_PACKAGE[0]
