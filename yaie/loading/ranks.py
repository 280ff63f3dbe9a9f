"""The processes of a sharded load: each runs the load, and holds its shards."""

from __future__ import annotations

import os
import pickle
import sys
from contextlib import redirect_stdout
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from uuid import uuid4

from yaie.errors import Fault, Problem, UnsupportedError, YaieError, raise_errors
from yaie.facts.host import this_host
from yaie.loading.acts.act import Acts
from yaie.loading.loaded import Loaded
from yaie.loading.receipt import Receipt
from yaie.loading.reporting import Reporter
from yaie.loading.stopwatch import Stopwatch
from yaie.spec.device import Sharded
from yaie.spec.load_spec import Composition, LoadSpec


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What is told of a load by whoever did it."""

    receipt: Receipt
    architecture: str


def outcome_of(loaded: Loaded) -> Outcome:
    """What is told of a loaded model."""
    return Outcome(receipt=loaded.receipt, architecture=str(loaded.model))


def is_first() -> bool:
    """Whether this process is the one that speaks."""
    return not this_host().ranks or os.environ["RANK"] == "0"


def is_to_start(spec: LoadSpec) -> bool:
    """Whether a load needs ranks, and this process is none of them."""
    return isinstance(spec.device, Sharded) and not this_host().ranks


def refuse_alone(spec: LoadSpec) -> None:
    """Raises UnsupportedError where a load needs ranks, and this process is none of them."""
    if is_to_start(spec):
        ranks = getattr(spec.device, "ranks", None) or len(this_host().devices)
        raise UnsupportedError(
            Problem(
                path="device.kind",
                message=f"`{spec.device.kind}` shards weights over processes that torchrun starts,"
                " and this one was started without it",
                hint=f"run the program by `torchrun --nproc-per-node {ranks} PROGRAM`",
                fault=Fault.UNSUPPORTED,
            )
        )


def start(composition: Composition, acts: Acts, reporter: Reporter) -> Outcome:
    """Has torchrun start the ranks of a load, and gives what the first of them tells.

    Raises the YaieError of the rank that failed first; the others are ended with it.
    """
    # Files are brought once, and what is refused is refused, before a rank starts.
    from yaie.loading.preparing import planned_with_files

    planned_with_files(composition, Stopwatch(reporter), acts)
    from torch.distributed.elastic.multiprocessing.errors import ChildFailedError
    from torch.distributed.launcher.api import elastic_launch

    with TemporaryDirectory(prefix="yaie-ranks-") as folder:
        launched = elastic_launch(_config(composition.spec), _as_rank)
        try:
            return launched(composition, acts, folder)[0]  # type: ignore[no-any-return]
        except ChildFailedError as error:
            _raise_first(Path(folder), error)
            raise


def _config(spec: LoadSpec) -> Any:
    from torch.distributed.launcher.api import LaunchConfig

    ranks = getattr(spec.device, "ranks", None) or len(this_host().devices)
    return LaunchConfig(
        min_nodes=1,
        max_nodes=1,
        nproc_per_node=ranks,
        run_id=uuid4().hex,
        rdzv_backend="c10d",
        rdzv_endpoint="localhost:0",
        max_restarts=0,
        start_method="spawn",
    )


def _as_rank(composition: Composition, acts: Acts, folder: str) -> Outcome | None:
    """One rank's load; its problems are left in a file, for an exit code alone tells little."""
    import torch.distributed

    from yaie.loading.load import load

    try:
        with redirect_stdout(sys.stderr):
            outcome = outcome_of(load(composition, acts=acts))
    except YaieError as error:
        left = Path(folder, os.environ["RANK"])
        left.with_suffix(".part").write_bytes(pickle.dumps(error.problems))
        left.with_suffix(".part").rename(left)
        sys.stderr.flush()
        # Peers that wait for this rank keep it from leaving by the door.
        os._exit(error.exit_code)
    torch.distributed.destroy_process_group()
    return outcome if is_first() else None


def _raise_first(folder: Path, error: Any) -> None:
    """Raises what the rank that failed first said, or that it was killed."""
    killed = [
        (rank, -failure.exitcode)
        for rank, failure in error.failures.items()
        if failure.exitcode < 0 and failure.exitcode != -15
    ]
    if killed:
        rank, signal = killed[0]
        message = f"rank {rank} was killed by signal {signal}, and the others were ended with it"
        raise UnsupportedError(
            Problem(path="device.ranks", message=message, fault=Fault.UNSUPPORTED)
        ) from error
    left = sorted(folder.iterdir(), key=lambda path: path.stat().st_mtime_ns)
    if left:
        raise_errors(pickle.loads(left[0].read_bytes()))
