"""The files that a sweep leaves beside its rows: `rows.csv`, `report.html`, `rows.parquet`."""

from __future__ import annotations

import shlex
from collections.abc import Mapping
from pathlib import Path

from yaie.spec.recipe_file import write_text
from yaie.spec.recipe_writing import written
from yaie.sweeps.files import Files
from yaie.sweeps.gathering import unwritten
from yaie.sweeps.identity import name_of
from yaie.sweeps.product import Asked
from yaie.sweeps.report.best import Best
from yaie.sweeps.report.page import Report, page
from yaie.sweeps.report.records import as_csv, as_parquet
from yaie.sweeps.sweep import Swept


def report(asked: Asked, swept: Swept, best: Best | None) -> Report:
    """What a page tells of a sweep."""
    return Report(
        title=f"Sweep of {name_of(swept.cells)}",
        command=command(asked),
        versions=swept.versions,
        rows=swept.rows,
        recipes={number: written(found) for number, found in swept.compositions.items()},
        best=best,
        measuring=swept.measuring,
    )


def write(folder: Path, report: Report, *, parquet: bool) -> Mapping[str, Path]:
    """Writes the files, each whole or not at all; `csv`, `page`, `parquet` → where it lies.

    Raises SourceError where the disk takes them not.
    """
    contents: dict[str, tuple[str, str | bytes]] = {
        "csv": ("rows.csv", as_csv(report.rows)),
        "page": ("report.html", page(report)),
    }
    if parquet:
        contents["parquet"] = ("rows.parquet", as_parquet(report.rows))
    try:
        for name, content in contents.values():
            write_text(folder / name, content)
    except OSError as error:
        raise unwritten(Files(folder), error) from error
    return {kind: folder / name for kind, (name, _) in contents.items()}


def command(asked: Asked) -> str:
    """What makes a sweep again, for a shell."""
    recipe = () if asked.recipe is None else (str(asked.recipe),)
    own = () if asked.config_dir is None else ("--config-dir", str(asked.config_dir))
    return shlex.join(("python", "-m", "yaie", "sweep", *recipe, *asked.overrides, *own))
