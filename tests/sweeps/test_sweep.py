"""Cells in processes of their own: whatever becomes of one is a row, and the sweep goes on."""

from __future__ import annotations

import json
import os
import shutil
import signal
import time
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from threading import Thread

import pytest

from tests.sweeps.running import IDENTITY, cell, swept
from yaie.errors import InputError, SourceError, UnsupportedError
from yaie.sweeps import results
from yaie.sweeps.files import Files
from yaie.sweeps.gathering import Unwatched
from yaie.sweeps.identity import claim
from yaie.sweeps.row import Row, Status

NAMES = ("whole", "cut", "gone", "killed")


def process_of(number: int, folder: Path) -> int | None:
    """The process of a cell, while it runs."""
    wanted = f"yaie.sweeps.child\0{folder}\0{number}\0"
    for entry in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            if wanted in entry.read_text():
                return int(entry.parent.name)
        except OSError:
            continue
    return None


class Killer(Unwatched):
    """Kills the last cell as soon as it runs."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.times: list[int] = []

    def finished(self, row: Row) -> None:
        self.times.append(row.number)
        if row.number == 2:
            process = None
            while process is None:
                process = process_of(3, self.folder)
            os.kill(process, signal.SIGKILL)


@pytest.fixture(scope="module")
def models(tmp_path_factory: pytest.TempPathFactory, tiny_bert: Path) -> Path:
    """A checkpoint that loads, one that was cut short, one that is gone, and another that loads."""
    folder = tmp_path_factory.mktemp("models")
    for name in NAMES:
        shutil.copytree(tiny_bert, folder / name)
    weights = folder / "cut" / "model.safetensors"
    weights.write_bytes(weights.read_bytes()[:1000])
    shutil.rmtree(folder / "gone")
    return folder


@pytest.fixture(scope="module")
def runs(
    models: Path, tmp_path_factory: pytest.TempPathFactory
) -> tuple[Path, Sequence[Row], Sequence[Row], list[int]]:
    """A sweep's folder, its rows after a run whose last cell was killed, those after another run,
    and the cells that the other one ran."""
    folder = tmp_path_factory.mktemp("sweeps") / "mine"
    cells = [cell(n, f"model={models / name}") for n, name in enumerate(NAMES)]
    first = swept(cells, folder, watcher=Killer(folder))
    again = Unwatched()
    ran: list[int] = []
    again.finished = lambda row: ran.append(row.number)  # type: ignore[method-assign]
    return folder, first, swept(cells, folder, watcher=again), ran


Runs = tuple[Path, Sequence[Row], Sequence[Row], list[int]]


def test_every_cell_has_its_row(runs: Runs) -> None:
    assert [str(row.status) for row in runs[1]] == ["ok", "failed", "failed", "killed"]


def test_what_was_loaded_is_measured(runs: Runs) -> None:
    row = runs[1][0]
    assert (row.exit_code, row.problems) == (0, ())
    assert row.memory["cpu"]["measured_bytes"] == row.memory["cpu"]["predicted_bytes"] > 0
    assert row.seconds["process"] > sum(row.seconds.values()) - row.seconds["process"] > 0
    assert row.measures["parameters"] > 0


def test_what_a_load_refuses_is_told_as_the_load_tells_it(runs: Runs) -> None:
    cut, gone = runs[1][1:3]
    assert (cut.exit_code, gone.exit_code) == (4, 4)
    assert "is cut short" in cut.problems[0].message
    assert "gone" in gone.problems[0].message


def test_a_cell_that_is_killed_from_outside_is_told_by_its_signal_and_stage(runs: Runs) -> None:
    row = runs[1][3]
    assert (row.exit_code, row.signal) == (None, "SIGKILL")
    assert row.problems[0].message.startswith("its process was ended by SIGKILL after ")
    assert ", in its stage `" in row.problems[0].message
    assert row.problems[0].hint is None


def test_a_second_run_does_what_is_not_finished(runs: Runs) -> None:
    assert runs[3] == [1, 2, 3]
    assert [str(row.status) for row in runs[2]] == ["ok", "failed", "failed", "ok"]


def test_the_folder_tells_the_same_rows(runs: Runs) -> None:
    folder, _, second, _ = runs
    assert results.read(folder) == second
    assert len(Files(folder).rows.read_text().splitlines()) == 7


def test_what_a_cell_printed_is_kept(runs: Runs) -> None:
    folder, first, *_ = runs
    assert first[0].log == "cells/0/log.txt"
    assert "stage: load" in (folder / first[0].log).read_text()


def test_nothing_but_the_sweeps_folder_is_written(
    models: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "here").mkdir()
    monkeypatch.chdir(tmp_path / "here")
    swept([cell(0, f"model={models / 'gone'}")], tmp_path / "there")
    assert not [*Path().iterdir()]
    assert {path.name for path in (tmp_path / "there").iterdir()} == {
        "cells",
        "launcher",
        "lock",
        "rows.jsonl",
        "sweep.json",
    }


def test_relative_paths_are_meant_from_where_the_sweep_was_started(
    models: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(models)
    (row,) = swept([cell(0, "model=./cut")], tmp_path / "there")
    assert "is cut short" in row.problems[0].message


def test_what_takes_too_long_is_killed(models: Path, tmp_path: Path) -> None:
    (row,) = swept([cell(0, f"model={models / 'whole'}")], tmp_path / "there", timeout=0.1)
    assert (row.status, row.signal) == (Status.KILLED, "SIGKILL")
    assert "it was stopped after 0." in row.problems[0].message


def test_another_sweeps_folder_is_refused_with_the_difference(models: Path, tmp_path: Path) -> None:
    claim(Files(tmp_path), {**IDENTITY, "overrides": ["precision=fp32,bf16"]})
    with pytest.raises(InputError) as caught:
        claim(Files(tmp_path), {**IDENTITY, "overrides": ["precision=fp32,fp16"]})
    assert caught.value.problems[0].message == (
        f"`{tmp_path}` holds another sweep: it has `precision=fp32,bf16` where this one has"
        " `precision=fp32,fp16`"
    )


STRANGE = json.dumps(dict.fromkeys(("recipe", "overrides", "config_dir", "versions", "cells"), 7))


@pytest.mark.parametrize("text", ["", "[1]", "{}", "\xff", STRANGE])
def test_a_folder_that_does_not_tell_its_sweep_is_refused(tmp_path: Path, text: str) -> None:
    Files(tmp_path).identity.write_bytes(text.encode("latin-1"))
    with pytest.raises(InputError) as caught:
        claim(Files(tmp_path), IDENTITY)
    assert caught.value.problems[0].message == (
        f"`{tmp_path}/sweep.json` is damaged, and does not tell which sweep the folder holds"
    )


def test_rows_of_files_that_have_changed_since_are_refused(tmp_path: Path) -> None:
    def read(contents: str | None) -> dict[str, object]:
        return {**IDENTITY, "cells": [{"cell": {}, "asks": "1", "reads": contents}]}

    claim(Files(tmp_path), read("before"))
    claim(Files(tmp_path), read(None))
    with pytest.raises(InputError, match="files that its cells read have changed since"):
        claim(Files(tmp_path), read("after"))


def test_a_cell_that_reads_other_files_than_were_planned_for_fails(
    models: Path, tmp_path: Path
) -> None:
    planned = replace(cell(0, f"model={models / 'whole'}"), contents="others")
    (row,) = swept([planned], tmp_path / "there")
    assert (row.status, row.exit_code) == (Status.FAILED, 4)
    assert row.problems[-1].message == (
        "files that it reads have changed since the sweep was planned"
    )


def test_a_cell_that_was_the_same_as_another_and_is_not_any_more_is_run(
    models: Path, tmp_path: Path
) -> None:
    there, asked = tmp_path / "there", cell(0, f"model={models / 'gone'}")
    swept([replace(asked, same_as=7)], there)
    (row,) = swept([asked], there)
    assert row.status is Status.FAILED


class Taker(Unwatched):
    """Takes the cells' folders away as soon as the first runs."""

    def __init__(self, folder: Path) -> None:
        self.files = Files(folder)
        self.taken = self.files.cell(0).parent
        self.thread = Thread(target=self.take)

    def begin(self, folder: Path, rows: Sequence[Row], todo: Sequence[Row]) -> None:
        self.thread.start()

    def take(self) -> None:
        while not self.files.log(0).is_file():
            time.sleep(0.01)
        shutil.rmtree(self.taken)


