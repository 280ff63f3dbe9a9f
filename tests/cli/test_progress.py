"""Progress: a bar on a terminal, lines in a log, silence when quiet."""

import io
import time

import pytest

from yaie.cli import progress
from yaie.cli.progress import Lines, Moving, reporter
from yaie.loading.reporting import Silent


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def shown(text: str, stream: io.StringIO) -> None:
    """Waits until another thread has shown the text."""
    for _ in range(1000):
        if text in stream.getvalue():
            return
        time.sleep(0.01)
    pytest.fail(f"`{text}` was never shown")


def test_the_stream_decides_how_progress_is_shown() -> None:
    assert isinstance(reporter(Terminal(), quiet=False), Moving)
    assert isinstance(reporter(io.StringIO(), quiet=False), Lines)
    assert isinstance(reporter(Terminal(), quiet=True), Silent)


def test_a_quick_stage_leaves_no_line() -> None:
    stream = io.StringIO()
    with reporter(stream, quiet=False).stage("weights"):
        pass
    assert stream.getvalue() == ""


def test_a_long_stage_leaves_a_line(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(progress, "PATIENCE", 0.0)
    stream = io.StringIO()
    with reporter(stream, quiet=False).stage("weights"):
        time.sleep(0.01)
    assert stream.getvalue() == "weights: 0.0 s\n"


def test_a_terminal_shows_the_stage_and_is_left_clean(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(progress, "PATIENCE", 0.0)
    monkeypatch.setenv("TERM", "xterm-256color")
    stream = Terminal()
    telling = reporter(stream, quiet=False)
    with telling.stage("weights"):
        shown("weights", stream)
        telling.bytes(1_000_000, 2_000_000)
        shown("1.0/2.0 MB", stream)
    assert stream.getvalue().endswith("\x1b[2K")


def test_a_quick_stage_shows_nothing_on_a_terminal() -> None:
    stream = Terminal()
    with reporter(stream, quiet=False).stage("weights"):
        pass
    assert "weights" not in stream.getvalue()
