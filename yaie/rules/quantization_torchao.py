"""Group `quantization`: is a format of torchao said as it has to be, and does it run there?"""

from __future__ import annotations

from collections.abc import Iterator

from yaie.errors import Problem
from yaie.facts.facts import Facts
from yaie.facts.torchao import (
    FORMATS,
    FROM_64_BITS,
    GRANULARITIES,
    INT4_KERNELS,
    KERNELS,
    MSLK_MINIMUM,
    Kernel,
)
from yaie.facts.types import mismatch
from yaie.rules.packages import lacking
from yaie.rules.placement import kinds, targets
from yaie.rules.problems import refused, wrong
from yaie.rules.quantizing import quantizing
from yaie.rules.reading import capability, dotted, dtype
from yaie.spec.device import Mapped
from yaie.spec.load_spec import LoadSpec
from yaie.spec.quantization.integers import TorchAo
from yaie.spec.wording import all_quoted, nearest, override, quoted

_PATH = "quantization.quant_type"
_EIGHT = "`quantization.quant_type=Int8WeightOnlyConfig`"


def arguments_of_a_format_are_its_own(spec: LoadSpec, facts: Facts) -> Iterator[Problem]:
    """A format of torchao is a class with arguments of its own.

    Upstream: the class of torchao raises a TypeError, or takes a wrong value until it computes.
    """
    asked = spec.quantization
    if not isinstance(asked, TorchAo):
        return
    arguments = FORMATS[asked.quant_type]
    for name, value in asked.quant_type_kwargs.items():
        path = f"{_PATH}_kwargs.{name}"
        if name not in arguments:
            near = nearest(name, arguments)
            yield wrong(
                path,
                f"`{asked.quant_type}` takes {quoted(arguments)}, and not `{name}`",
                f"`{override(f'{_PATH}_kwargs', {near: value})}`" if near else None,
            )
        elif allowed := mismatch(value, arguments[name].type):
            yield wrong(path, f"`{value}` was asked; allowed is {allowed}")
        elif isinstance(value, dict) and list(value) not in [[g] for g in GRANULARITIES]:
            named = all_quoted(GRANULARITIES, "or")
            yield wrong(path, f"`{value}` was asked; allowed is {named}, with its arguments")


def a_format_runs_on_the_device(spec: LoadSpec, facts: Facts) -> Iterator[Problem]:
    """Some formats of torchao are quantised to by kernels of some devices alone.

    Upstream: quantising fails at the first weight, after the download.
    """
    asked, use = spec.quantization, quantizing(spec, facts)
    if not isinstance(asked, TorchAo) or use is None or use.stored:
        return
    kernel, subject = _kernel(asked)
    if kernel is None:
        return
    if without := sorted(kinds(spec, facts) - kernel.kinds):
        yield refused(
            _PATH,
            f"{subject} is made on {all_quoted(sorted(kernel.kinds), 'or')}, and this load goes to"
            f" {quoted(without)}",
            _EIGHT,
        )
        return
    least, found = kernel.capability, capability(facts)
    if least and found and found < least:
        yield refused(
            _PATH,
            f"{subject} needs CUDA compute capability {dotted(least)}, and {facts.host.name} has"
            f" {dotted(found)}",
            _EIGHT,
        )
    if kernel.needs_mslk:
        yield from lacking(_PATH, subject, "mslk", facts, minimum=MSLK_MINIMUM, instead=_EIGHT)


def _kernel(asked: TorchAo) -> tuple[Kernel | None, str]:
    if asked.quant_type != "Int4WeightOnlyConfig":
        return KERNELS.get(asked.quant_type), f"`{asked.quant_type}`"
    packing = str(asked.quant_type_kwargs.get("int4_packing_format", "plain"))
    return INT4_KERNELS.get(packing), f"`{asked.quant_type}` packed `{packing}`"


def a_format_takes_the_dtype(spec: LoadSpec, facts: Facts) -> Iterator[Problem]:
    """torchao quantises from floats of 16 and 32 bits.

    Upstream: quantising fails at the first weight, after the download.
    """
    asked, use = spec.quantization, quantizing(spec, facts)
    if not isinstance(asked, TorchAo) or use is None or use.stored:
        return
    if dtype(spec, facts) == "float64" and asked.quant_type not in FROM_64_BITS:
        yield refused(
            "precision.dtype",
            f"`{asked.quant_type}` takes floats of 16 or 32 bits, and the weights would be"
            " `float64`",
            "`precision=bf16`, or `quantization=none`",
        )


def a_map_that_names_the_cpu_has_an_accelerator(spec: LoadSpec, facts: Facts) -> Iterator[Problem]:
    """What a map of several modules sends to the CPU, torchao quantises on an accelerator.

    Upstream: quantising fails at the first weight, on a device that is not there.
    """
    use = quantizing(spec, facts)
    if use is None or use.method != "torchao" or use.stored or facts.host.devices:
        return
    if isinstance(spec.device, Mapped) and len(spec.device.map) > 1 and "cpu" in targets(spec):
        yield refused(
            "device.map",
            "`torchao` quantises the modules that a map of several sends to `cpu` on an"
            f" accelerator, and {facts.host.name} has none",
            "`device=cpu`, or `quantization=none`",
        )
