"""How long a user waits for `--help` and for `check`."""

from __future__ import annotations

from collections.abc import Iterator

from benchmarks.processes import in_turn, python
from benchmarks.results import Row
from yaie.sources.locate import folder_of

PAIRS = 7


def rows() -> Iterator[Row]:
    """`--help` and `check` against a check written by hand, whole processes."""
    tiny = str(folder_of("pkg://yaie/tiny"))
    by_hand = python("benchmarks/scripts/handwritten_check.py", tiny)
    for words in (("--help",), ("check", "recipes/laptop.yaml")):
        timed = in_turn(by_hand, python("-m", "yaie", *words), PAIRS)
        yield Row(
            what=f"`yaie {' '.join(words)}`, whole process",
            ours=f"{timed.second:.2f} s",
            other=f"a check by hand with transformers: {timed.first:.2f} s",
            ratio=f"{timed.ratio:.1f}× faster ({timed.spread[0]:.1f}–{timed.spread[1]:.1f})",
            target="≥ 8× faster, ≤ 0.6 s",
        )
