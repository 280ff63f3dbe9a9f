"""Group `quantization`: can these weights be quantised, by what is installed, where they go?"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from yaie.errors import Problem
from yaie.facts.facts import Facts
from yaie.rules.placement import kinds, targets
from yaie.rules.problems import refused, said, wrong
from yaie.rules.reading import asked_class, has_numbers, older, own_config, pattern, reads_weights
from yaie.spec.device import Mapped, Unplaced
from yaie.spec.load_spec import LoadSpec
from yaie.spec.quantization import Bnb4bit, Unquantized
from yaie.spec.weights import Pretrained
from yaie.spec.wording import nearest, override, quoted

BITSANDBYTES_MINIMUM = "0.46.1"
"""transformers.utils.import_utils.BITSANDBYTES_MIN_VERSION"""
BITSANDBYTES_DEVICES = frozenset({"cpu", "cuda", "xpu", "hpu", "npu", "mps"})
"""bitsandbytes.supported_torch_devices"""
INSTALL = "`pip install 'yaie[bnb]'`"


def bitsandbytes_is_installed(spec: LoadSpec, facts: Facts) -> Iterator[Problem]:
    """Four- and eight-bit weights are made and read by the package bitsandbytes."""
    quantised = not isinstance(spec.quantization, Unquantized)
    if not quantised and not (reads_weights(spec) and _own_method(spec, facts) == "bitsandbytes"):
        return
    path = "quantization.method" if quantised else "model.id"
    asked = f"`{spec.quantization.method}`" if quantised else f"the quantised `{spec.model.id}`"
    if "bitsandbytes" not in facts.host.packages:
        message = f"{asked} needs the package `bitsandbytes`, which is not installed"
    elif older(facts, "bitsandbytes", BITSANDBYTES_MINIMUM):
        version = facts.host.packages["bitsandbytes"]
        message = f"{asked} needs bitsandbytes {BITSANDBYTES_MINIMUM} or newer; {version} is here"
    else:
        return
    yield refused(path, message, f"{INSTALL}, or `quantization=none`" if quantised else INSTALL)


def bitsandbytes_knows_the_device(spec: LoadSpec, facts: Facts) -> Iterator[Problem]:
    """bitsandbytes has backends for some kinds of devices."""
    if isinstance(spec.quantization, Unquantized) or not has_numbers(spec):
        return
    if without := sorted(kinds(spec, facts) - BITSANDBYTES_DEVICES):
        yield refused(
            "quantization.method",
            f"`{spec.quantization.method}` has no backend for {quoted(without)}; it has them for"
            f" {quoted(sorted(BITSANDBYTES_DEVICES))}",
            "`quantization=none`",
        )


def gguf_is_quantised_already(spec: LoadSpec, facts: Facts) -> Iterator[Problem]:
    """The weights of a GGUF file come as they are in the file."""
    if spec.model.gguf_file is not None and not isinstance(spec.quantization, Unquantized):
        yield refused(
            "quantization.method",
            f"weights of a GGUF file cannot be quantised again by `{spec.quantization.method}`",
            "`quantization=none`, or `model.gguf_file=null`",
        )


def checkpoint_is_not_quantised_otherwise(spec: LoadSpec, facts: Facts) -> Iterator[Problem]:
    """A quantised checkpoint loads as it was quantised: another method fails, other bits are
    ignored."""
    method = _own_method(spec, facts)
    if isinstance(spec.quantization, Unquantized) or method is None or not reads_weights(spec):
        return
    bits = 4 if _own(spec, facts).get("load_in_4bit") else 8
    asked = 4 if isinstance(spec.quantization, Bnb4bit) else 8
    if method == "bitsandbytes" and bits == asked:
        return
    was = f"{method} in {bits} bits" if method == "bitsandbytes" else method
    yield refused(
        "quantization.method",
        f"`{spec.quantization.method}` was asked, and the checkpoint is quantised already, by"
        f" {was}",
        "`quantization=none` loads it as it is",
    )


def quantised_checkpoints_keep_their_settings(spec: LoadSpec, facts: Facts) -> Iterator[Problem]:
    """Settings of a checkpoint's own quantisation cannot be changed by loading it."""
    own, asked = _own(spec, facts), spec.quantization
    if isinstance(asked, Unquantized) or _own_method(spec, facts) != "bitsandbytes":
        return
    if bool(own.get("load_in_4bit")) != isinstance(asked, Bnb4bit) or not reads_weights(spec):
        return
    fields = asked.model_dump(mode="json", exclude={"method"})
    ignored = [name for name, value in fields.items() if name in own and own[name] != value]
    yield said(
        "quantization.method",
        "the checkpoint is quantised already, and loads as it was quantised"
        + (f"; {quoted(ignored)} as asked would be ignored" if ignored else ""),
        "`quantization=none` says the same",
    )


