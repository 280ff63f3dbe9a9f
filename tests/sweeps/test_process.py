"""A cell's process ends in a way that is told, and leaves nothing behind."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from yaie.sweeps.process import MARK, Ended, attended


def ended(folder: Path, program: str, timeout: float | None = None) -> Ended | None:
    """How a program ends that is a module in the folder."""
    (folder / "program.py").write_text(program)
    return attended_in(folder, timeout, lambda: True)


def attended_in(folder: Path, timeout: float | None, wanted: Callable[[], bool]) -> Ended | None:
    with (folder / "log.txt").open("wb") as log, pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(folder)
        return attended(
            ["program"], log, cwd=folder, mark=str(folder), timeout=timeout, wanted=wanted
        )


def is_gone(process: int) -> bool:
    """Whether a process ends soon; a zombie that nobody waits for has."""
    for _ in range(500):
        try:
            state = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0]
        except FileNotFoundError:
            return True
        if state == "Z":
            return True
        time.sleep(0.01)
    return False


@pytest.mark.parametrize(
    ("program", "code", "signal"),
    [
        ("", 0, None),
        ("raise SystemExit(3)", 3, None),
        ("import os; os._exit(7)", 7, None),
        ("1 / 0", 1, None),
        ("import os; os.abort()", -6, "SIGABRT"),
        ("import os, signal; os.kill(os.getpid(), signal.SIGKILL)", -9, "SIGKILL"),
        ("import ctypes; ctypes.string_at(0)", -11, "SIGSEGV"),
    ],
)
def test_it_is_told_how(tmp_path: Path, program: str, code: int, signal: str | None) -> None:
    found = ended(tmp_path, program)
    assert found is not None
    assert (found.code, found.signal, found.timed_out) == (code, signal, False)


def test_what_takes_too_long_is_ended(tmp_path: Path) -> None:
    found = ended(tmp_path, "import time; time.sleep(600)", timeout=0.2)
    assert found is not None
    assert (found.signal, found.timed_out) == ("SIGKILL", True)


def test_what_it_started_ends_with_it(tmp_path: Path) -> None:
    ended(
        tmp_path,
        "import subprocess, sys\n"
        "child = subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(600)'])\n"
        "print(child.pid)",
    )
    assert is_gone(int((tmp_path / "log.txt").read_text()))


def test_a_daemon_that_left_its_group_ends_with_it(tmp_path: Path) -> None:
    ended(
        tmp_path,
        "import os, time\n"
        "if os.fork() == 0:\n"
        "    os.setsid()\n"
        "    print(os.getpid(), flush=True)\n"
        "    time.sleep(600)\n"
        "while not os.path.getsize('log.txt'): time.sleep(0.01)\n",
    )
    assert is_gone(int((tmp_path / "log.txt").read_text()))


def test_what_an_earlier_one_of_the_same_mark_has_left_is_ended_before(tmp_path: Path) -> None:
    sleeping = [sys.executable, "-c", "import time; time.sleep(600)"]
    with subprocess.Popen(sleeping, env={**os.environ, MARK: str(tmp_path)}) as left:
        ended(tmp_path, "")
        assert left.wait() == -signal.SIGKILL


def test_modules_of_the_current_folder_do_not_come_before_those_of_this_process(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "here").mkdir()
    (tmp_path / "here" / "program.py").write_text("raise SystemExit(7)")
    (tmp_path / "program.py").write_text("")
    monkeypatch.syspath_prepend(tmp_path)
    with (tmp_path / "log.txt").open("wb") as log:
        found = attended(
            ["program"],
            log,
            cwd=tmp_path / "here",
            mark=str(tmp_path),
            timeout=None,
            wanted=lambda: True,
        )
    assert found is not None
    assert found.code == 0


def test_what_ended_while_this_process_was_suspended_did_not_take_too_long(tmp_path: Path) -> None:
    (tmp_path / "program.py").write_text("open('done', 'w').close()")

    def suspended() -> bool:
        while not (tmp_path / "done").is_file():
            time.sleep(0.01)
        time.sleep(1)
        return True

    found = attended_in(tmp_path, 0.5, suspended)
    assert found is not None
    assert (found.code, found.timed_out) == (0, False)


def test_what_is_not_wanted_any_more_is_ended(tmp_path: Path) -> None:
    (tmp_path / "program.py").write_text(
        "import os, time; print(os.getpid(), flush=True); time.sleep(600)"
    )
    log = tmp_path / "log.txt"
    assert attended_in(tmp_path, None, lambda: not log.read_text().strip()) is None
    assert is_gone(int(log.read_text()))


def test_it_is_a_group_of_its_own_that_ctrl_c_does_not_reach(tmp_path: Path) -> None:
    ended(tmp_path, "import os; print(os.getpgid(0), os.getpid())")
    group, process = (tmp_path / "log.txt").read_text().split()
    assert group == process != str(os.getpgid(0))


def test_it_is_told_how_long(tmp_path: Path) -> None:
    start = time.monotonic()
    found = ended(tmp_path, "import time; time.sleep(0.1)")
    assert found is not None
    assert 0.1 <= found.seconds <= time.monotonic() - start
