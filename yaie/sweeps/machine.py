"""The machine that a cell ran on, as its row tells of it."""

from __future__ import annotations

import os
import platform
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from socket import gethostname
from typing import Any

from yaie import __version__
from yaie.facts.host import this_host


@cache
def machine() -> Mapping[str, Any]:
    """This machine: its name, what it consists of, and what is installed, by distribution."""
    host = this_host()
    return {
        "host": gethostname(),
        "system": f"{platform.system()} {platform.machine()}",
        "cpu": _cpu(Path("/proc/cpuinfo")),
        "cores": _cores(),
        "memory_bytes": host.memory_bytes,
        "devices": [device.name for device in host.devices],
        "versions": {"Python": platform.python_version(), "yaie": __version__, **host.packages},
    }


def _cpu(told: Path) -> str:
    """What the processor is called; its architecture where the system does not say."""
    if told.is_file():
        for line in told.read_text(encoding="utf-8", errors="replace").splitlines():
            name, _, value = line.partition(":")
            if name.strip() == "model name":
                return " ".join(value.split())
    return platform.processor() or platform.machine()


def _cores() -> int:
    """Those that this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1
