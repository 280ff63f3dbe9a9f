"""The files that a sweep leaves beside its rows: `rows.csv`, `report.html`, `rows.parquet`."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from yaie.spec.recipe_file import write_text
from yaie.sweeps.files import Files
from yaie.sweeps.gathering import unwritten
from yaie.sweeps.report.best import Best
from yaie.sweeps.report.page import Report, page
from yaie.sweeps.report.records import as_csv, as_parquet
from yaie.sweeps.swept import Swept


def report(swept: Swept, best: Best | None = None) -> Report:
    """What a page tells of a sweep."""
    told = swept.preface
    return Report(
        title=told.title,
        command=told.command,
        versions=told.versions,
        rows=swept.rows,
        recipes=told.recipes,
        best=best,
        measuring=told.measuring,
        unfinished=swept.unfinished,
    )


def write(folder: Path, report: Report, *, parquet: bool) -> Mapping[str, Path]:
    """Writes the files, each whole or not at all; `csv`, `page`, `parquet` → where it lies.

    Raises SourceError where the disk takes them not.
    """
    files = Files(folder)
    contents: dict[Path, str | bytes] = {
        files.csv: as_csv(report.rows),
        files.page: page(report),
        **({files.parquet: as_parquet(report.rows)} if parquet else {}),
    }
    try:
        for path, content in contents.items():
            write_text(path, content)
    except OSError as error:
        raise unwritten(files, error) from error
    return dict(zip(("csv", "page", "parquet"), contents, strict=False))
