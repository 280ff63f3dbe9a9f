"""Processes that judge cells, grouped by architecture: importing its code is the cost.

A cell that ends its process, or does not end, is a row like any other.
"""

from __future__ import annotations

import multiprocessing
import os
import warnings
from collections.abc import Iterator, Sequence
from multiprocessing.connection import Connection
from queue import Empty, SimpleQueue
from threading import Thread

from tools.oracle.cell import Cell
from tools.oracle.outcome import Happened, Said, Verdict
from tools.oracle.row import Row

Portion = tuple[str, tuple[int, ...]]
"""An architecture and the numbers of its cells."""

IMPORTED = "tools.oracle.imported"
SECONDS_A_CELL = 120
RENEWED_AFTER = 60
"""Portions after which a process is replaced, for the code that it has imported."""


def run(seed: str, portions: Sequence[Portion], workers: int = 2) -> Iterator[Row]:
    """The row of every cell, as they come."""
    todo: SimpleQueue[Portion] = SimpleQueue()
    for portion in portions:
        todo.put(portion)
    rows: SimpleQueue[Row] = SimpleQueue()
    for _ in range(workers):
        Thread(target=_work, args=(seed, todo, rows), daemon=True).start()
    for _ in range(sum(len(numbers) for _, numbers in portions)):
        yield rows.get()


class _Worker:
    """One process and the pipe to it."""

    def __init__(self, seed: str) -> None:
        # What all of them import is imported once.
        context = multiprocessing.get_context("forkserver")
        context.set_forkserver_preload([IMPORTED])
        self.pipe, inner = context.Pipe()
        self.process = context.Process(target=_serve, args=(inner, seed), daemon=True)
        self.process.start()
        inner.close()
        self.portions = 0

    def row(self, architecture: str, number: int) -> Row:
        """The row of a cell; EOFError where the process ended, TimeoutError where it did not."""
        self.pipe.send((architecture, number))
        if not self.pipe.poll(SECONDS_A_CELL):
            raise TimeoutError(f"no answer in {SECONDS_A_CELL} s")
        row: Row = self.pipe.recv()
        return row

    def end(self) -> None:
        self.process.kill()
        self.process.join()
        self.pipe.close()


def _work(seed: str, todo: SimpleQueue[Portion], rows: SimpleQueue[Row]) -> None:
    """Portions, one after another, until there are none."""
    worker = _Worker(seed)
    while True:
        try:
            architecture, numbers = todo.get_nowait()
        except Empty:
            worker.end()
            return
        for number in numbers:
            try:
                rows.put(worker.row(architecture, number))
            except (EOFError, TimeoutError, ConnectionError) as error:
                rows.put(_lost(architecture, number, error))
                worker.end()
                worker = _Worker(seed)
        worker.portions += 1
        if worker.portions == RENEWED_AFTER:
            worker.end()
            worker = _Worker(seed)


def _lost(architecture: str, number: int, error: BaseException) -> Row:
    """The row of a cell that nothing came back of; its words can be drawn again."""
    cell = Cell(architecture=architecture, number=number, task="auto", weights="meta")
    return Row(
        cell=cell,
        said=Said(
            verdict=Verdict.BROKEN, messages=(f"judging it: {type(error).__name__}: {error}",)
        ),
        happened=Happened(),
        agrees=False,
    )


def _serve(pipe: Connection, seed: str) -> None:
    """Answers each cell that comes through the pipe."""
    _quiet()
    from tools.oracle.judging import judged

    while True:
        try:
            architecture, number = pipe.recv()
        except EOFError:
            return
        try:
            pipe.send(judged(seed, architecture, number))
        except Exception as error:
            # A fault of the oracle's own is told as loudly as one of yaie's.
            pipe.send(_lost(architecture, number, error))


def _quiet() -> None:
    """No network, one thread, and nothing on the terminal: what transformers warns of is heard."""
    os.environ |= {
        "HF_HUB_OFFLINE": "1",
        "TRANSFORMERS_VERBOSITY": "warning",
        "OMP_NUM_THREADS": "1",
    }
    silent = os.open(os.devnull, os.O_WRONLY)
    os.dup2(silent, 1)
    os.dup2(silent, 2)
    warnings.simplefilter("ignore")
