"""Colour on a terminal alone."""

import io

import pytest

from yaie.cli.colour import painter


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


@pytest.fixture(autouse=True)
def _a_terminal_that_knows_colours(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TERM", "xterm-256color")
    monkeypatch.delenv("NO_COLOR", raising=False)
    monkeypatch.delenv("FORCE_COLOR", raising=False)


def test_a_terminal_shows_colour() -> None:
    assert painter(Terminal())("one", "bold") == "\x1b[1mone\x1b[0m"


def test_a_pipe_shows_none() -> None:
    assert painter(io.StringIO())("one", "bold") == "one"


def test_no_color_is_honoured(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    assert "\x1b[3" not in painter(Terminal())("one", "red")


def test_brackets_are_no_markup() -> None:
    assert painter(Terminal())("[bold]one", "") == "[bold]one"