def test_cells_whose_folders_are_taken_away_have_their_rows(models: Path, tmp_path: Path) -> None:
    folder = tmp_path / "there"
    cells = [cell(number, f"model={models / 'gone'}") for number in range(2)]
    first, second = swept(cells, folder, watcher=Taker(folder))
    assert first.status is Status.FAILED
    assert second.problems[0].message == (
        f"`{folder}/cells/1/spec.json`, its plan, was taken away while the sweep ran"
    )


def test_a_sweep_whose_folder_is_taken_away_ends_and_says_so(models: Path, tmp_path: Path) -> None:
    folder = tmp_path / "there"
    taker = Taker(folder)
    taker.taken = folder
    with pytest.raises(SourceError) as caught:
        swept([cell(0, f"model={models / 'gone'}")], folder, watcher=taker)
    assert caught.value.problems[0].message == f"`{folder}` was taken away while the sweep ran"


def test_a_row_that_cannot_be_read_is_none(models: Path, tmp_path: Path) -> None:
    asked, files = cell(0, f"model={models / 'gone'}"), Files(tmp_path / "a${b}c")
    files.cell(0).mkdir(parents=True)
    files.identity.write_text(json.dumps(IDENTITY))
    files.row(0).write_text("{")
    (row,) = swept([asked], files.folder)
    assert row.status is Status.FAILED


