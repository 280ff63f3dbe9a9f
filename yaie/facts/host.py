"""HostFacts: what this machine has, found without importing torch."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cache

from yaie.facts.capabilities import computed
from yaie.facts.packages import installed
from yaie.facts.quantization import PACKAGES as OF_QUANTIZATION

PACKAGES = (
    *OF_QUANTIZATION,
    "detectron2",
    "flash-attn",
    "flash-attn-3",
    "flash-attn-4",
    "gguf",
    "natten",
    "peft",
    "pillow",
    "protobuf",
    "safetensors",
    "scipy",
    "sentencepiece",
    "tiktoken",
    "timm",
    "tokenizers",
    "torch",
    "torchaudio",
    "torchvision",
    "transformers",
)
"""Distributions that rules may ask for."""

APPLE_DTYPES = ("float32", "float16", "bfloat16")
"""Metal has no 64-bit floats: torch refuses them on `mps`."""
SMI_SECONDS = 10
"""How long nvidia-smi may take; a driver that hangs longer serves no model either."""
SMI_FIELDS = "index,name,memory.total,compute_cap,uuid"


@dataclass(frozen=True, slots=True, kw_only=True)
class DeviceFacts:
    """One accelerator."""

    kind: str
    """`cuda`, `mps`, …"""
    index: int
    name: str
    memory_bytes: int
    """0 where the driver does not tell."""
    compute_capability: tuple[int, int] | None
    """CUDA's (major, minor); None for other kinds."""
    dtypes: tuple[str, ...] = ()
    """torch's dtypes that it computes in natively; empty where that is not known."""
    bandwidth: int = 0
    """Bytes that it reads of its memory in a second; 0 where that is not known."""


@dataclass(frozen=True, slots=True, kw_only=True)
class HostFacts:
    """Packages, devices and memory of a machine."""

    packages: Mapping[str, str]
    """Distribution name → version, of those that any rule asks for."""
    devices: tuple[DeviceFacts, ...]
    memory_bytes: int
    """Physical memory; 0 where the system does not tell."""
    name: str = "this machine"
    """What messages call it."""
    packages_known: bool = True
    """Whether `packages` are those of that machine; those of a machine elsewhere are taken to be
    the ones that are here."""

    ranks: int = 0
    """Processes that torchrun started, this one among them; 0 outside of it."""

    @property
    def is_here(self) -> bool:
        """Whether it is the machine that yaie runs on, and not one that was named."""
        return self.packages_known

    def has(self, kind: str) -> bool:
        """Whether an accelerator of the kind is there."""
        return any(device.kind == kind for device in self.devices)


@cache
def this_host() -> HostFacts:
    """This machine, looked at once a process."""
    packages = {name: installed()[name] for name in PACKAGES if name in installed()}
    memory = _memory()
    return HostFacts(
        packages=packages,
        devices=_cuda(packages.get("torch", "")) + _mps(memory),
        memory_bytes=memory,
        ranks=_ranks(),
    )


def _ranks() -> int:
    world = os.environ.get("WORLD_SIZE", "")
    return int(world) if "RANK" in os.environ and world.isdigit() else 0


def cuda_devices(report: str, visible: str | None) -> tuple[DeviceFacts, ...]:
    """The devices of an nvidia-smi report (SMI_FIELDS as CSV, MiB) that CUDA_VISIBLE_DEVICES shows.

    They are numbered as CUDA numbers them: in the order of that variable where it is set.
    """
    found = dict(_device(line) for line in report.splitlines() if line.count(",") == 4)
    if visible is None:
        return tuple(found.values())
    shown: list[DeviceFacts] = []
    for name in visible.split(","):
        device = _named(name.strip(), found)
        if device is None:
            # CUDA shows the devices before the first name that it does not know.
            break
        shown.append(replace(device, index=len(shown)))
    return tuple(shown)


def _device(line: str) -> tuple[str, DeviceFacts]:
    index, name, mebibytes, capability, uuid = (cell.strip() for cell in line.split(","))
    major, _, minor = capability.partition(".")
    pair = (int(major), int(minor)) if minor.isdigit() else None
    return uuid, DeviceFacts(
        kind="cuda",
        index=int(index),
        name=name,
        memory_bytes=int(mebibytes) * 2**20 if mebibytes.isdigit() else 0,
        compute_capability=pair,
        dtypes=computed(pair) if pair else (),
    )


def _named(name: str, found: Mapping[str, DeviceFacts]) -> DeviceFacts | None:
    """A device by its number or by the start of its UUID."""
    if name.isdigit():
        return next((device for device in found.values() if device.index == int(name)), None)
    return next((device for uuid, device in found.items() if name and uuid.startswith(name)), None)


def _cuda(torch: str) -> tuple[DeviceFacts, ...]:
    program = shutil.which("nvidia-smi")
    if program is None or torch.endswith("+cpu"):
        return ()
    import subprocess

    command = [program, f"--query-gpu={SMI_FIELDS}", "--format=csv,noheader,nounits"]
    try:
        run = subprocess.run(command, capture_output=True, text=True, timeout=SMI_SECONDS)
    except (OSError, subprocess.TimeoutExpired):
        # As for one that exits with an error: no driver answers, so no device can be used.
        return ()
    if run.returncode:
        return ()
    return cuda_devices(run.stdout, os.environ.get("CUDA_VISIBLE_DEVICES"))


def _mps(memory: int) -> tuple[DeviceFacts, ...]:
    """Apple's GPU, which shares the machine's memory."""
    if sys.platform != "darwin" or os.uname().machine != "arm64":
        return ()
    apple = DeviceFacts(
        kind="mps",
        index=0,
        name="Apple GPU",
        memory_bytes=memory,
        compute_capability=None,
        dtypes=APPLE_DTYPES,
    )
    return (apple,)


def _memory() -> int:
    if not hasattr(os, "sysconf"):
        return 0
    return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
