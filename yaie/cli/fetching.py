"""What a plan fetches and reads, as comments behind its program."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

from yaie.spec.wording import counted, lasting, printable, sized

if TYPE_CHECKING:
    from yaie.planning.download_plan import DownloadPlan, Room
    from yaie.sources.rates import Rate


def comments(download: DownloadPlan) -> Iterator[str]:
    """A line a fact, each a comment of Python."""
    yield from (f"# {printable(line)}" for line in _lines(download))


def _lines(download: DownloadPlan) -> Iterator[str]:
    if download.files:
        yield _row("to fetch", _counted(download.files) + _how_long(download))
        yield from (_row("", f"{sized(size):>8}  {n}") for n, size in download.files.items())
    else:
        yield "nothing to fetch"
    if download.cached is None and download.files:
        yield _row("there", "what is in its cache and free on its disk is not known here")
    if download.cached:
        yield _row("at hand", _counted(download.cached))
    if download.room:
        yield _row("in", _place(download.room, download.bytes))
    if download.reading and download.read_seconds:
        took = _took(download.read_seconds, download.reading)
        loads = f"{counted(download.reading.times, 'load')} like this"
        yield _row("to read", f"{sized(download.weight_bytes)} from the disk, {took} of {loads}")


def _row(what: str, text: str) -> str:
    return f"{what:9} {text}"


def _counted(files: Mapping[str, int]) -> str:
    return f"{counted(len(files), 'file')}, {sized(sum(files.values()))}"


def _how_long(download: DownloadPlan) -> str:
    if download.cached is None:
        return ""
    if download.fetching is None or download.fetch_seconds is None:
        return f"; how long is not known, for nothing large has come from {download.hub} yet"
    came = f"{counted(download.fetching.times, 'file')} from {download.hub}"
    return f", {_took(download.fetch_seconds, download.fetching)} of {came}"


def _took(seconds: float, rate: Rate) -> str:
    return f"about {lasting(seconds)} at the {sized(rate.bytes_per_second)}/s"


def _place(room: Room, wanted: int) -> str:
    chosen = f" ({room.chosen_by})" if room.chosen_by else ""
    left = sized(room.free_bytes - wanted)
    free = f", {sized(room.free_bytes)} free, {left} when all has come" if wanted else ""
    return f"{room.folder}{chosen}{free}"
