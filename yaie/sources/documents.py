"""JSON documents of a checkpoint, read as strangers' data: bounded, and an object or an error."""

from __future__ import annotations

import json
import os.path
from pathlib import Path
from typing import Any

from yaie.errors import Fault, Problem, SourceError

MOST_BYTES = 100_000_000
"""The index of a checkpoint with a trillion parameters is a tenth of this."""


def read_object(file: Path) -> dict[str, Any]:
    """The JSON object in a file; SourceError that names the file and the place if it holds none."""
    try:
        size = file.stat().st_size
        if size > MOST_BYTES:
            raise spoiled(file, f"is too large for a JSON document: {size:,} bytes")
        document = json.loads(file.read_bytes(), object_hook=_number)
    except json.JSONDecodeError as error:
        place = f"line {error.lineno}, column {error.colno}"
        raise spoiled(file, f"is not JSON: {error.msg} at {place}") from error
    except UnicodeDecodeError as error:
        raise spoiled(file, f"is not text: byte {error.start} is not UTF-8") from error
    except ValueError as error:
        # Python reads no number of thousands of digits.
        raise spoiled(
            file, "is not a sensible JSON document: it holds an endless number"
        ) from error
    except RecursionError as error:
        raise spoiled(file, "is not a sensible JSON document: it is nested too deeply") from error
    except OSError as error:
        raise spoiled(file, f"cannot be read: {error.strerror}") from error
    if not isinstance(document, dict):
        raise spoiled(file, "is not a JSON object")
    return document


def _number(found: dict[str, Any]) -> Any:
    """What transformers writes for a float that JSON has no word for is that float."""
    tag = found.get("__float__") if len(found) == 1 else None
    return float(tag) if tag in ("Infinity", "-Infinity", "NaN") else found


def spoiled(file: Path, what: str) -> SourceError:
    """The error that a file of the checkpoint is not what it must be."""
    hint = _HINT if os.path.exists(file) else None
    return SourceError(
        Problem(path="model.id", message=f"`{file}` {what}", hint=hint, fault=Fault.SOURCE)
    )


_HINT = "bring the file anew: remove it, and load again"
