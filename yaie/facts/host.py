"""HostFacts: what this machine has, found without importing torch."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class DeviceFacts:
    """One accelerator."""

    kind: str
    """`cuda`, `mps`, …"""
    index: int
    name: str
    memory_bytes: int
    compute_capability: tuple[int, int] | None
    """CUDA's (major, minor); None for other kinds."""


@dataclass(frozen=True, slots=True, kw_only=True)
class HostFacts:
    """Packages, devices and memory of a machine."""

    packages: Mapping[str, str]
    """Distribution name → version, of those that any rule asks for."""
    devices: tuple[DeviceFacts, ...]
    memory_bytes: int

    def has(self, kind: str) -> bool:
        """Whether an accelerator of the kind is there."""
        return any(device.kind == kind for device in self.devices)
