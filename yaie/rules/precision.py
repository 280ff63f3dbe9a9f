"""Group `precision`: can the devices compute in the dtype?"""

from __future__ import annotations

import re
from collections.abc import Iterator

from yaie.errors import Problem
from yaie.facts.facts import Facts
from yaie.facts.host import DeviceFacts
from yaie.rules.placement import computing, kinds
from yaie.rules.problems import refused, said
from yaie.rules.reading import asked_class, dtype, has_numbers, reads_weights
from yaie.spec.load_spec import LoadSpec
from yaie.spec.wording import quoted

PATH = "precision.dtype"


def drawn_weights_take_the_dtype(spec: LoadSpec, facts: Facts) -> Iterator[Problem]:
    """A model that is not loaded has parameters of the dtype that was asked.

    Upstream: some classes make some parameters in float32 whatever `from_config` is asked.
    """
    asked, model = spec.precision.dtype, asked_class(facts)
    if model is None or reads_weights(spec) or asked in ("auto", "float32"):
        return
    kept = (*model.keep_in_fp32, *model.keep_in_fp32_strict)
    left = [n for n in model.left_in_fp32 if not any(re.search(re.escape(k), n) for k in kept)]
    if left:
        yield refused(
            PATH,
            f"`{asked}` was asked, and `{model.name}` makes {quoted(left, shown=3)} in float32"
            f" where its weights are `{spec.weights.kind}`",
            "`precision=fp32`",
        )


def half_precision_is_slow_on_cpu(spec: LoadSpec, facts: Facts) -> Iterator[Problem]:
    """float16 on a CPU computes, slowly, and overflows above 65,504.

    Upstream: the model loads and is slow, without a word.
    """
    if dtype(spec, facts) == "float16" and has_numbers(spec) and kinds(spec, facts) == {"cpu"}:
        yield said(
            PATH,
            f"{_named('float16', spec)} on a CPU is slower than `float32` and overflows above"
            " 65504",
            "`precision=fp32`, or `precision=bf16`",
        )


def half_precision_is_slow_on_old_devices(spec: LoadSpec, facts: Facts) -> Iterator[Problem]:
    """CUDA devices compute in bfloat16 from 8.0 on, and fast in float16 in 6.0 and from 7.0 on.

    Upstream: the model loads and is slow, without a word.
    """
    held, device = dtype(spec, facts), _without(spec, facts)
    if held not in ("bfloat16", "float16") or device is None:
        return
    fast = "`precision=fp16`, or " if "float16" in device.dtypes else ""
    how, since = ("emulated, slowly,", "8.0") if held == "bfloat16" else ("slow", "7.0")
    yield said(
        PATH,
        f"{_named(held, spec)} is {how} on {_described(device)}; devices of {since} and newer have"
        " units for it",
        f"{fast}`precision=fp32`",
    )


def some_devices_have_no_float64(spec: LoadSpec, facts: Facts) -> Iterator[Problem]:
    """Apple's GPUs, and some of Intel's, have no 64-bit floats.

    Upstream: torch raises an error when the first weight is put on the device.
    """
    device = _without(spec, facts)
    if dtype(spec, facts) == "float64" and device is not None:
        yield refused(
            PATH,
            f"{_named('float64', spec)} does not exist on {_described(device)}",
            "`precision=fp32`, or `device=cpu`",
        )


def _without(spec: LoadSpec, facts: Facts) -> DeviceFacts | None:
    """The first device that computes and has no units for the dtype, as far as is known."""
    held = dtype(spec, facts)
    if held is None or not has_numbers(spec):
        return None
    used = computing(spec, facts)
    return next((d for d in used if d.dtypes and held not in d.dtypes), None)


def _named(held: str, spec: LoadSpec) -> str:
    return f"`{held}`" if spec.precision.dtype != "auto" else f"`{held}`, from config.json,"


def _described(device: DeviceFacts) -> str:
    if device.compute_capability:
        return f"a CUDA device of capability {'.'.join(map(str, device.compute_capability))}"
    return f"`{device.kind}` devices" if device.kind == "mps" else f"{device.name}"