def _own(spec: LoadSpec, facts: Facts) -> Mapping[str, Any]:
    """The quantisation that config.json tells of, its own or that of its text part."""
    config = own_config(spec, facts)
    for part in (config, config.get("text_config")):
        own = part.get("quantization_config") if isinstance(part, Mapping) else None
        if own and isinstance(own, Mapping):
            return own
    return {}


def _own_method(spec: LoadSpec, facts: Facts) -> str | None:
    own = _own(spec, facts)
    if own.get("load_in_4bit") or own.get("load_in_8bit"):
        return "bitsandbytes"
    method = own.get("quant_method")
    return method if isinstance(method, str) else None


def new_weights_are_not_drawn_quantised(spec: LoadSpec, facts: Facts) -> Iterator[Problem]:
    """Weights that are wanted new are drawn from floats, which bitsandbytes' weights are not."""
    if not isinstance(spec.weights, Pretrained) or not spec.weights.reinitialize:
        return
    asked = not isinstance(spec.quantization, Unquantized)
    if asked or _own_method(spec, facts) == "bitsandbytes":
        by = f"`{spec.quantization.method}`" if asked else "the checkpoint's bitsandbytes"
        yield refused(
            "weights.reinitialize",
            f"weights that are quantised by {by} cannot be drawn anew",
            "`weights.reinitialize=[]`" + (", or `quantization=none`" if asked else ""),
        )


def four_bits_are_made_of_16_or_32(spec: LoadSpec, facts: Facts) -> Iterator[Problem]:
    """bitsandbytes quantises to four bits from 16- and 32-bit floats, and computes in those."""
    if not isinstance(spec.quantization, Bnb4bit):
        return
    if spec.precision.dtype == "float64":
        yield refused(
            "precision.dtype",
            "`bnb_4bit` quantises floats of 16 or 32 bits, and `precision.dtype` is `float64`",
            "`precision=bf16`, or `quantization=none`",
        )
    if spec.quantization.bnb_4bit_compute_dtype == "float64":
        yield refused(
            "quantization.bnb_4bit_compute_dtype",
            "four-bit products in `float64` are not numbers; bitsandbytes has them for `float32`,"
            " `float16` and `bfloat16`",
            "`quantization.bnb_4bit_compute_dtype=bfloat16`",
        )


def compute_dtype_is_the_precision(spec: LoadSpec, facts: Facts) -> Iterator[Problem]:
    """A four-bit layer casts its input to its compute dtype and its output back."""
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
    """A module that is left unquantised exists; a misspelt one would be quantised."""
    model = asked_class(facts)
    if isinstance(spec.quantization, Unquantized) or model is None:
        return
    names = set(model.modules) | {name.rpartition(".")[2] for name in model.modules}
    skipped = spec.quantization.llm_int8_skip_modules or ()
    for wanted in skipped:
        near = nearest(pattern(wanted), names, cutoff=_SURELY_MEANT)
        if near and pattern(wanted) not in names:
            meant = [near if name == wanted else name for name in skipped]
            yield wrong(
                "quantization.llm_int8_skip_modules",
                f"`{model.name}` has no module `{wanted}`",
                f"`{override('quantization.llm_int8_skip_modules', meant)}`",
            )


_SURELY_MEANT = 0.85
"""Modules inside of layers are not listed, so only a near miss of a listed one is a mistake."""


def offloaded_modules_stay_in_float32(spec: LoadSpec, facts: Facts) -> Iterator[Problem]:
    """Beside accelerators, CPU and disk hold modules unquantised only where that is allowed."""
    if isinstance(spec.quantization, Unquantized) or not isinstance(spec.device, Mapped):
        return
    named = set(targets(spec))
    offloads = named != {"cpu"} and named & {"cpu", "disk"}
    if offloads and not spec.quantization.llm_int8_enable_fp32_cpu_offload:
        yield refused(
            "quantization.llm_int8_enable_fp32_cpu_offload",
            f"the device map sends modules to {quoted(sorted(offloads))}, where they stay in 32"
            " bits, and that has to be allowed",
            "`quantization.llm_int8_enable_fp32_cpu_offload=true`",
        )


def quantised_models_are_placed(spec: LoadSpec, facts: Facts) -> Iterator[Problem]:
    """Without a device map transformers puts a quantised model on the accelerator by itself."""
    if isinstance(spec.quantization, Unquantized) or not isinstance(spec.device, Unplaced):
        return
    if reads_weights(spec) and facts.host.devices:
        there = facts.host.devices[0].kind
        yield refused(
            "device.kind",
            f"`none` leaves a model on the CPU, but `{spec.quantization.method}` would put it on"
            f" `{there}`",
            f"`device={there}`, or `device=cpu`",
        )
