"""What ranks that torchrun started tell each other beside a model: that one has failed.

They talk by the store of torchrun's agent. Where it keeps none, each rank is on its own. Imports
torch.
"""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from threading import Event, Thread
from typing import Any

from yaie.facts.host import this_host

_CONNECTING = timedelta(seconds=10)
_BETWEEN_LOOKS = 1.0
"""Seconds."""


def is_first_to_fail() -> bool:
    """Whether no rank has failed before: what several fail of is told once, and what a rank fails
    of because another has left is not told at all."""
    if not _is_told_of_peers():
        return True
    from torch.distributed import DistError

    try:
        first = int(_store().add(_failed(), 1)) == 1
    except DistError:
        # The agent that keeps the store has ended: nobody tells for this rank.
        return True
    if first:
        # The agent ends the others as soon as one has ended; this one is to end what it says.
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
    return first


@contextmanager
def ended_with_peers() -> Iterator[None]:
    """Ends this process when a rank fails within, as torchrun does to those on the same machine.

    Those on other machines would wait for it, for two hours at worst.
    """
    if not _is_told_of_peers():
        yield
        return
    over = Event()
    Thread(target=_look, args=(over,), daemon=True).start()
    try:
        yield
    finally:
        over.set()


def _look(over: Event) -> None:
    from torch.distributed import DistError

    try:
        store = _store()
        while not over.wait(_BETWEEN_LOOKS):
            if int(store.add(_failed(), 0)):
                break
    except DistError:
        # The agent of the first machine has ended, and the ranks there with it.
        pass
    if not over.is_set():
        print(f"rank {os.environ['RANK']} ends, for another has failed", file=sys.stderr)
        sys.stderr.flush()
        os.kill(os.getpid(), signal.SIGTERM)


def _is_told_of_peers() -> bool:
    return bool(this_host().ranks) and os.environ.get("TORCHELASTIC_USE_AGENT_STORE") == "True"


def _failed() -> str:
    """The name of a counter; a store may serve several runs, and several attempts at one."""
    run = [os.environ.get(f"TORCHELASTIC_{name}", "") for name in ("RUN_ID", "RESTART_COUNT")]
    return "/".join(("yaie", *run, "failed"))


def _store() -> Any:
    from torch.distributed import TCPStore

    place = os.environ["MASTER_ADDR"], int(os.environ["MASTER_PORT"])
    return TCPStore(*place, is_master=False, timeout=_CONNECTING)
