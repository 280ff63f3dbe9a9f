"""Job: what a launcher runs for one cell. It knows the cell's number and where its sweep lies."""

from __future__ import annotations

import os
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from socket import gethostname
from typing import Any

from yaie.sweeps.files import Files, read_whole, write_whole
from yaie.sweeps.process import attended
from yaie.sweeps.submitted import begins_anew, own_log
from yaie.sweeps.verdict import row_of

BEAT = 1.0
"""Seconds between two signs that a cell is attended to."""
GRACE = 600
"""Seconds that SLURM may take to end a job that it has told to end."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """Runs a cell in a process of its own, and leaves its row in the cell's folder.

    Wherever it runs, it needs the sweep's folder, and yaie. Raises OSError where no row can be
    written; whatever becomes of the cell itself is a row.
    """

    folder: Path
    run: str
    """Which run of the sweep it belongs to."""
    cwd: Path
    """Where relative paths are meant from."""
    timeout: float | None = None
    """Seconds that a cell may take; None for as long as it takes."""
    host: str = field(default_factory=gethostname)
    sweeper: int = field(default_factory=os.getpid)
    """The process that runs the sweep, and where: on the same machine no cell outlives it."""

    def __call__(self, config: Mapping[str, Any]) -> None:
        """Runs the cell whose number a launcher's config holds, if it is still wanted."""
        files, number = Files(self.folder), int(config["cell"])
        if not self._is_wanted():
            return
        planned = read_whole(files.spec(number))
        for left in (files.answer, files.partial, files.row, files.stage):
            left(number).unlink(missing_ok=True)
        if printed := own_log():
            files.launched(number).write_text(str(printed))
        # A disk that is full is told by the sweep, and not by a cell.
        files.stage(number).write_text("start")
        with files.log(number).open("wb") as log:
            ended = attended(
                ["yaie.sweeps.child", str(files.folder), str(number)],
                log,
                cwd=self.cwd,
                mark=self._mark(number),
                timeout=self.timeout,
                wanted=lambda: self._is_wanted() and _told(files.stage(number)),
            )
        if ended is not None and ended.signal == "SIGTERM" and begins_anew():
            # A row, or a return, would tell that it is over.
            time.sleep(GRACE)
        if ended is not None:
            _told(files.stage(number))
            write_whole(files.row(number), row_of(files, number, planned, ended).as_json())

    def _mark(self, number: int) -> str:
        """The same for each run of a cell, and on a machine of no other cell."""
        found = self.folder.stat()
        return f"{found.st_dev}:{found.st_ino}:{number}"

    def _is_wanted(self) -> bool:
        try:
            if self.host == gethostname():
                os.kill(self.sweeper, 0)
            return Files(self.folder).run.read_text() == self.run
        except (FileNotFoundError, ProcessLookupError):
            return False


def _told(stage: Path) -> bool:
    """Tells by the time of a file that a cell is attended to."""
    try:
        if time.time() - stage.stat().st_mtime > BEAT:
            os.utime(stage)
    except FileNotFoundError:
        # Whoever took the cell's folder away, it has its row.
        stage.parent.mkdir(parents=True, exist_ok=True)
        stage.write_text("unknown")
    return True
