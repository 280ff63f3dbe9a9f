"""Whether what was got is what was asked: each finding is a problem of exit code 5."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from fnmatch import fnmatchcase
from typing import Any

from yaie.errors import Fault, Problem
from yaie.facts.dtypes import dtype_name
from yaie.facts.keys import KeyFacts
from yaie.loading.measuring import quantised
from yaie.loading.preparing import Prepared
from yaie.loading.receipt import Receipt
from yaie.loading.training_proof import trained_otherwise
from yaie.planning.overrides import asked
from yaie.planning.readback import unread
from yaie.spec.device import Single
from yaie.spec.load_spec import LoadSpec
from yaie.spec.quantization import Unquantized
from yaie.spec.weights import Meta, Pretrained
from yaie.spec.wording import all_quoted, counted, quoted


def disproved(
    prepared: Prepared, model: Any, receipt: Receipt, configs: Sequence[Any]
) -> Iterator[Problem]:
    """Everything of a loaded model that is not as asked; `configs` are those that were built."""
    spec = prepared.composition.spec
    yield from _dtype(spec, model)
    yield from _device(spec, receipt)
    yield from _numbers(spec, model, receipt)
    yield from _attention(spec, model)
    yield from _quantization(spec, receipt)
    yield from trained_otherwise(spec, model, receipt)
    if isinstance(spec.weights, Pretrained):
        yield from _keys(receipt, prepared.keys)
    # The text model out of a composite has the config of its part, which holds its overrides.
    if any(type(config) is type(model.config) for config in configs):
        for problem in unread(model.config, asked(spec, prepared.facts), "model.config"):
            yield _mismatch(problem.path, problem.message)


def _mismatch(path: str, message: str) -> Problem:
    return Problem(path=path, message=message, fault=Fault.MISMATCH)


def _dtype(spec: LoadSpec, model: Any) -> Iterator[Problem]:
    wanted = spec.precision.dtype
    if wanted == "auto":
        return
    kept = _kept_in_fp32(model)
    packed = {f"{name}." for name in quantised(model)}
    odd = {
        dtype_name(parameter.dtype)
        for name, parameter in model.named_parameters()
        if parameter.is_floating_point()
        and dtype_name(parameter.dtype) != wanted
        and not (kept and kept.search(name))
        and name.rpartition(".")[0] + "." not in packed
    }
    if odd:
        got = all_quoted(sorted(odd))
        yield _mismatch("precision.dtype", f"asked for `{wanted}`, but got {got}")


def _kept_in_fp32(model: Any) -> re.Pattern[str] | None:
    """Matches parameters that the architecture keeps in float32 whatever is asked."""
    names: set[str] = set()
    for attribute in ("_keep_in_fp32_modules", "_keep_in_fp32_modules_strict"):
        names |= set(getattr(model, attribute, None) or ())
    return re.compile("|".join(re.escape(name) for name in sorted(names))) if names else None


def _device(spec: LoadSpec, receipt: Receipt) -> Iterator[Problem]:
    if not isinstance(spec.device, Single) or isinstance(spec.weights, Meta):
        return
    wanted = spec.device.device
    strays = {d for d in receipt.device_map.values() if not _is_on(d, wanted)}
    if strays:
        got = all_quoted(sorted(strays))
        yield _mismatch("device.device", f"asked for `{wanted}`, but some modules are on {got}")


def _is_on(device: str, wanted: str) -> bool:
    return device == wanted or (":" not in wanted and device.split(":")[0] == wanted)


def _numbers(spec: LoadSpec, model: Any, receipt: Receipt) -> Iterator[Problem]:
    """Every parameter has numbers, those on disk aside; those that were drawn anew are finite."""
    if isinstance(spec.weights, Meta) or "disk" in receipt.device_map.values():
        return
    empty = [name for name, parameter in model.named_parameters() if parameter.is_meta]
    if empty:
        yield _mismatch("weights", f"without numbers: {quoted(empty)}")
    patterns = spec.weights.reinitialize if isinstance(spec.weights, Pretrained) else ()
    wild = [
        name
        for name, parameter in model.named_parameters()
        if any(fnmatchcase(name, pattern) for pattern in patterns)
        and not parameter.is_meta
        and not bool(parameter.isfinite().all())
    ]
    if wild:
        yield _mismatch("weights.reinitialize", f"not drawn as the model would: {quoted(wild)}")


def _attention(spec: LoadSpec, model: Any) -> Iterator[Problem]:
    asked = {"": spec.attention.kind} if spec.attention.kind != "auto" else {}
    for part, kind in (asked | spec.attention.submodules).items():
        config = getattr(model.config, part) if part else model.config
        got = getattr(config, "_attn_implementation", None)
        if got != kind:
            path = f"attention.submodules.{part}" if part else "attention.kind"
            yield _mismatch(path, f"asked for `{kind}`, but got `{got}`")


def _quantization(spec: LoadSpec, receipt: Receipt) -> Iterator[Problem]:
    if isinstance(spec.quantization, Unquantized) or getattr(
        spec.quantization, "dequantize", False
    ):
        return
    if not receipt.quantization.get("modules"):
        wanted = spec.quantization.method
        yield _mismatch("quantization.method", f"asked for `{wanted}`, but no module is quantised")


def _keys(receipt: Receipt, foreseen: KeyFacts | None) -> Iterator[Problem]:
    """Quantisers hide some unexpected keys, so that only what came on top counts."""
    if foreseen is None:
        return
    surprises = sorted(
        (set(receipt.missing_keys) - set(foreseen.missing) - {m.name for m in foreseen.mismatched})
        | (set(receipt.unexpected_keys) - set(foreseen.unexpected))
    )
    if surprises:
        found = f"{counted(len(surprises), 'key')} not foreseen before the load"
        yield _mismatch("weights", f"{found}: {quoted(surprises)}")
