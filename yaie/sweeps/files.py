"""A sweep's folder: where each thing lies in it, and how it is written.

sweep.json      which sweep this is
preface.json    what is told of it beside its rows: its command, and each cell's recipe
rows.jsonl      a row a line, in the order in which they were finished; of a cell's the last holds
run             which run of the sweep goes on; jobs of another one end themselves
lock            held by the process that runs the sweep
cells/7/        spec.json: what cell 7 loads; log.txt: what its process printed; stage: where its
                load is; partial.json and answer.json: what its process told as it was measured,
                and in the end; row.json: its row, until it stands in rows.jsonl; launched: where
                what its job printed is kept, of submitit's
rows.csv, rows.parquet, report.html  what is made of the rows
text.txt        what models read as they are measured
reference-0.safetensors  the answers of cell 0, which others are compared with
launcher/       what Hydra's launcher leaves
"""

from __future__ import annotations

import json
import os.path
from dataclasses import dataclass
from pathlib import Path
from typing import Any


@dataclass(frozen=True, slots=True)
class Files:
    """The paths of a sweep's folder."""

    folder: Path

    @property
    def hold_a_sweep(self) -> bool:
        """Whether the folder is that of a sweep."""
        return os.path.isfile(self.identity)

    @property
    def identity(self) -> Path:
        return self.folder / "sweep.json"

    @property
    def preface(self) -> Path:
        return self.folder / "preface.json"

    @property
    def rows(self) -> Path:
        return self.folder / "rows.jsonl"

    @property
    def csv(self) -> Path:
        return self.folder / "rows.csv"

    @property
    def parquet(self) -> Path:
        return self.folder / "rows.parquet"

    @property
    def page(self) -> Path:
        return self.folder / "report.html"

    @property
    def run(self) -> Path:
        return self.folder / "run"

    @property
    def lock(self) -> Path:
        return self.folder / "lock"

    @property
    def launcher(self) -> Path:
        return self.folder / "launcher"

    @property
    def text(self) -> Path:
        return self.folder / "text.txt"

    def reference(self, number: int) -> Path:
        """The answers of a cell that others are compared with."""
        return self.folder / f"reference-{number}.safetensors"

    def cell(self, number: int) -> Path:
        return self.folder / "cells" / str(number)

    def spec(self, number: int) -> Path:
        return self.cell(number) / "spec.json"

    def log(self, number: int) -> Path:
        return self.cell(number) / "log.txt"

    def stage(self, number: int) -> Path:
        """The stage that the cell's load is in."""
        return self.cell(number) / "stage"

    def launched(self, number: int) -> Path:
        """Where the launcher keeps what the cell's job prints, if it does."""
        return self.cell(number) / "launched"

    def answer(self, number: int) -> Path:
        """What the cell's own process tells."""
        return self.cell(number) / "answer.json"

    def partial(self, number: int) -> Path:
        """What the cell's own process told so far."""
        return self.cell(number) / "partial.json"

    def row(self, number: int) -> Path:
        return self.cell(number) / "row.json"


def write_whole(path: Path, document: Any) -> None:
    """Writes JSON so that a reader finds all of it, or what was there before."""
    part = path.with_name(path.name + ".part")
    with part.open("w", encoding="utf-8") as file:
        json.dump(document, file)
        file.flush()
        os.fsync(file.fileno())
    part.replace(path)


def read_whole(path: Path) -> Any:
    """What was written; None where nothing is."""
    try:
        return json.loads(path.read_bytes())
    except FileNotFoundError:
        return None
