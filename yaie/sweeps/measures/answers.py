"""Answers: what a model said to each place, kept of the reference, and read again a few places at
a time. Imports torch.

They are kept as the model gave them, in float32 (which holds all that float16 and bfloat16 do) or
float64: a tensor `rows` of a safetensors file, which may be larger than the memory.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any, BinaryIO, Protocol

from yaie.spec.wording import sized

HEADER = 1024
"""Bytes of the file before its rows; the format allows for spaces in them."""
Rows = Any
"""Logits where the model chooses, else numbers; on the CPU. Shape: (places, width)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class About:
    """What answers are to; others are compared with them where it is the same."""

    chooses: bool
    asked: str
    """Digest of what the model was given."""

    def as_text(self) -> dict[str, str]:
        """As a file's metadata has it."""
        return {"chooses": str(self.chooses), "asked": self.asked}


class Reference(Protocol):
    """The answers that a cell's own are compared with."""

    remark: str | None
    """Why nothing is compared; None as long as all is."""

    def beside(self, rows: Rows) -> Rows | None:
        """Those to the next places; None where there are none to compare with."""


class Nothing:
    """No reference, or one that left no answers."""

    def __init__(self, remark: str | None = None) -> None:
        self.remark = remark

    def beside(self, rows: Rows) -> None:
        return None


class Own:
    """The reference's own answers, where another rank keeps them."""

    remark: str | None = None

    def beside(self, rows: Rows) -> Rows:
        return rows


class Kept:
    """The reference's own answers, written as they come."""

    def __init__(self, file: BinaryIO, folder: Path, pieces: int) -> None:
        self.remark: str | None = None
        self._file, self._folder, self._pieces = file, folder, pieces
        self._places, self._width, self._dtype = 0, 0, "F32"

    def beside(self, rows: Rows) -> Rows | None:
        if not self._places:
            self._begin(rows)
        if self.remark is not None:
            return None
        self._places += len(rows)
        self._file.write(rows.contiguous().numpy())
        return rows

    def _begin(self, rows: Rows) -> None:
        self._width = rows.shape[1]
        self._dtype = "F64" if rows.element_size() == 8 else "F32"
        needed, free = self._pieces * rows.nbytes, shutil.disk_usage(self._folder).free
        if needed > free:
            self.remark = (
                f"its answers take {sized(needed)}, and the disk of `{self._folder}` has"
                f" {sized(free)} left: no cell is compared with it"
            )
        self._file.write(b" " * HEADER)

    def conclude(self, about: About) -> None:
        """Writes what the file holds to its beginning, now that it is known."""
        shape = [self._places, self._width]
        size = self._file.tell() - HEADER
        rows = {"dtype": self._dtype, "shape": shape, "data_offsets": [0, size]}
        header = json.dumps({"__metadata__": about.as_text(), "rows": rows}).encode()
        length = HEADER - 8
        self._file.seek(0)
        self._file.write(length.to_bytes(8, "little") + header.ljust(length))


class Held:
    """The answers that the reference left."""

    def __init__(self, rows: Any, number: int) -> None:
        self.remark: str | None = None
        self._rows, self._number, self._done = rows, number, 0

    def beside(self, rows: Rows) -> Rows | None:
        there: Rows = self._rows[self._done : self._done + len(rows)]
        self._done += len(rows)
        if there.shape == rows.shape:
            return there
        held, width = self._rows.get_shape(), rows.shape[1]
        self.remark = (
            f"its answers are {self._done:,} × {width:,} numbers where cell {self._number}, the"
            f" reference, has {held[0]:,} × {held[1]:,}: not compared"
        )
        return None


@contextmanager
def keeping(about: About, path: Path, pieces: int) -> Iterator[Kept]:
    """Keeps the answers to so many pieces, of which none is longer than the first: a whole file, or
    none."""
    part = path.with_name(path.name + ".part")
    try:
        with part.open("wb") as file:
            kept = Kept(file, path.parent, pieces)
            yield kept
            kept.conclude(about)
        if kept.remark is None:
            part.replace(path)
    finally:
        part.unlink(missing_ok=True)


@contextmanager
def held(about: About, path: Path, number: int) -> Iterator[Reference]:
    """The answers of the reference, or why they are not compared."""
    from safetensors import safe_open

    if not path.is_file():
        yield Nothing(f"cell {number}, the reference, left no answers to compare with")
        return
    with safe_open(path, framework="pt") as file:
        there = file.metadata()
        if there["asked"] != about.asked:
            told = "it reads other tokens, or inputs of another size"
            yield Nothing(f"{told}, than cell {number}, the reference: not compared")
        elif there != about.as_text():
            told = f"its answers are of another kind than those of cell {number}"
            yield Nothing(f"{told}, the reference: not compared")
        else:
            yield Held(file.get_slice("rows"), number)


def whole(tensor: Any) -> Any:
    """A tensor on the CPU in float32 or float64; of one in shards the whole."""
    if hasattr(tensor, "full_tensor"):
        tensor = tensor.full_tensor()
    wide = tensor if tensor.element_size() == 8 else tensor.float()
    return wide.detach().cpu()


def digest(inputs: Iterable[Mapping[str, Any]]) -> str:
    """The same for models that were given the same tokens, or numbers of the same shapes."""
    found = sha256()
    for each in inputs:
        for name in sorted(each):
            value = each[name]
            said = value.shape if value.is_floating_point() else value.tolist()
            found.update(f"{name} {said}".encode())
    return found.hexdigest()
