"""Observes which values of their config fields transformers builds architectures of.

    python -m tools.observe_fields [--processes 2] [--fit]

Keeps what it sees in build/, an architecture a line, and goes on from there when it is run again;
then writes the limits that ship with yaie. Half an hour with two processes; `--fit` only works out
the limits anew of what was seen.
"""

from __future__ import annotations

import argparse
import json
from dataclasses import asdict
from importlib import metadata
from multiprocessing import get_context
from pathlib import Path
from typing import Any

from tools.probing import quietly
from yaie.facts.catalogue import catalogue
from yaie.facts.field_probes import Prober
from yaie.facts.fitting import limits_of_record
from yaie.facts.limits_file import FOLDER, pack
from yaie.facts.observation import Observation, Record
from yaie.sources.kept import keep

VERSION = metadata.version("transformers")
SEEN = Path(__file__).parent.parent / "build" / f"observed-{VERSION}.jsonl"


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--processes", type=int, default=2)
    parser.add_argument("--fit", action="store_true", help="build nothing")
    arguments = parser.parse_args()
    seen = _seen()
    if not arguments.fit:
        left = [name for name in Prober(catalogue()).names if name not in seen]
        seen |= _observed(left, arguments.processes)
    path = FOLDER / f"limits-{VERSION}.jsonl.gz"
    records = {name: _record(data) for name, data in seen.items() if data is not None}
    packed = pack({name: _limits(name, record) for name, record in records.items()})
    keep(packed, path)
    path.chmod(0o644)
    print(f"{path}: {len(packed) / 1024:.0f} KiB, {len(records)} architectures")
    return 0


def _seen() -> dict[str, Any]:
    lines = SEEN.read_text().splitlines() if SEEN.is_file() else []
    return dict(json.loads(line) for line in lines)


def _observed(names: list[str], processes: int) -> dict[str, Any]:
    found = {}
    SEEN.parent.mkdir(exist_ok=True)
    with get_context("spawn").Pool(processes) as pool, SEEN.open("a") as kept:
        for name, data in pool.imap_unordered(_observe, names):
            found[name] = data
            print(json.dumps([name, data]), file=kept, flush=True)
            print(f"{len(found)} of {len(names)}: {name}", flush=True)
    return found


def _observe(name: str) -> tuple[str, Any]:
    """One architecture."""
    record = quietly(lambda prober: prober.record(name))
    return name, None if record is None else json.loads(json.dumps(asdict(record)))


def _record(data: dict[str, Any]) -> Record:
    return Record(
        observations=_observations(data["observations"]),
        held=data["held"],
        smaller=tuple((tuple(tasks), _observations(seen)) for tasks, seen in data["smaller"]),
        heads=tuple((tuple(tasks), _observations(seen)) for tasks, seen in data["heads"]),
        named_parts=tuple(data["named_parts"]),
        whole_parts=data.get("whole_parts", {}),
        absent_parts=tuple(data.get("absent_parts", ())),
        following_parts=tuple(data.get("following_parts", ())),
        replaced=tuple(data.get("replaced", ())),
        needed={name: tuple(keys) for name, keys in data.get("needed", {}).items()},
        rope_types=None if data["rope_types"] is None else tuple(data["rope_types"]),
    )


def _observations(data: list[dict[str, Any]]) -> tuple[Observation, ...]:
    return tuple(Observation(**observation) for observation in data)


def _limits(name: str, record: Record) -> Any:
    facts = catalogue().architecture(name)
    assert facts is not None
    defaults = {field: fact.default for field, fact in facts.fields.items()}
    return limits_of_record(record, defaults)


if __name__ == "__main__":
    raise SystemExit(main())
