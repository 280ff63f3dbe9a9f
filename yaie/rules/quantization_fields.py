"""Group `quantization`: do the fields of a method go together?"""

from __future__ import annotations

from collections.abc import Iterator

from yaie.errors import Problem
from yaie.facts.facts import Facts
from yaie.facts.quantization import METHODS
from yaie.rules.problems import refused, said, wrong
from yaie.rules.reading import asked_class, pattern
from yaie.spec.load_spec import LoadSpec
from yaie.spec.quantization import Bnb4bit, Unquantized
from yaie.spec.quantization.calibrated import AutoRound, Gptq
from yaie.spec.quantization.floats import Fp8, FpQuant, Mxfp8
from yaie.spec.quantization.integers import Higgs, Metal, Quanto
from yaie.spec.wording import nearest, override


def four_bits_are_not_computed_in_64(spec: LoadSpec, facts: Facts) -> Iterator[Problem]:
    """bitsandbytes multiplies four-bit weights by 16- and 32-bit floats.

    Upstream: the model loads; its forward pass fails or yields no numbers, by the processor's
    kernel.
    """
    if not isinstance(spec.quantization, Bnb4bit):
        return
    if spec.quantization.bnb_4bit_compute_dtype == "float64":
        yield refused(
            "quantization.bnb_4bit_compute_dtype",
            "four-bit products in `float64` fail or are not numbers; bitsandbytes has them for"
            " `float32`, `float16` and `bfloat16`",
            "`quantization.bnb_4bit_compute_dtype=bfloat16`",
        )


def compute_dtype_is_the_precision(spec: LoadSpec, facts: Facts) -> Iterator[Problem]:
    """A four-bit layer casts its input to its compute dtype and its output back.

    Upstream: each layer casts its input and its output, and nothing is said.
    """
    if not isinstance(spec.quantization, Bnb4bit):
        return
    asked, computed = spec.precision.dtype, spec.quantization.bnb_4bit_compute_dtype
    if asked in ("float16", "bfloat16", "float32") and computed not in (asked, "float64"):
        yield said(
            "quantization.bnb_4bit_compute_dtype",
            f"four-bit layers compute in `{computed}` and the rest of the model in `{asked}`: each"
            " layer casts back and forth",
            f"`quantization.bnb_4bit_compute_dtype={asked}`",
        )


def skipped_modules_are_modules(spec: LoadSpec, facts: Facts) -> Iterator[Problem]:
    """A module that is left unquantised exists; a misspelt one would be quantised.

    Upstream: a module that was to stay is quantised, and nothing is said.
    """
    model = asked_class(facts)
    if isinstance(spec.quantization, Unquantized) or model is None:
        return
    field = METHODS[spec.quantization.method].keeps
    names = set(model.modules) | {name.rpartition(".")[2] for name in model.modules}
    skipped = (getattr(spec.quantization, field) if field else None) or ()
    for wanted in skipped:
        near = nearest(pattern(wanted), names, cutoff=_SURELY_MEANT)
        if near and pattern(wanted) not in names:
            meant = [near if name == wanted else name for name in skipped]
            yield wrong(
                f"quantization.{field}",
                f"`{model.name}` has no module `{wanted}`",
                f"`{override(f'quantization.{field}', meant)}`",
            )


_SURELY_MEANT = 0.85
"""Modules inside of layers are not listed, so only a near miss of a listed one is a mistake."""


def groups_have_a_size(spec: LoadSpec, facts: Facts) -> Iterator[Problem]:
    """Weights share a scale in groups of a positive number; -1 is a whole column.

    Upstream: the config class refuses.
    """
    asked = spec.quantization
    if not isinstance(asked, Gptq | AutoRound | Metal) or asked.group_size > 0:
        return
    columns = "" if isinstance(asked, Metal) else "`-1` or "
    if not columns or asked.group_size != -1:
        yield wrong(
            "quantization.group_size",
            f"`{asked.group_size}` was asked; allowed is {columns}a number above 0",
        )


def damping_is_a_share(spec: LoadSpec, facts: Facts) -> Iterator[Problem]:
    """GPTQ dampens its Hessian by a share of the mean diagonal.

    Upstream: the config class refuses.
    """
    asked = spec.quantization
    if isinstance(asked, Gptq) and not 0 < asked.damp_percent < 1:
        yield wrong(
            "quantization.damp_percent",
            f"`{asked.damp_percent}` was asked; allowed is a number between 0 and 1",
            "`quantization.damp_percent=0.1`",
        )


def a_transform_holds_whole_groups(spec: LoadSpec, facts: Facts) -> Iterator[Problem]:
    """HIGGS transforms channels together, and scales them in groups of those.

    Upstream: the config class refuses.
    """
    asked = spec.quantization
    if isinstance(asked, Higgs) and asked.hadamard_size % asked.group_size:
        yield wrong(
            "quantization.hadamard_size",
            f"`{asked.hadamard_size}` is no multiple of `group_size`, {asked.group_size}",
            f"`quantization.hadamard_size={asked.group_size}`",
        )


def blocks_have_a_size(spec: LoadSpec, facts: Facts) -> Iterator[Problem]:
    """A block of weights that share a scale has rows and columns.

    Upstream: the config class refuses.
    """
    asked = spec.quantization
    if isinstance(asked, Fp8 | Mxfp8) and min(asked.weight_block_size or (1,)) < 1:
        yield wrong(
            "quantization.weight_block_size",
            f"`{list(asked.weight_block_size or ())}` was asked; allowed are two numbers above 0",
            "`quantization.weight_block_size=[128,128]`",
        )


def forms_of_fp_quant_go_together(spec: LoadSpec, facts: Facts) -> Iterator[Problem]:
    """FP-Quant trains in `mxfp4` alone, and transforms no fewer channels than share a scale.

    Upstream: the config class refuses.
    """
    asked = spec.quantization
    if not isinstance(asked, FpQuant) or asked.forward_dtype == "mxfp4":
        if isinstance(asked, FpQuant) and asked.hadamard_group_size == 16:
            yield wrong(
                "quantization.hadamard_group_size",
                "`16` was asked; `mxfp4` allows `32`, `64` or `128`",
                "`quantization.hadamard_group_size=32`",
            )
        return
    for name, only in (("forward_method", "abs_max"), ("backward_dtype", "bf16")):
        if (value := getattr(asked, name)) != only:
            yield wrong(
                f"quantization.{name}",
                f"`{value}` was asked; `nvfp4` allows `{only}` alone",
                f"`quantization.{name}={only}`, or `quantization.forward_dtype=mxfp4`",
            )


def activations_stay(spec: LoadSpec, facts: Facts) -> Iterator[Problem]:
    """quanto quantises activations by calibration, which transformers does not do.

    Upstream: the load fails once the config is read.
    """
    asked = spec.quantization
    if isinstance(asked, Quanto) and asked.activations is not None:
        yield refused(
            "quantization.activations",
            f"`{asked.activations}` was asked, and transformers quantises weights alone",
            "`quantization.activations=null`",
        )
