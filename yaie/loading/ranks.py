"""The processes of a sharded load: each runs the load, and holds its shards."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from yaie.errors import Fault, Problem, UnsupportedError
from yaie.facts.host import this_host
from yaie.loading.loaded import Loaded
from yaie.loading.receipt import Receipt
from yaie.planning.tree.module_tree import ModuleTree
from yaie.sources.disk import existing
from yaie.spec.device import Sharded
from yaie.spec.load_spec import LoadSpec


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What is told of a load by whoever did it."""

    receipt: Receipt
    tree: ModuleTree


def outcome_of(loaded: Loaded) -> Outcome:
    """What is told of a loaded model."""
    return Outcome(receipt=loaded.receipt, tree=loaded.tree())


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


@contextmanager
def one_at_a_time(folder: Path) -> Iterator[bool]:
    """Ranks that see the same folder go in one after the other; yields whether another may have
    been there before. A process that is no rank goes in at once."""
    if not this_host().ranks:
        yield False
        return
    import fcntl

    # What cannot be made, or locked, keeps nobody out: the hub's locks, one a file, still do.
    with suppress(OSError):
        folder.mkdir(parents=True, exist_ok=True)
    lock = os.open(existing(folder), os.O_RDONLY)
    try:
        with suppress(OSError):
            fcntl.flock(lock, fcntl.LOCK_EX)
        yield True
    finally:
        os.close(lock)
