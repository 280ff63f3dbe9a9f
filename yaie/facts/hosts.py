"""Machines by name, `2xh100`, of the devices that `data/devices.json` describes."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

from yaie.errors import InputError, Problem
from yaie.facts.capabilities import computed
from yaie.facts.host import DeviceFacts, HostFacts, this_host
from yaie.spec.wording import near_names, quoted

THIS = "this"
"""The machine that yaie runs on."""
CPU = "cpu"
"""A machine without an accelerator: with this one's memory, or as `cpu-64gb` says."""
DATA = Path(__file__).parent / "data" / "devices.json"
_MIB = 2**20
_SEVERAL = re.compile(r"(\d{1,3})x(.+)")
_CPU_WITH = re.compile(rf"{CPU}(\d{{1,6}})(?:gb|gib)?")


def named_host(name: str) -> HostFacts:
    """The machine of a name, with the packages that are here.

    Raises InputError for a name that is none, with the names that are near.
    """
    folded = _folded(name)
    if folded == THIS:
        return this_host()
    if folded == CPU:
        return _machine(name, (), this_host().memory_bytes)
    if found := _CPU_WITH.fullmatch(folded):
        return _machine(name, (), int(found[1]) * 1024 * _MIB)
    several = _SEVERAL.fullmatch(folded)
    number, device = (int(several[1]), several[2]) if several else (1, folded)
    known = _by_spelling().get(device)
    if known is None or number == 0:
        raise InputError(_no_host(name, device, number))
    devices = tuple(replace(known, index=index) for index in range(number))
    # Apple's GPUs share the machine's memory; of the others nothing says what is around them.
    return _machine(name, devices, known.memory_bytes if known.kind == "mps" else 0)


@cache
def named_devices() -> Mapping[str, DeviceFacts]:
    """Every device that has a name, by it."""
    return {name: _device(entry) for name, entry in _entries().items()}


def devices_like(word: str) -> Mapping[str, DeviceFacts]:
    """The devices whose name has a word in it: all of Nvidia's `rtx`.

    Raises InputError where none has.
    """
    found = {n: d for n, d in named_devices().items() if _folded(word) in _folded(n)}
    if not found:
        raise InputError(_no_host(word, word.lower(), 1))
    return found


def sources() -> Mapping[str, str]:
    """Where the facts of each device are from, by its name."""
    return {name: str(entry["source"]) for name, entry in _entries().items()}


def _machine(name: str, devices: tuple[DeviceFacts, ...], memory: int) -> HostFacts:
    return HostFacts(
        packages=_packages(devices),
        devices=devices,
        memory_bytes=memory,
        name=f"`{name}`",
        packages_known=False,
    )


def _packages(devices: tuple[DeviceFacts, ...]) -> dict[str, str]:
    """Those that are here; a machine with an accelerator has a torch that is built for it."""
    here = dict(this_host().packages)
    if devices and "torch" in here:
        here["torch"] = here["torch"].partition("+")[0]
    return here


@cache
def _entries() -> Mapping[str, Mapping[str, Any]]:
    entries: Mapping[str, Mapping[str, Any]] = json.loads(DATA.read_text("utf-8"))["devices"]
    return entries


@cache
def _by_spelling() -> Mapping[str, DeviceFacts]:
    """The devices by their names and other names, folded."""
    devices = named_devices()
    return {
        _folded(spelling): devices[name]
        for name, entry in _entries().items()
        for spelling in (name, *entry.get("aliases", ()))
    }


def _device(entry: Mapping[str, Any]) -> DeviceFacts:
    capability = entry.get("compute_capability")
    pair = (capability[0], capability[1]) if capability else None
    return DeviceFacts(
        kind=entry["kind"],
        index=0,
        name=entry["name"],
        memory_bytes=entry["memory_mib"] * _MIB,
        compute_capability=pair,
        dtypes=computed(pair) if pair else tuple(entry["dtypes"]),
        bandwidth=int(entry["bandwidth_gb_s"] * 10**9),
    )


def _folded(name: str) -> str:
    """`RTX 4090`, `rtx-4090` and `rtx_4090` are one name."""
    return re.sub(r"[\s_-]", "", name).lower()


def _no_host(name: str, device: str, number: int) -> Problem:
    known = [CPU, *_entries()]
    near = near_names(device, known)
    several = number > 1 and bool(near) and near[0] != CPU
    wanted = f"{number}x{near[0]}" if several else "".join(near[:1])
    told = f"; near it: {quoted(near)}" if near else ""
    return Problem(
        path="",
        message=f"no machine is known as `{name}`{told}",
        hint=f"`--host {wanted}`" if near else "`yaie show hosts` lists them",
    )
