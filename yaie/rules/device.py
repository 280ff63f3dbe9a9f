"""Group `device`: are the devices there, and is each limit one that accelerate can keep?"""

from __future__ import annotations

import re
from collections.abc import Iterator
from math import isfinite

from yaie.errors import Problem
from yaie.facts.facts import Facts
from yaie.rules.placement import targets
from yaie.rules.problems import absent, refused, wrong
from yaie.rules.reading import has_numbers, reads_weights
from yaie.spec.device import DEVICE, KINDS, Dispatched, Mapped, Single
from yaie.spec.load_spec import LoadSpec
from yaie.spec.option_spellings import DEVICES
from yaie.spec.wording import counted, nearest, quoted

SIZE = re.compile(r"(\d+(?:\.\d+)?)\s*([kmg]i?b)", re.IGNORECASE)
"""accelerate.utils.convert_file_size_to_int reads these and nothing else."""


def devices_are_torch_devices(spec: LoadSpec, facts: Facts) -> Iterator[Problem]:
    """A device is named as torch names it, `cpu` or `cuda:1`; a map also has `disk`.

    Upstream: a word that torch does not know is a RuntimeError or a ValueError once config.json is
    there, a device map's after the weights were downloaded.
    """
    for path, target in _named(spec):
        if not isinstance(target, str) or DEVICE.fullmatch(target):
            continue
        if target == "disk" and isinstance(spec.device, Mapped):
            continue
        word, _, index = target.partition(":")
        meant = DEVICES.get(word.lower()) or nearest(word, KINDS) or "cpu"
        yield wrong(
            path,
            f"`{target}` is no torch device; there are {quoted(KINDS[:4])}, with a number as in"
            " `cuda:1`",
            _device_hint(path, f"{meant}:{index}" if index.isdigit() else meant),
        )


def _device_hint(path: str, meant: str) -> str:
    return f"`device={meant}`" if path == "device.device" else f"`{path}={meant}`"


def devices_are_there(spec: LoadSpec, facts: Facts) -> Iterator[Problem]:
    """The machine has every device that is named.

    Upstream: torch raises an AssertionError or a RuntimeError, such as `Torch not compiled with
    CUDA enabled`, when the first weight is moved.
    """
    if not has_numbers(spec):
        return
    for path, target in _named(spec):
        if missing := _missing(target, facts):
            hint = "`device=auto` takes what is there"
            yield refused(path, f"`{target}` was asked, and {missing}", hint)


def _named(spec: LoadSpec) -> Iterator[tuple[str, int | str]]:
    """Each device that a spec names, with its path; a device that a map repeats, once."""
    match spec.device:
        case Single(device=device):
            yield "device.device", device
        case Mapped(map=placed):
            first = {target: key for key, target in reversed(placed.items())}
            for target in targets(spec):
                yield f"device.map.{first[target]}", target


def _missing(target: int | str, facts: Facts) -> str | None:
    """Why a device is not there; None where it is, or is no device at all."""
    devices = facts.host.devices
    if isinstance(target, int):
        if 0 <= target < len(devices):
            return None
        return (
            f"{facts.host.name} has {counted(len(devices), 'accelerator') if devices else 'none'}"
        )
    found = DEVICE.fullmatch(target)
    if found is None or found[1] == "cpu":
        return None
    same = [device for device in devices if device.kind == found[1]]
    if not same:
        return _reason(found[1], facts)
    if int(found[2] or 0) >= len(same):
        return f"{facts.host.name} has {counted(len(same), found[1] + ' device')}, counted from 0"
    return None


def _reason(kind: str, facts: Facts) -> str:
    torch = facts.host.packages.get("torch", "")
    if kind == "cuda" and torch.endswith("+cpu") and facts.host.packages_known:
        return f"torch {torch} is built without CUDA"
    held = dict.fromkeys(device.kind for device in facts.host.devices)
    return f"{facts.host.name} has no {kind} device, " + (
        f"only {quoted(held)}" if held else "only its CPU"
    )


def limits_name_devices(spec: LoadSpec, facts: Facts) -> Iterator[Problem]:
    """A memory limit is for an accelerator by its number, for `cpu`, `mps` or `disk`.

    Upstream: accelerate raises a ValueError for a name, after the weights were downloaded, and a
    RuntimeError for an accelerator that is not there.
    """
    for key in _limits(spec):
        if key in ("cpu", "mps", "disk"):
            continue
        path = f"device.max_memory.{key}"
        if isinstance(key, str):
            number = re.fullmatch(r"[a-z]+:(\d+)", key)
            yield wrong(
                path,
                f"`{key}` is no device that a limit can be for; accelerators go by their number,"
                " beside them there are `cpu`, `mps` and `disk`",
                f"`device.max_memory.{number[1]}={_limits(spec)[key]}`" if number else None,
            )
        elif has_numbers(spec) and not 0 <= key < len(facts.host.devices):
            yield refused(
                path,
                f"a limit for accelerator {key} was asked, and {facts.host.name} has"
                f" {len(facts.host.devices) or 'none'}",
                "`device.max_memory=null`",
            )


def limits_are_sizes(spec: LoadSpec, facts: Facts) -> Iterator[Problem]:
    """A memory limit is a number of bytes, or one with a unit that accelerate knows, above zero.

    Upstream: accelerate raises a ValueError after the weights were downloaded; a limit of nothing
    sends the whole model to disk.
    """
    for key, size in _limits(spec).items():
        bytes_ = size if isinstance(size, int) else _bytes(size)
        if bytes_ is None:
            yield wrong(
                f"device.max_memory.{key}",
                f"`{size}` is no size; there are KB, MB, GB and KiB, MiB, GiB, or plain bytes",
                f"`device.max_memory.{key}=20GiB`",
            )
        elif bytes_ < 0 or (bytes_ == 0 and len(_limits(spec)) == 1):
            yield wrong(
                f"device.max_memory.{key}",
                f"`{size}` leaves no memory for the model, and all of it would go to disk",
                f"`device.max_memory.{key}=20GiB`",
            )


def _limits(spec: LoadSpec) -> dict[int | str, int | str]:
    return (spec.device.max_memory or {}) if isinstance(spec.device, Dispatched | Mapped) else {}


def _bytes(size: str) -> int | None:
    found = SIZE.fullmatch(size.strip())
    if found is None:
        return None
    unit = found[2].lower()
    base = 1024 if "i" in unit else 1000
    size_ = float(found[1]) * base ** (1 + "kmg".index(unit[0]))
    return int(size_) if isfinite(size_) else None


def disk_holds_safetensors(spec: LoadSpec, facts: Facts) -> Iterator[Problem]:
    """Weights on disk are read where they lie; other formats than safetensors are written anew.

    Upstream: from_pretrained raises a ValueError that asks for an `offload_folder`, after the
    weights were downloaded.
    """
    if not isinstance(spec.device, Mapped) or not reads_weights(spec):
        return
    key = next((key for key, target in spec.device.map.items() if target == "disk"), None)
    if key is None:
        return
    if spec.model.gguf_file is not None:
        yield refused(
            f"device.map.{key}",
            "weights of a GGUF file cannot stay on `disk`",
            f"`device.map.{key}=cpu`" if key else None,
        )
    elif facts.checkpoint and facts.checkpoint.format == "bin" and not spec.device.offload_folder:
        yield absent(
            "device.offload_folder",
            "modules on `disk` are read from safetensors; those of a `.bin` checkpoint are written"
            " to a folder first, and none is named",
            "`device.offload_folder=offload`",
        )
