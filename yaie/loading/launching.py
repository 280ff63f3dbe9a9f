"""Ranks that yaie starts itself: torchrun's agent has them, each a process of `yaie.loading.rank`.

Imports torch.
"""

from __future__ import annotations

import logging
import os
import pickle
import signal
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from uuid import uuid4

from yaie.errors import Fault, Problem, UnsupportedError, raise_errors
from yaie.facts.host import this_host
from yaie.loading.acts.act import Acts
from yaie.loading.rank import ASKED, OUTCOME, PROGRAM
from yaie.loading.ranks import Outcome
from yaie.loading.reporting import Reporter
from yaie.loading.stopwatch import Stopwatch
from yaie.spec.load_spec import Composition, LoadSpec

_ENDING = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGQUIT)


def start(composition: Composition, acts: Acts, reporter: Reporter) -> Outcome:
    """Has torchrun's agent start the ranks of a load, and gives what the first of them tells.

    Raises the YaieError of the rank that failed first; the others are ended with it.
    """
    # Files are brought once, and what is refused is refused, before a rank starts.
    from yaie.loading.preparing import planned_with_files

    watch = Stopwatch(reporter)
    planned_with_files(composition, watch, acts)
    with TemporaryDirectory(prefix="yaie-ranks-") as name, _ended_by_signals():
        folder = Path(name)
        (folder / ASKED).write_bytes(pickle.dumps((composition, acts)))
        with watch.stage("ranks"):
            _run(composition.spec, folder)
        told: Outcome = pickle.loads((folder / OUTCOME).read_bytes())
    return told


def _run(spec: LoadSpec, folder: Path) -> None:
    from torch.distributed.elastic.multiprocessing.errors import ChildFailedError
    from torch.distributed.launcher.api import elastic_launch

    ranks = getattr(spec.device, "ranks", None) or len(this_host().devices)
    threads = max(1, (os.cpu_count() or 1) // ranks)
    os.environ.setdefault("OMP_NUM_THREADS", str(threads))
    launched = elastic_launch(_config(ranks), sys.executable)
    # The agent logs at length what is told here in a line.
    logging.disable(logging.CRITICAL)
    try:
        launched("-m", PROGRAM, str(folder), str(os.getpid()))
    except ChildFailedError as error:
        _raise_first(folder, error.failures, error)
        raise
    finally:
        logging.disable(logging.NOTSET)


def _config(ranks: int) -> Any:
    from torch.distributed.elastic.multiprocessing.api import DefaultLogsSpecs
    from torch.distributed.launcher.api import LaunchConfig

    return LaunchConfig(
        min_nodes=1,
        max_nodes=1,
        nproc_per_node=ranks,
        run_id=uuid4().hex,
        rdzv_backend="c10d",
        rdzv_endpoint="localhost:0",
        max_restarts=0,
        logs_specs=DefaultLogsSpecs(log_dir=os.devnull),
        signals_to_handle="",
    )


@contextmanager
def _ended_by_signals() -> Iterator[None]:
    """A signal that ends this process ends it as it would without ranks, once they are ended.

    The agent would pass it on, and a rank that Ctrl-C meets as it starts tells where.
    """
    from torch.distributed.elastic.multiprocessing.api import SignalException

    caught: list[int] = []

    def leave(number: int, _: object) -> None:
        caught.append(number)
        raise SignalException("", sigval=signal.SIGTERM)

    before = {number: signal.signal(number, leave) for number in _ENDING}
    try:
        yield
    except SignalException:
        if caught[0] == signal.SIGINT:
            raise KeyboardInterrupt from None
        raise SystemExit(128 + caught[0]) from None
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _raise_first(folder: Path, failures: Mapping[int, Any], error: Exception) -> None:
    """Raises what the rank that failed first said, or that it was killed."""
    killed = {rank: -f.exitcode for rank, f in failures.items() if f.exitcode < 0}
    # The agent ends the others by SIGTERM.
    if strange := {rank: n for rank, n in killed.items() if n != signal.SIGTERM}:
        raise _killed(*next(iter(strange.items()))) from error
    left = sorted(folder.glob("failed-*"), key=lambda path: path.stat().st_mtime_ns)
    if left:
        raise_errors(pickle.loads(left[0].read_bytes()))
    first = min(failures, key=lambda rank: float(failures[rank].timestamp))
    if first in killed:
        raise _killed(first, killed[first]) from error


def _killed(rank: int, number: int) -> UnsupportedError:
    message = f"rank {rank} was killed by signal {number}, and the others were ended with it"
    return UnsupportedError(Problem(path="device.ranks", message=message, fault=Fault.UNSUPPORTED))
