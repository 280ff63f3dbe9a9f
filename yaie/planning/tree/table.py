"""The rows of a tree with their columns, as wide as the terminal or 80 columns."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from shutil import get_terminal_size

from yaie.planning.tree.held import Sums
from yaie.spec.wording import printable, sized

NARROWEST = 24
"""Characters that a row's text has, however narrow the terminal is."""
SHORTEST_CLASS = 8
"""Characters of a class that is cut so that a shape is not."""
CLASS = "cyan"
"""The style of a module's class."""
Text = tuple[str, str]
"""A piece of a line, and rich's style of it."""
Paint = Callable[[str, str], str]
"""A text and its style to the text as it is shown."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One line, before its columns are known."""

    text: tuple[Text, ...]
    sums: Sums
    """Of all modules that the row stands for."""


def aligned(rows: Sequence[Row], whole: Sums, paint: Paint) -> Iterator[str]:
    """The lines of rows, after one of their columns' titles."""
    columns = [*_columns(rows, whole)]
    widths = [max(map(len, column)) for column in columns]
    room = get_terminal_size().columns - sum(width + 2 for width in widths)
    longest = max(sum(len(text) for text, _ in row.text) for row in rows)
    label = max(min(room, longest), NARROWEST)
    heads, *cells = zip(*columns, strict=True)
    yield paint(" " * label + _joined(heads, widths), "dim")
    for row, told in zip(rows, cells, strict=True):
        # A row without numbers may take their place.
        own = label + (0 if any(told) else sum(width + 2 for width in widths))
        text = _painted(row.text, own, paint)
        yield f"{text}{_joined(told, widths)}" if any(told) else text.rstrip()


def _joined(cells: Iterable[str], widths: Iterable[int]) -> str:
    return "".join(f"  {cell:>{width}}" for cell, width in zip(cells, widths, strict=True))


def _painted(pieces: Sequence[Text], width: int, paint: Paint) -> str:
    """The pieces in a width: of a row that is longer the class is cut first, then the end."""
    over = sum(len(printable(text)) for text, _ in pieces) - width
    told: list[Text] = []
    left = width
    for text, style in pieces:
        text = printable(text)
        most = max(len(text) - max(over, 0), SHORTEST_CLASS) if style == CLASS else len(text)
        shown = _cut(_cut(text, most), left)
        if shown == "…" and told[-1][0].endswith("…"):
            shown = " "
        over -= len(text) - len(shown)
        told.append((shown, style))
        left -= len(shown)
    return "".join(paint(*piece) if all(piece) else piece[0] for piece in told) + " " * left


def _cut(text: str, width: int) -> str:
    if len(text) <= width:
        return text
    return f"{text[: width - 1]}…" if width else ""


def _columns(rows: Sequence[Row], whole: Sums) -> Iterator[list[str]]:
    """Title and cells of each column; what is the same everywhere has none."""
    total = whole.parameters
    yield ["params", *(_short_number(row.sums.parameters) for row in rows)]
    yield ["share", *(share(row.sums.parameters, total) for row in rows)]
    if len(whole.dtypes) > 1:
        yield ["dtype", *(_most(row.sums.dtypes) for row in rows)]
    if len(whole.devices) > 1:
        yield ["device", *(_most(row.sums.devices) for row in rows)]
    yield ["memory", *(memory(row.sums) for row in rows)]


def _short_number(number: int) -> str:
    """`405B`, `16.4k`; empty for none."""
    left = float(number)
    for unit in ("", "k", "M", "B"):
        if left < 999.5:
            return f"{left:.3g}{unit}" if left else ""
        left /= 1000
    return f"{left:.3g}T"


def share(part: int, whole: int) -> str:
    """`12.5%`; empty for nothing."""
    if not part:
        return ""
    return f"{part / whole:.1%}" if part / whole >= 0.0005 else "<0.1%"


def _most(counts: Mapping[str, int]) -> str:
    """The name that most is of, and whether there are others."""
    first = next(iter(counts), "")
    return f"{first}, …" if len(counts) > 1 else first


def memory(sums: Sums) -> str:
    """Bytes with the quantiser's state; `+ ?` where that is not known."""
    if sums.state_bytes is None:
        return f"{sized(sums.bytes)} + ?"
    return sized(sums.memory) if sums.memory else ""
