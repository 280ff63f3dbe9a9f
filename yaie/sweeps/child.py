"""The process of one cell: loads what was planned, and tells what it got.

`python -m yaie.sweeps.child FOLDER NUMBER`, started by a job.
"""

from __future__ import annotations

import gc
import os
import signal
import sys
import time
import traceback
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from threading import Thread
from typing import Any

from yaie.errors import Fault, Problem, SourceError, YaieError
from yaie.spec.load_spec import LoadSpec
from yaie.sweeps.files import Files, read_whole, write_whole
from yaie.sweeps.handover import from_json, problems_as_json
from yaie.sweeps.measures.measuring import Measuring
from yaie.sweeps.measures.measuring import from_json as measuring_from
from yaie.sweeps.process import MARK, end_marked
from yaie.sweeps.verdict import MORE_MEMORY

LEAVE = 30.0
"""Seconds that threads and handlers of a model's own code may take, once all is told."""


def main(folder: str, number: int) -> int:
    """Runs the cell; the exit code is that of the load alone."""
    Thread(target=_end_with_the_job, args=[_own_input()], daemon=True).start()
    _be_the_first_to_go()
    files = Files(Path(folder))
    code, answer = _happened(files, number)
    write_whole(files.answer(number), {**answer, "code": code})
    Thread(target=_leave, args=[code], daemon=True).start()
    # Python would look for circles among all that torch left before it ends, for half a second.
    gc.freeze()
    return code


def _own_input() -> int:
    """The end of the job's pipe, for this module alone: code that asks a user finds nobody."""
    pipe = os.dup(0)
    nobody = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nobody, 0)
    os.close(nobody)
    return pipe


def _end_with_the_job(pipe: int) -> None:
    """Ends this process and all that it started once the job that waits for it is gone."""
    os.read(pipe, 1)
    end_marked(os.environ[MARK])
    os.killpg(0, signal.SIGKILL)


def _leave(code: int) -> None:
    """Ends a process that does not end by itself: a thread runs on, or a handler waits."""
    time.sleep(LEAVE)
    os._exit(code)


def _be_the_first_to_go() -> None:
    """Has Linux end this process, and not the sweep, where memory runs out."""
    with suppress(OSError):
        Path("/proc/self/oom_score_adj").write_text("1000")


def _happened(files: Files, number: int) -> tuple[int, dict[str, Any]]:
    try:
        return 0, _loaded(files, number)
    except YaieError as error:
        return error.exit_code, {"problems": problems_as_json(error.problems)}
    except Exception as error:
        traceback.print_exc()
        return _failed(error)


def _failed(error: Exception) -> tuple[int, dict[str, Any]]:
    """What is told of an error that nobody foresaw: memory that ran out is no bug."""
    from yaie.planning.upstream import lacks_memory, limited

    told = " ".join(str(error).split())[:300]
    message = f"{type(error).__name__}: {told}".removesuffix(": ")
    hint = limited() if isinstance(error, RuntimeError) else None
    fault = Fault.UNSUPPORTED if hint or lacks_memory(error) else Fault.BUG
    if lacks_memory(error):
        message, hint = f"memory ran out: {message}", MORE_MEMORY
    problem = Problem(path="", message=message, hint=hint, fault=fault)
    return int(fault), {"problems": problems_as_json((problem,))}


def _loaded(files: Files, number: int) -> dict[str, Any]:
    """Loads the cell, and measures it; what is told of it."""
    from yaie.loading.launching import start
    from yaie.loading.load import load
    from yaie.loading.ranks import is_to_start
    from yaie.sweeps.measures.account import account
    from yaie.sweeps.measures.act import acts

    handed = read_whole(files.spec(number))
    composition = from_json(handed["composition"])
    measuring, reference = _measuring(files, handed), handed["reference"]
    todo = acts(measuring, composition.spec, number, reference, files.folder)
    telling = Telling(files.stage(number))
    if is_to_start(composition.spec):
        receipt = start(composition, todo, telling).receipt
    else:
        receipt = load(composition, reporter=telling, acts=todo).receipt
    _refuse_changed(composition.spec, handed["contents"])
    return account(receipt, reference, files)


def _refuse_changed(spec: LoadSpec, planned: str | None) -> None:
    """Raises SourceError where other files were read than those that the sweep was planned for."""
    from yaie.facts.gather import gather
    from yaie.sweeps.contents import contents

    if planned is not None and contents(spec, gather(spec)) != planned:
        message = "files that it reads have changed since the sweep was planned"
        problem = Problem(path="model.id", message=message, fault=Fault.SOURCE)
        raise SourceError(problem)


def _measuring(files: Files, handed: dict[str, Any]) -> Measuring:
    document = handed["measuring"]
    text = files.text.read_bytes().decode() if document["own_text"] else ""
    return measuring_from(document, text)


class Telling:
    """A reporter that leaves the stage in a file: of a process that is killed, that is known."""

    def __init__(self, file: Path) -> None:
        self._file = file

    @contextmanager
    def stage(self, name: str) -> Iterator[None]:
        self._file.write_text(name)
        print(f"stage: {name}", flush=True)
        yield

    def bytes(self, done: int, total: int) -> None:
        """A log has no use for it."""


if __name__ == "__main__":
    os.environ.setdefault("TQDM_DISABLE", "1")
    sys.exit(main(sys.argv[1], int(sys.argv[2])))
