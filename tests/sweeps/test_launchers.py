"""Hydra's launchers run the cells, and what they lose is a row too."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator, Sequence
from importlib.util import find_spec
from pathlib import Path
from threading import Event, Thread

import pytest

from tests.sweeps.running import cell, swept
from tests.sweeps.test_sweep import process_of
from yaie.sweeps.gathering import Unwatched
from yaie.sweeps.row import Row, Status

LAUNCHERS = {
    "basic": ("hydra", ["hydra/launcher=basic"]),
    "joblib": ("joblib", ["hydra/launcher=joblib", "hydra.launcher.n_jobs=2"]),
    "submitit": ("submitit", ["hydra/launcher=submitit_local"]),
    "ray": ("ray", ["hydra/launcher=ray", "+hydra.launcher.ray.init.include_dashboard=false"]),
}


@pytest.fixture
def nowhere(tmp_path: Path) -> list[str]:
    """Two models that are not there any more: their loads end soon."""
    return [f"model={tmp_path}/first", f"model={tmp_path}/second"]


@pytest.mark.parametrize("name", LAUNCHERS)
def test_each_runs_every_cell(name: str, nowhere: list[str], tmp_path: Path) -> None:
    package, words = LAUNCHERS[name]
    if find_spec(package) is None:
        pytest.skip(f"`{package}` is not installed: pip install 'yaie[{name}]'")
    rows = swept([cell(n, word) for n, word in enumerate(nowhere)], tmp_path / "s", words=words)
    assert [(row.status, row.exit_code) for row in rows] == 2 * [(Status.FAILED, 4)]
    assert "second" in rows[1].problems[0].message


class Counter(Unwatched):
    """Counts joblib's workers as cells end."""

    def __init__(self) -> None:
        self.most = 0

    def finished(self, row: Row) -> None:
        self.most = max(self.most, sum(map(_is_worker, Path("/proc").glob("[0-9]*"))))


def _is_worker(process: Path) -> bool:
    try:
        parent = int((process / "stat").read_text().rpartition(")")[2].split()[1])
        return parent == os.getpid() and b"popen_loky" in (process / "cmdline").read_bytes()
    except OSError:
        return False


def test_no_worker_is_started_that_there_is_no_cell_for(nowhere: list[str], tmp_path: Path) -> None:
    counter = Counter()
    words = ["hydra/launcher=joblib", "hydra.launcher.n_jobs=40"]
    cells = [cell(number, word) for number, word in enumerate(nowhere)]
    swept(cells, tmp_path / "s", words=words, watcher=counter)
    assert counter.most == 2


@pytest.fixture
def cluster() -> Iterator[str]:
    """The address of a Ray cluster of two nodes that runs, each with room for one cell."""
    pytest.importorskip("ray", reason="`ray` is not installed: pip install 'yaie[ray]'")
    from ray.cluster_utils import Cluster

    node = {"num_cpus": 1, "object_store_memory": 80_000_000}
    joined = Cluster(initialize_head=True, head_node_args={**node, "include_dashboard": False})
    joined.add_node(**node)
    yield joined.address
    joined.shutdown()


def test_a_ray_cluster_that_runs_is_joined(
    cluster: str, nowhere: list[str], tmp_path: Path
) -> None:
    program = [sys.executable, "-m", "tests.sweeps.running", str(tmp_path / "s")]
    words = ["hydra/launcher=ray", f"hydra.launcher.ray.init.address={cluster}", "--"]
    models = [word.partition("=")[2] for word in nowhere]
    done = subprocess.run([*program, *words, *models], capture_output=True, text=True)
    assert done.stdout == "failed failed\n"


class KillerOfWorkers(Thread):
    """Kills whoever attends to a cell, each time."""

    def __init__(self, number: int, folder: Path) -> None:
        super().__init__(daemon=True)
        self.number, self.folder = number, folder
        self.done = Event()

    def run(self) -> None:
        while not self.done.wait(0.02):
            process = process_of(self.number, self.folder)
            if process is not None:
                stat = Path(f"/proc/{process}/stat").read_text()
                os.kill(int(stat.rpartition(")")[2].split()[1]), signal.SIGKILL)
                while process_of(self.number, self.folder) == process:
                    self.done.wait(0.02)


def test_a_cell_that_its_launcher_loses_alone_is_a_row_and_no_other_is_blamed(
    tiny_bert: Path, nowhere: list[str], tmp_path: Path
) -> None:
    folder = tmp_path / "s"
    words = [f"model={tiny_bert}", nowhere[0]]
    cells = [cell(number, word) for number, word in enumerate(words)]
    killer = KillerOfWorkers(0, folder)
    killer.start()
    rows: Sequence[Row] = swept(cells, folder, words=LAUNCHERS["joblib"][1])
    killer.done.set()
    assert [str(row.status) for row in rows] == ["killed", "failed"]
    assert (
        rows[0]
        .problems[0]
        .message.startswith(
            "its launcher lost it, and again when it ran it alone: TerminatedWorkerError: "
        )
    )
