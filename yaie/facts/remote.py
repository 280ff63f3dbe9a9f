"""Facts of a checkpoint or an adapter on the hub: small files brought, headers read. Network.

No byte of a weight is asked for.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import IO, cast

from yaie.facts import stand_in
from yaie.facts.adapter import AdapterFacts
from yaie.facts.checkpoint import CheckpointFacts, read_checkpoint
from yaie.facts.headers import read, together
from yaie.facts.tensor import TensorFacts
from yaie.sources.adapters import blamed, format_of, required_files
from yaie.sources.bring import (
    fetch,
    fetch_small_files,
    keep_commit,
    list_files,
    listed_shards,
    listed_weights,
)
from yaie.sources.documents import read_object
from yaie.sources.files import Format
from yaie.sources.ranges import RemoteBytes
from yaie.sources.remote import Listing
from yaie.sources.upstream import WAITS, endpoint
from yaie.spec.adapter import Peft
from yaie.spec.model import ModelSpec

AT_ONCE = 8
"""Files whose headers are read at the same time."""
Tensors = Mapping[str, TensorFacts]

_known: dict[tuple[str, str, str], Tensors | None] = {}
"""Hub, commit and file → its tensors, for as long as the process lives."""


@contextmanager
def from_headers(model: ModelSpec, waits: Sequence[float] = WAITS) -> Iterator[CheckpointFacts]:
    """The facts of a checkpoint as if it were at hand; its stand-in goes when the context ends.

    Without a stand-in where only a whole reading can tell: a GGUF file, a pickle of the old form.
    Raises SourceError for what cannot be had, or is not what it must be.
    """
    listing = list_files(model, waits=waits)
    source = fetch_small_files(listing, model, waits=waits)
    held = read_checkpoint(source, model)
    found = listed_weights(listing, model, waits=waits)
    shards = listed_shards(listing, model, found, waits=waits)
    tensors = _tensors(listing, shards, found.format, waits)
    if tensors is None or held.config is None:
        yield held
        return
    with TemporaryDirectory(prefix="yaie-") as made:
        stand_in.write(Path(made), source.folder / model.subfolder, tensors)
        yield replace(
            held,
            format=found.format,
            weight_files=shards,
            missing_files=(),
            tensors=tensors,
            stand_in=Path(made),
        )


def adapter_from_header(
    adapter: Peft, cache_dir: str | None, waits: Sequence[float] = WAITS
) -> AdapterFacts:
    """The facts of an adapter on the hub: its config brought, the header of its weights read.

    Raises SourceError for what cannot be had, or is not what it must be.
    """
    repository = adapter.repository(cache_dir)
    with blamed():
        listing = list_files(repository, waits=waits)
        config, file = required_files(listing, repository)
        folder = fetch(listing, [config], cache_dir, waits=waits).folder
        keep_commit(listing, repository)
        format = format_of(file)
        return AdapterFacts(
            folder=folder / adapter.subfolder,
            commit=listing.commit,
            config=read_object(folder / config),
            file=file,
            bytes=listing.sizes[file],
            format=format,
            tensors=_of_file(listing, file, format, waits),
            is_at_hand=False,
        )


def _tensors(
    listing: Listing, names: Sequence[str], format: Format, waits: Sequence[float]
) -> Tensors | None:
    if format == "gguf":
        return None
    with ThreadPoolExecutor(AT_ONCE) as threads:
        parts = threads.map(lambda name: _of_file(listing, name, format, waits), names)
        return together(parts)


def _of_file(listing: Listing, name: str, format: Format, waits: Sequence[float]) -> Tensors | None:
    key = (endpoint(), listing.commit, name)
    if key not in _known:
        opened = RemoteBytes(listing, name, waits)
        file, size = Path(opened.name), opened.size
        _known[key] = read(cast(IO[bytes], opened), format, file, size)
    return _known[key]
