"""docs/oracle.md, written out of the rows of a run."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from importlib import metadata

from tools.oracle.row import Row

VERSIONS = ("transformers", "torch", "bitsandbytes")


def page(seed: str, rows: Sequence[Row]) -> str:
    return "\n".join([*_opening(seed, rows), *_disagreements(rows), *_dimensions(rows)]) + "\n"


def _opening(seed: str, rows: Sequence[Row]) -> Iterator[str]:
    versions = ", ".join(f"{name} {metadata.version(name)}" for name in VERSIONS)
    wrong, untold = (sum(row.disagrees for row in rows), sum(not row.judged for row in rows))
    yield from (
        "# What yaie says, and what transformers does",
        "",
        f"Written by `make oracle` on {datetime.now(UTC):%Y-%m-%d}: {versions}, seed `{seed}`.",
        f"{len(rows):,} cells, {wrong:,} disagreements. {untold:,} more cannot be told: they are"
        " about kernels as they run, and no model is run here, or about packages that another"
        " machine may have.",
        "",
        "A cell is one load as it is typed: architecture × task × attention × precision ×",
        "quantization × config overrides, drawn by the seed. `check` judges each. Then",
        "",
        "- where it says **yes**, the calls that yaie plans are carried out, on `meta` or with a",
        "  tiny checkpoint of random weights: they must build, every override must read back from",
        "  the built config, each part must run on the attention kind that was asked, parameters",
        "  must be of the dtype, weights quantised, and no key missing, unexpected or of another",
        "  shape;",
        "- where it says **no**, the calls that anyone would write by hand are made: they must",
        "  refuse, or do something other than asked (an override that is not held, or held by a",
        "  config that has no such field, labels that change nothing, a warning about what was",
        "  asked, weights that do not match);",
        "- where it says that **a checkpoint's config is needed**, for certain or unless one of",
        "  the overrides does without, the default config must not build.",
    )


def _disagreements(rows: Sequence[Row]) -> Iterator[str]:
    causes: dict[str, list[Row]] = defaultdict(list)
    for row in rows:
        if row.disagrees:
            causes[row.cause].append(row)
    yield from ("", "## Disagreements by cause", "")
    if not causes:
        yield "None."
        return
    yield from ("| cells | cause | for example |", "|--:|---|---|")
    for cause, found in sorted(causes.items(), key=lambda item: (-len(item[1]), item[0])):
        yield f"| {len(found)} | {_cell(cause)} | `{_cell(found[0].cell.command())}` |"


def _dimensions(rows: Sequence[Row]) -> Iterator[str]:
    yield from ("", "## Cells", "", "| dimension | value | yes | no | other | disagree |")
    yield "|---|---|--:|--:|--:|--:|"
    for dimension, values in _by_dimension(rows).items():
        for value, found in sorted(values.items()):
            verdicts = Counter(row.said.verdict.value for row in found)
            other = len(found) - verdicts["yes"] - verdicts["no"]
            wrong = sum(row.disagrees for row in found)
            numbers = f"{verdicts['yes']:,} | {verdicts['no']:,} | {other:,} | {wrong:,}"
            yield f"| {dimension} | {_cell(value)} | {numbers} |"


def _by_dimension(rows: Sequence[Row]) -> dict[str, dict[str, list[Row]]]:
    found: dict[str, dict[str, list[Row]]] = defaultdict(lambda: defaultdict(list))
    for row in rows:
        for dimension, value in _values(row):
            found[dimension][value].append(row)
    return found


def _values(row: Row) -> Iterator[tuple[str, str]]:
    cell = row.cell
    yield "all", "cells"
    yield "checkpoint", "tiny, loaded" if cell.checkpoint else "default config"
    yield "weights", cell.weights
    yield "host", cell.host
    yield "attention", cell.attention
    yield "attention of parts", "said" if cell.submodules else "not said"
    yield "experts", cell.experts
    yield "precision", cell.precision
    yield "quantization", cell.quantization
    yield "labels", "said" if cell.head else "not said"
    yield from (("override", kind) for kind in cell.kinds or ("none",))


def _cell(text: str) -> str:
    return text.replace("|", r"\|").replace("\n", " ")
