"""A cell with what both sides made of it."""

from __future__ import annotations

from dataclasses import dataclass

from tools.oracle.cell import Cell
from tools.oracle.outcome import Happened, Said, Verdict, generalised


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """A cell with both sides' answers."""

    cell: Cell
    said: Said
    happened: Happened
    agrees: bool
    judged: bool = True
    """Whether this machine can tell: not what happens as a model runs on a device it has not."""

    @property
    def disagrees(self) -> bool:
        return self.judged and not self.agrees

    @property
    def cause(self) -> str:
        """Why the sides disagree, without the names of this one cell."""
        match self.said.verdict:
            case Verdict.YES:
                return f"yes, but {generalised(self.happened.told)}"
            case Verdict.NO:
                return f"no by {', '.join(self.said.rules)}, but {self.happened.told}"
        return f"{self.said.verdict}: {generalised(' '.join(self.said.messages))}"

    def told(self) -> str:
        """The disagreement with the lines that reproduce it."""
        reasons = "".join(f"\n  {message}" for message in self.said.messages)
        return (
            f"{self.cell.command()}\n  yaie: {self.said.verdict}{reasons}"
            f"\n  transformers: {self.happened.told}"
        )
