"""How a sweep ends before all cells have their row: Ctrl-C, SIGTERM, a full disk, a launcher."""

from __future__ import annotations

import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, NoReturn

from yaie.cli.signals import INTERRUPTED, TERMINATED
from yaie.errors import InputError, Problem, SourceError, YaieError

if TYPE_CHECKING:
    from yaie.sweeps.gathering import Watcher
    from yaie.sweeps.sweep import Prepared
    from yaie.sweeps.swept import Swept


@dataclass(frozen=True, slots=True, kw_only=True)
class Cut:
    """What cut a sweep off."""

    exit_code: int
    problems: tuple[Problem, ...] = ()
    """Of a source or a launcher that failed; none of a signal."""
    is_full: bool = False
    """Whether the sweep's folder takes no more."""

    @property
    def word(self) -> str:
        """What is said first of it."""
        return {INTERRUPTED: "interrupted", TERMINATED: "terminated"}.get(self.exit_code, "cut off")


@contextmanager
def ended_by_sigterm() -> Iterator[None]:
    """SIGTERM ends the cells that run, as Ctrl-C does."""

    def end(number: int, frame: object) -> NoReturn:
        raise SystemExit(TERMINATED)

    before = signal.signal(signal.SIGTERM, end)
    try:
        yield
    except SystemExit:
        print("terminated", file=sys.stderr)
        raise
    finally:
        signal.signal(signal.SIGTERM, before)


def ran(ready: Prepared, watcher: Watcher) -> tuple[Swept, Cut | None]:
    """The sweep, and what cut it off; raises that where no cell had its row by then."""
    try:
        return ready.run(watcher), None
    except InputError:
        raise
    except (YaieError, KeyboardInterrupt, SystemExit) as error:
        so_far = ready.so_far()
        if so_far is None or not so_far.rows:
            raise
        return so_far, _cut(error)


def _cut(error: BaseException) -> Cut:
    if isinstance(error, YaieError):
        return Cut(
            exit_code=error.exit_code,
            problems=error.problems,
            is_full=isinstance(error, SourceError),
        )
    return Cut(exit_code=TERMINATED if isinstance(error, SystemExit) else INTERRUPTED)


def endings(swept: Swept, cut: Cut | None) -> Iterator[Problem]:
    """What is said of a sweep some of whose cells have no row, and how it goes on."""
    if cut is None and not swept.unfinished:
        return
    yield from () if cut is None else cut.problems
    yield Problem(
        path="",
        message=f"{'not finished' if cut is None else cut.word}: {swept.summary}",
        hint=f"`{swept.preface.command}` goes on",
        severity="warning" if cut is None else "error",
    )
