"""What a load says of its progress, and to whom."""

from __future__ import annotations

from contextlib import AbstractContextManager, nullcontext
from typing import Protocol


class Reporter(Protocol):
    """Told of the stages of a load while they run."""

    def stage(self, name: str) -> AbstractContextManager[None]:
        """Around one stage, such as `weights`; stages follow each other, none holds another."""

    def bytes(self, done: int, total: int) -> None:
        """How far the stage that runs has come."""


class Silent:
    """A reporter that says nothing."""

    def stage(self, name: str) -> AbstractContextManager[None]:
        return nullcontext()

    def bytes(self, done: int, total: int) -> None:
        pass
