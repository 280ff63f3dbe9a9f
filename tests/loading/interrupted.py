"""A program that saves again and again, each time interrupted one system call later.

    python -m tests.loading.interrupted kill|turns|fill|plain CHECKPOINT PLACE [STEP]

The save runs in a process of its own that is traced. At a call's entry that process is killed, or
the disk of PLACE is filled and it goes on. What is in place after each is compared with the
checkpoint that was there before, and with the one that a save without interruption writes.
`turns` is `kill` where two folders cannot be exchanged: what is in place is looked at when the next
save has put back what it found. `plain` kills transformers' own save_pretrained instead.
"""

from __future__ import annotations

import ctypes
import json
import os
import shutil
import signal
import sys
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

from yaie.errors import SourceError
from yaie.loading import exchange, saving
from yaie.planning.upstream import quieted

_TRACEME, _SYSCALL, _SETOPTIONS = 0, 24, 0x4200
_EXITKILL_AND_GOOD_STOPS = 0x100001
_AT_A_CALL = signal.SIGTRAP | 0x80
_FULL = 9
"""Exit code of a process whose save was refused by the disk."""
_libc = ctypes.CDLL(None, use_errno=True)

Contents = dict[str, bytes]


def contents(folder: Path) -> Contents:
    return {p.name: p.read_bytes() for p in sorted(folder.iterdir())}


def _traced(save: Callable[[], Any]) -> int:
    """The process that saves, stopped before it begins."""
    if child := os.fork():
        os.waitpid(child, 0)
        _ptrace(_SETOPTIONS, child, _EXITKILL_AND_GOOD_STOPS)
        return child
    try:
        _ptrace(_TRACEME, 0, 0)
        os.kill(os.getpid(), signal.SIGSTOP)
        save()
        os._exit(0)
    except SourceError:
        os._exit(_FULL)
    finally:
        os._exit(1)


def _ptrace(request: int, pid: int, data: int) -> None:
    if _libc.ptrace(request, pid, ctypes.c_void_p(0), ctypes.c_void_p(data)) == -1:
        code = ctypes.get_errno()
        raise OSError(code, f"ptrace: {os.strerror(code)}")


def interrupted(save: Callable[[], Any], at: int, act: Callable[[int], None]) -> int | None:
    """Acts on the process of a save at the entry of a call; its exit code, None when it was killed,
    and -1 where it ended before."""
    child, stops, passed = _traced(save), 0, 0
    while True:
        # One that was killed is gone, and no longer traced.
        with suppress(ProcessLookupError):
            _ptrace(_SYSCALL, child, passed)
        _, status = os.waitpid(child, 0)
        if os.WIFSIGNALED(status):
            return None
        if os.WIFEXITED(status):
            return os.WEXITSTATUS(status) if stops > 2 * at else -1
        stop = os.WSTOPSIG(status)
        passed = 0 if stop == _AT_A_CALL else stop
        if stop == _AT_A_CALL:
            stops += 1
            if stops == 2 * at + 1:
                act(child)


def _kill(child: int) -> None:
    os.kill(child, signal.SIGKILL)


def _filling(disk: Path) -> Callable[[int], None]:
    def fill(_: int) -> None:
        with open(disk / "filler", "wb", buffering=0) as filler:
            try:
                while filler.write(b"\0" * 4096):
                    pass
            except OSError:
                return

    return fill


def main(way: str, checkpoint: str, place: Path, step: int) -> dict[str, object]:
    """How often the old or the new checkpoint, or a mixture, was there, and how the save ended."""
    from transformers import AutoModelForCausalLM
    from transformers.utils.logging import disable_progress_bar

    before, after = place.with_name("before"), place.with_name("after")
    shutil.copytree(place, before)
    disable_progress_bar()
    model = AutoModelForCausalLM.from_pretrained(checkpoint)
    saving.SHARD = os.environ.get("SHARD", saving.SHARD)

    def save(folder: Path = place) -> None:
        if way == "plain":
            # Bars start a thread, which a fork does not survive.
            with quieted():
                model.save_pretrained(folder, max_shard_size=saving.SHARD)
        else:
            saving.save(model, None, folder)

    if way == "turns":
        exchange._RENAME_EXCHANGE = 1 << 31
    save(after)
    old, new = contents(before), contents(after)
    assert old != new
    act = _filling(place.parent) if way == "fill" else _kill
    found: Counter[str] = Counter()
    at = 0
    while (code := interrupted(save, at, act)) != -1:
        (place.parent / "filler").unlink(missing_ok=True)
        if way == "turns":
            exchange._tidy(place)
        kept = {str(old): "old", str(new): "new"}.get(str(contents(place)), "mixture")
        if way != "plain":
            AutoModelForCausalLM.from_pretrained(place)
        left = [p.name for p in place.parent.iterdir() if p.name.startswith(".")]
        ended = "killed" if code is None else f"exit {code}, {len(left)} left beside"
        found[f"{kept}, {ended}"] += 1
        shutil.rmtree(place)
        shutil.copytree(before, place)
        at += step
    return {"calls": at, "found": dict(found)}


if __name__ == "__main__":
    way, checkpoint, place, *step = sys.argv[1:]
    print(json.dumps(main(way, checkpoint, Path(place), int(step[0] if step else 1))))
