"""How long each stage of a load takes."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager

from yaie.loading.reporting import Reporter


class Stopwatch:
    """A reporter that measures each stage as it passes it on; stages of one name add up."""

    def __init__(self, reporter: Reporter) -> None:
        self._reporter = reporter
        self.seconds: dict[str, float] = {}

    @contextmanager
    def stage(self, name: str) -> Iterator[None]:
        start = time.perf_counter()
        with self._reporter.stage(name):
            yield
        self.seconds[name] = self.seconds.get(name, 0.0) + time.perf_counter() - start

    def bytes(self, done: int, total: int) -> None:
        self._reporter.bytes(done, total)
