"""One rank of a sharded load that yaie started: `python -m yaie.loading.rank FOLDER PARENT`.

What is asked is read from the folder, what happened is written there.
"""

from __future__ import annotations

import ctypes
import os
import pickle
import signal
import sys
import traceback
from contextlib import redirect_stdout
from pathlib import Path
from typing import NoReturn

from yaie.errors import Fault, Problem, YaieError

PROGRAM = "yaie.loading.rank"
ASKED = "asked"
OUTCOME = "outcome"
_SET_PARENT_DEATH_SIGNAL = 1


def main(folder: Path, parent: int) -> None:
    """Loads, acts, and leaves the outcome of the first rank."""
    _end_with(parent)
    from yaie.loading.load import load
    from yaie.loading.ranks import is_first, outcome_of

    try:
        asked = (folder / ASKED).read_bytes()
    except FileNotFoundError:
        # Ctrl-C met whoever started it meanwhile, who has left and tidied up.
        os._exit(int(Fault.BUG))
    composition, acts = pickle.loads(asked)
    try:
        with redirect_stdout(sys.stderr):
            outcome = outcome_of(load(composition, acts=acts))
    except YaieError as error:
        _fail(folder, error.problems, error.exit_code)
    except Exception as error:
        traceback.print_exception(error)
        said = f"a bug of ours in rank {os.environ['RANK']}: {type(error).__name__}: {error}"
        _fail(folder, (Problem(path="", message=said, fault=Fault.BUG),), int(Fault.BUG))
    if is_first():
        (folder / OUTCOME).write_bytes(pickle.dumps(outcome))
    import torch.distributed

    torch.distributed.destroy_process_group()


def _fail(folder: Path, problems: tuple[Problem, ...], code: int) -> NoReturn:
    """Leaves the problems in a file, for an exit code alone tells little."""
    left = folder / f"failed-{os.environ['RANK']}"
    part = folder / f"part-{os.environ['RANK']}"
    part.write_bytes(pickle.dumps(problems))
    part.rename(left)
    sys.stderr.flush()
    # Peers that wait for this rank keep it from leaving by the door.
    os._exit(code)


def _end_with(parent: int) -> None:
    """Has Linux end this process with the one that started it, which may be killed."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_SET_PARENT_DEATH_SIGNAL, signal.SIGKILL)
    # It may have been before that was said.
    if os.getppid() != parent:
        os._exit(int(Fault.BUG))


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]))
