"""The processes of a sharded load: each runs the load, and holds its shards."""

from __future__ import annotations

from yaie.errors import Fault, Problem, UnsupportedError
from yaie.facts.host import this_host
from yaie.spec.device import Sharded
from yaie.spec.load_spec import LoadSpec


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
