"""Numbers as people read them."""

from __future__ import annotations

_UNITS = ("B", "kB", "MB", "GB", "TB")


def bytes_said(number: float) -> str:
    """Bytes in decimal units: `2.2 GB`."""
    for unit in _UNITS[:-1]:
        if number < 999.5:
            return f"{number:.0f} B" if unit == "B" else f"{number:.3g} {unit}"
        number /= 1000
    return f"{number:.3g} {_UNITS[-1]}"


def count_said(number: int, noun: str) -> str:
    """`1 error`, `2 errors`; empty for none."""
    return f"{number:,} {noun}{'s' if number != 1 else ''}" if number else ""
