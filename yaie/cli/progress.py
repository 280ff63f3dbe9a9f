"""Progress on stderr, of any stage that takes over a second."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Timer
from typing import TextIO

from yaie.loading.reporting import Reporter, Silent

PATIENCE = 1.0
"""Seconds that a stage may take before anything is said of it."""


def reporter(stream: TextIO, *, quiet: bool) -> Reporter:
    """A bar that moves on a terminal, a line a stage in a log, nothing when quiet."""
    if quiet:
        return Silent()
    return Moving(stream) if stream.isatty() else Lines(stream)


class Lines:
    """One line for each stage that took long, once it is done."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream

    @contextmanager
    def stage(self, name: str) -> Iterator[None]:
        start = time.monotonic()
        yield
        if (seconds := time.monotonic() - start) > PATIENCE:
            print(f"{name}: {seconds:.1f} s", file=self._stream, flush=True)

    def bytes(self, done: int, total: int) -> None:
        """A log has no use for it."""


class Moving:
    """A spinner with the stage's name, and a bar once its bytes are told."""

    def __init__(self, stream: TextIO) -> None:
        from rich.console import Console
        from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

        columns = (SpinnerColumn(), TextColumn("{task.description}"), TimeElapsedColumn())
        console = Console(file=stream)
        self._progress = Progress(*columns, console=console, transient=True, redirect_stdout=False)
        self._columns = self._progress.columns

    @contextmanager
    def stage(self, name: str) -> Iterator[None]:
        task = self._progress.add_task(name, total=None)
        start = Timer(PATIENCE, self._progress.start)
        start.daemon = True
        start.start()
        try:
            yield
        finally:
            start.cancel()
            start.join()
            self._progress.stop()
            self._progress.remove_task(task)
            self._progress.columns = self._columns

    def bytes(self, done: int, total: int) -> None:
        if self._progress.columns is self._columns:
            from rich.progress import BarColumn, DownloadColumn

            self._progress.columns = (*self._columns, BarColumn(), DownloadColumn())
        for task in self._progress.task_ids:
            self._progress.update(task, completed=done, total=total)
