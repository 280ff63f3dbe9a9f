"""Cells as jobs of a real SLURM, where one can be started."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

from tests.sweeps import slurm
from tests.sweeps.running import FIXED, cell, swept
from tests.sweeps.test_thousand import with_code
from yaie.errors import UnsupportedError
from yaie.sweeps.files import Files
from yaie.sweeps.gathering import Unwatched
from yaie.sweeps.row import Row

WORDS = ("hydra/launcher=submitit_slurm", "hydra.launcher.cpus_per_task=1")
SLEEPS = "import time; time.sleep(3600)"


@pytest.fixture(scope="module")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    if reason := slurm.why_none():
        pytest.skip(reason)
    pytest.importorskip("submitit", reason="`submitit` is not installed")
    with slurm.running(tmp_path_factory.mktemp("slurm")) as settings:
        yield settings


@pytest.fixture(autouse=True)
def _on_the_cluster(cluster: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SLURM_CONF", str(cluster))


class Canceller(Unwatched):
    """Cancels the jobs that run once a cell has its row."""

    def __init__(self, sleeper: int, files: Files) -> None:
        self.sleeper, self.files = sleeper, files

    def finished(self, row: Row) -> None:
        if row.number != self.sleeper:
            while not self.files.stage(self.sleeper).is_file():
                pass
            subprocess.run(["scancel", "--state=RUNNING", "--name=yaie"], check=True)


def test_a_job_that_fails_and_one_that_is_cancelled_are_rows(
    tiny_bert: Path, tmp_path: Path
) -> None:
    with_code(tiny_bert, tmp_path / "sleeps", SLEEPS)
    fixed = [*FIXED, "model.trust_remote_code=true"]
    models = (tmp_path / "gone", tmp_path / "sleeps")
    cells = [cell(n, f"model={model}", fixed=fixed) for n, model in enumerate(models)]
    watcher = Canceller(1, Files(tmp_path / "s"))
    rows: Sequence[Row] = swept(cells, tmp_path / "s", words=WORDS, watcher=watcher)
    assert [(str(row.status), row.exit_code, row.signal) for row in rows] == [
        ("failed", 4, None),
        ("killed", None, "SIGTERM"),
    ]


def test_what_sbatch_refuses_is_told_in_its_words(tmp_path: Path) -> None:
    words = [*WORDS, "hydra.launcher.partition=nowhere"]
    with pytest.raises(UnsupportedError) as caught:
        swept([cell(0, f"model={tmp_path / 'gone'}")], tmp_path / "s", words=words)
    assert "Invalid partition name specified" in caught.value.problems[0].message
