"""Observes which config fields the weights of architectures follow.

    python -m tools.observe_shapes [ARCHITECTURE ...] [--processes 2]

Keeps what it sees in build/, an architecture a line, and goes on from there when it is run again;
then writes what ships with yaie. Half an hour with two processes.
"""

from __future__ import annotations

import argparse
import json
from importlib import metadata
from multiprocessing import get_context
from pathlib import Path
from typing import Any

from tools.probing import quietly
from yaie.facts.catalogue import catalogue
from yaie.facts.field_probes import Prober
from yaie.facts.limits_file import FOLDER
from yaie.facts.shape_probes import shaping
from yaie.facts.shaping_file import pack
from yaie.sources.kept import keep

VERSION = metadata.version("transformers")
SEEN = Path(__file__).parent.parent / "build" / f"shaping-{VERSION}.jsonl"


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("names", nargs="*", help="architectures; all where none is named")
    parser.add_argument("--processes", type=int, default=2)
    arguments = parser.parse_args()
    lines = SEEN.read_text().splitlines() if SEEN.is_file() else []
    seen = dict(json.loads(line) for line in lines)
    names = arguments.names or Prober(catalogue()).names
    left = [name for name in names if name not in seen]
    SEEN.parent.mkdir(exist_ok=True)
    with get_context("spawn").Pool(arguments.processes) as pool, SEEN.open("a") as kept:
        for name, fields in pool.imap_unordered(_observe, left):
            seen[name] = fields
            print(json.dumps([name, fields]), file=kept, flush=True)
            print(f"{len(seen)}: {name}", flush=True)
    path = FOLDER / f"shaping-{VERSION}.json.gz"
    keep(pack({name: fields for name, fields in seen.items() if fields}), path)
    path.chmod(0o644)
    return 0


def _observe(name: str) -> tuple[str, Any]:
    """One architecture."""
    return name, quietly(lambda prober: shaping(prober, name))


if __name__ == "__main__":
    raise SystemExit(main())
