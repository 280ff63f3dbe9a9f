"""Memory that ran out, as the kernel tells of it: how many processes it ended for want of it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from yaie.spec.wording import sized

CGROUPS = Path("/sys/fs/cgroup")
STATISTICS = Path("/proc/vmstat")
OWN = Path("/proc/self/cgroup")
COUNT = "oom_kill"
UNLIMITED = 1 << 62
"""What the first version of cgroups says of a group without a limit is above it."""


@dataclass(frozen=True, slots=True)
class Toll:
    """Processes that the kernel ended so far for want of memory; None where it does not say."""

    group: int | None
    """In this process's cgroup, which its children are in, too."""
    machine: int | None


def toll() -> Toll:
    """The toll up to now."""
    group = _group()
    return Toll(group=None if group is None else _counted(group[0]), machine=_counted(STATISTICS))


def lack_since(before: Toll) -> str | None:
    """What memory has run out meanwhile, a sentence's rest; empty where none has, None where the
    kernel does not say."""
    now = toll()
    if _has_grown(before.group, now.group):
        return f"the memory of its cgroup ran out{_limit()}"
    if _has_grown(before.machine, now.machine):
        return "the memory of the machine ran out"
    return None if now == Toll(None, None) else ""


def _has_grown(before: int | None, now: int | None) -> bool:
    return before is not None and now is not None and now > before


def _group() -> tuple[Path, Path] | None:
    """The files of this process's cgroup that count its killed, and that hold its limit."""
    try:
        told = OWN.read_text().splitlines()
    except OSError:
        return None
    for line in told:
        _, controllers, path = line.split(":", 2)
        names = _names(controllers)
        if names is None:
            continue
        root, count, limit = names
        # A container may see its own group as the root, and be told its path outside.
        for folder in (root / path.lstrip("/"), root):
            if (folder / count).is_file():
                return folder / count, folder / limit
    return None


def _names(controllers: str) -> tuple[Path, str, str] | None:
    if controllers == "":
        return CGROUPS, "memory.events", "memory.max"
    if "memory" in controllers.split(","):
        return CGROUPS / "memory", "memory.oom_control", "memory.limit_in_bytes"
    return None


def _counted(file: Path) -> int | None:
    try:
        words = (line.split() for line in file.read_text().splitlines())
        return next((int(word[1]) for word in words if word[0] == COUNT), None)
    except OSError:
        return None


def _limit() -> str:
    group = _group()
    try:
        limit = "" if group is None else group[1].read_text().strip()
    except OSError:
        return ""
    is_told = limit.isdigit() and int(limit) < UNLIMITED
    return f": {sized(int(limit))} are all that it may have" if is_told else ""