ODD = """
import atexit, os, sys
from transformers import BertForMaskedLM

class Odd(BertForMaskedLM):
    def __init__(self, config):
        super().__init__(config)
        try:
            input("go on?")
        except EOFError:
            print("nobody answers")
        atexit.register(os._exit, 5)
"""


def test_code_that_asks_finds_nobody_and_code_that_ends_its_process_is_told(
    tiny_bert: Path, tmp_path: Path
) -> None:
    model = Path(shutil.copytree(tiny_bert, tmp_path / "odd"))
    (model / "odd.py").write_text(ODD)
    config = json.loads((model / "config.json").read_text())
    own = {"auto_map": {"AutoModelForMaskedLM": "odd.Odd"}, "architectures": ["Odd"]}
    (model / "config.json").write_text(json.dumps(config | own))
    (row,) = swept(
        [cell(0, f"model={model}", "task=masked-lm", "model.trust_remote_code=true")],
        tmp_path / "there",
    )
    assert (row.status, row.exit_code) == (Status.FAILED, 5)
    assert row.problems[0].message == "its process had told all, and then ended with exit code 5"
    assert "nobody answers" in (tmp_path / "there" / "cells/0/log.txt").read_text()


def test_a_folder_of_other_files_is_refused(models: Path, tmp_path: Path) -> None:
    (tmp_path / "thesis.tex").touch()
    with pytest.raises(InputError, match=r"holds other files: `thesis\.tex`"):
        swept([cell(0, f"model={models / 'gone'}")], tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["thesis.tex"]


def test_one_process_at_a_time_runs_a_sweep(models: Path, tmp_path: Path) -> None:
    from filelock import FileLock

    with (
        FileLock(Files(tmp_path).lock),
        pytest.raises(InputError, match="another process runs the sweep in"),
    ):
        swept([cell(0, f"model={models / 'gone'}")], tmp_path)


def test_a_launcher_that_runs_nothing_is_told(models: Path, tmp_path: Path) -> None:
    words = ["hydra/launcher=joblib", "hydra.launcher.n_jobs=2", "hydra.launcher.timeout=-1"]
    with pytest.raises(UnsupportedError, match="the launcher runs no job: "):
        swept([cell(0, f"model={models / 'gone'}")], tmp_path, words=words)
