"""What the numbers of a sweep hang on and its cells share: when and where they ran, and by what;
what was measured, and with which text."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from yaie.spec.wording import counted, enumerated, sized
from yaie.sweeps.measures.measuring import TOKENS, Measuring
from yaie.sweeps.report.column import columns, compared_with, constant, label
from yaie.sweeps.report.quantity import shown
from yaie.sweeps.row import Row, Status

OWN_TEXT = "Psalm 103 and Ruth 2, which come with yaie"
MOST_TEXT = 60
"""Characters of a text by which it is known again."""


@dataclass(frozen=True, slots=True)
class Circumstance:
    """A name, and what is to be said of it: one line, or several."""

    name: str
    told: tuple[str, ...]


def circumstances(
    rows: Sequence[Row], measuring: Measuring, versions: Mapping[str, str]
) -> tuple[Circumstance, ...]:
    """All that is known; `versions` are told where no cell told of its own."""
    found = (
        Circumstance("ran", tuple(_when(rows))),
        Circumstance("on", tuple(_machines(rows))),
        Circumstance("by", tuple(_versions(rows, versions))),
        Circumstance("measured", tuple(_measured(rows, measuring))),
        Circumstance("all cells", tuple(_constants(rows))),
    )
    return tuple(each for each in found if each.told)


def hosts(rows: Sequence[Row]) -> tuple[str, ...]:
    """The names of the machines that cells ran on."""
    return tuple(dict.fromkeys(row.machine["host"] for row in rows if "host" in row.machine))


def _when(rows: Sequence[Row]) -> Iterator[str]:
    """From the start of the first process to the start of the last."""
    times = sorted(datetime.fromisoformat(row.started) for row in rows if row.started)
    if not times:
        return
    first, last = times[0], times[-1]
    same_day = first.date() == last.date()
    ends = f"{last:%H:%M}" if same_day else f"{last.day} {last:%B %Y, %H:%M}"
    to = "" if f"{first:%H:%M}" == ends else f" to {ends}"
    yield f"{first.day} {first:%B %Y, %H:%M}{to} UTC"


def _machines(rows: Sequence[Row]) -> Iterator[str]:
    """A line a machine, with the number of its cells where there are several."""
    found: dict[str, int] = {}
    for row in rows:
        if row.machine:
            told = _machine(row.machine)
            found[told] = found.get(told, 0) + 1
    for told, number in found.items():
        yield told if len(found) == 1 else f"{told}: {counted(number, 'cell')}"


def _machine(machine: Mapping[str, Any]) -> str:
    """`node7: AMD EPYC 7763, 2 cores, 25 GB of memory, no GPU`."""
    devices = machine.get("devices", ())
    cores = counted(machine["cores"], "core") if "cores" in machine else ""
    memory = machine.get("memory_bytes")
    parts = [machine.get("cpu", ""), cores, f"{sized(memory)} of memory" if memory else ""]
    parts += [
        f"{devices.count(name)} × {name}" if devices.count(name) > 1 else name
        for name in dict.fromkeys(devices)
    ] or ["no GPU"]
    told = ", ".join(part for part in parts if part)
    return f"{machine.get('host', 'a machine')} ({machine.get('system', '')}): {told}"


def _versions(rows: Sequence[Row], versions: Mapping[str, str]) -> Iterator[str]:
    """A line a set of the versions that matter most, or differ, with the machines that have it
    where there are several sets."""
    sets = [row.machine["versions"] for row in rows if "versions" in row.machine]
    names = [n for n in sets[0] if _tells(n, sets)] if sets else []
    found: dict[str, dict[str, None]] = {}
    for row in rows:
        if held := row.machine.get("versions"):
            told = _listed({name: held[name] for name in names if name in held})
            found.setdefault(told, {})[row.machine["host"]] = None
    for told, hosts in found.items():
        yield told if len(found) == 1 else f"{told} on {enumerated(list(hosts), 'and')}"
    if not found:
        yield _listed(versions)


_FIRST = ("Python", "yaie", "transformers", "torch")


def _tells(name: str, sets: Sequence[Mapping[str, str]]) -> bool:
    return name in _FIRST or len({versions.get(name) for versions in sets}) > 1


def _listed(versions: Mapping[str, str]) -> str:
    return ", ".join(f"{name} {number}" for name, number in versions.items())


def pinned(rows: Sequence[Row], versions: Mapping[str, str]) -> str:
    """The versions as a requirements file; that of each set where cells differ."""
    held = [row.machine["versions"] for row in rows if "versions" in row.machine]
    found = dict.fromkeys(map(_pinned, held or [versions]))
    return "\n\n".join(found)


def _pinned(versions: Mapping[str, str]) -> str:
    return "\n".join(
        f"# {name} {number}" if name == "Python" else f"{name}=={number}"
        for name, number in versions.items()
    )


def _measured(rows: Sequence[Row], measuring: Measuring) -> Iterator[str]:
    """What was measured, how often, with which text and against which cell."""
    if not measuring.parts:
        return
    yield enumerated(measuring.parts, "and") + _repeated(measuring)
    if {"speed", "quality"} & set(measuring.parts):
        yield f"text: {_text(measuring)}" + _read(measuring)
    for reference in compared_with(rows):
        yield f"compared with cell {reference.number}: {label(reference)}"


def _repeated(measuring: Measuring) -> str:
    if "speed" not in measuring.parts:
        return ""
    return f"; speed {measuring.repeats} times, of which the median is shown"


def _read(measuring: Measuring) -> str:
    if "quality" not in measuring.parts or measuring.tokens == TOKENS:
        return ""
    return f"; quality of its first {measuring.tokens:,} tokens"


def _text(measuring: Measuring) -> str:
    if measuring.text is None:
        return OWN_TEXT
    begin = " ".join(measuring.text[: 10 * MOST_TEXT].split())
    return f"“{begin}”" if len(begin) <= MOST_TEXT else f"“{begin[:MOST_TEXT]}…”"


def _constants(rows: Sequence[Row]) -> Iterator[str]:
    """Quantities that are neither good nor bad, and the same in all cells."""
    loaded = [row for row in rows if row.status is Status.OK]
    found = [(c, c.of(loaded[0])) for c in constant(columns(loaded), loaded)]
    told = [f"{c.title} {shown(held.median, c.unit)}" for c, held in found if held is not None]
    if told:
        yield ", ".join(told)
