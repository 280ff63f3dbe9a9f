"""Asks yaie and transformers about random cells of the grid, and writes where they disagree.

python -m tools.oracle                          the full grid, into docs/oracle.md
python -m tools.oracle --cells 1                one cell an architecture
python -m tools.oracle --seed 7 --only llama:3  one cell again
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterable, Sequence
from pathlib import Path

from tools.oracle.row import Row
from tools.oracle.workers import Portion, run

PAGE = Path(__file__).parent.parent.parent / "docs" / "oracle.md"
CELLS = 13
"""Cells an architecture: more than 10,000 in all."""
TOLD_EVERY = 500


def main(argv: Sequence[str] | None = None) -> int:
    args = _arguments(argv)
    portions = _portions(args.only, args.cells)
    rows = list(_told(run(args.seed, portions, args.workers), args.verbose or bool(args.only)))
    if not args.only:
        from tools.oracle.page import page

        args.out.write_text(page(args.seed, rows), encoding="utf-8")
    disagreeing = [row for row in rows if row.disagrees]
    print(f"{len(rows):,} cells, {len(disagreeing):,} disagreements", file=sys.stderr)
    return int(bool(disagreeing))


def _arguments(argv: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tools.oracle", description=__doc__)
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    parser.add_argument("--seed", default="1", help="what the cells are drawn by")
    parser.add_argument("--cells", type=int, default=CELLS, help="cells an architecture")
    parser.add_argument("--only", nargs="*", default=[], help="architectures, or cells of one")
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--out", type=Path, default=PAGE)
    parser.add_argument("--verbose", action="store_true", help="print every disagreement")
    return parser.parse_args(argv)


def _portions(only: Iterable[str], cells: int) -> list[Portion]:
    from yaie.facts.catalogue import catalogue

    chosen = [name.partition(":") for name in only]
    if not chosen:
        chosen = [(name, "", "") for name in catalogue().model_types]
    return [(name, (int(n),) if n else tuple(range(cells))) for name, _, n in chosen]


def _told(rows: Iterable[Row], verbose: bool) -> Iterable[Row]:
    for number, row in enumerate(rows, 1):
        if number % TOLD_EVERY == 0:
            print(f"{number:,} cells", file=sys.stderr)
        if verbose and row.disagrees:
            print(f"{row.cell.name}  {row.told()}\n", flush=True)
        yield row


if __name__ == "__main__":
    raise SystemExit(main())
