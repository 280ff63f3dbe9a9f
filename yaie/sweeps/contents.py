"""Contents: which files a cell's load reads. Rows of one sweep are of the same files."""

from __future__ import annotations

from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path

from yaie.facts.checkpoint import CheckpointFacts
from yaie.facts.facts import Facts
from yaie.sources.files import ADAPTER_CONFIG, small_files
from yaie.spec.load_spec import LoadSpec


def contents(spec: LoadSpec, facts: Facts) -> str | None:
    """16 digits of the checkpoint's and the adapter's files: commits of the hub, and names, sizes
    and times of local files. None where they are not at hand, or going."""
    try:
        said = [*_of_checkpoint(spec, facts.checkpoint), *_of_adapter(facts)]
    except OSError:
        return None
    return sha256("\n".join(said).encode(errors="replace")).hexdigest()[:16] if said else None


def _of_checkpoint(spec: LoadSpec, held: CheckpointFacts | None) -> Iterator[str]:
    if held is None:
        return
    if held.commit is not None:
        yield held.commit
        return
    small = small_files(held.files, spec.model)
    for name in sorted({*small, *held.weight_files}):
        yield _told(held.folder / name, name)


def _of_adapter(facts: Facts) -> Iterator[str]:
    held = facts.adapter
    if held is None:
        return
    if held.commit is not None:
        yield held.commit
        return
    for name in (ADAPTER_CONFIG, *([Path(held.file).name] if held.file else [])):
        yield _told(held.folder / name, name)


def _told(file: Path, name: str) -> str:
    found = file.stat()
    return f"{name} {found.st_size} {found.st_mtime_ns}"
