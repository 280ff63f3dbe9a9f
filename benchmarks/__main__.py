"""`python -m benchmarks [NAME …]`: measures, and writes RESULTS.md when all were run."""

from __future__ import annotations

import os
import platform
import sys
from datetime import UTC, datetime
from importlib import import_module
from importlib.metadata import version
from pathlib import Path

NAMES = (
    "startup",
    "many_recipes",
    "loading",
    "planning",
    "saving",
    "sharding",
    "exporting",
    "sweeping",
)
RESULTS = Path(__file__).parent / "RESULTS.md"
LIBRARIES = ("torch", "transformers", "hydra-core", "pydantic", "safetensors")


def main() -> None:
    """Runs the benchmarks named, or all, and writes the table of a full run."""
    names = sys.argv[1:] or NAMES
    table = []
    for name in names:
        for row in import_module(f"benchmarks.{name}").rows():
            print(row, flush=True)
            table.append(str(row))
    if tuple(names) == NAMES:
        RESULTS.write_text(_document(table), encoding="utf-8")


def _document(table: list[str]) -> str:
    libraries = ", ".join(f"{name} {version(name)}" for name in LIBRARIES)
    machine = f"{os.cpu_count()} cores, {platform.machine()}, Python {platform.python_version()}"
    head = [
        "# Measured",
        "",
        f"By `make bench` on {datetime.now(UTC):%Y-%m-%d}: {machine}, {libraries}.",
        "Commands are timed in turn, so ratios hold where absolute times drift;"
        " medians, smallest and largest in brackets.",
        "",
        "| what | yaie | against | ratio | target |",
        "|---|---|---|---|---|",
    ]
    return "\n".join([*head, *table]) + "\n"


if __name__ == "__main__":
    main()
