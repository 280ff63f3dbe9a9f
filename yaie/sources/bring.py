"""Bringing a checkpoint's files from the hub into its cache: listed, fetched, verified."""

from __future__ import annotations

import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from yaie.errors import Fault, Problem, SourceError
from yaie.sources.cache import remember, repository_folder
from yaie.sources.disk import require_room
from yaie.sources.documents import read_object, spoiled
from yaie.sources.download import Download, Meter, Progress, silent
from yaie.sources.files import CONFIG, Weights, inside, shards, small_files, weights
from yaie.sources.names import HubName, parse
from yaie.sources.rates import note
from yaie.sources.remote import Listing, discard, is_commit, listing_of, require_as_sent
from yaie.sources.source import Source, files_in
from yaie.sources.stock import Stock
from yaie.sources.upstream import WAITS, endpoint, hub_name, mapped, no_hub, persistently
from yaie.spec.model import ModelSpec


def bring(
    model: ModelSpec, *, progress: Progress = silent, waits: Sequence[float] = WAITS
) -> Source:
    """Everything that loading the model reads: the small files first, then the weights."""
    listing = list_files(model, waits=waits)
    fetch(listing, small_files(listing.files, model), model.cache_dir, waits=waits)
    names = weight_files(listing, model, waits=waits)
    source = fetch(listing, names, model.cache_dir, progress=progress, waits=waits)
    keep_commit(listing, model)
    return source


def bring_small_files(model: ModelSpec, *, waits: Sequence[float] = WAITS) -> Source:
    """What is read beside the weights: enough to check a spec, or to build a model untrained."""
    return fetch_small_files(list_files(model, waits=waits), model, waits=waits)


def fetch_small_files(
    listing: Listing, model: ModelSpec, *, waits: Sequence[float] = WAITS
) -> Source:
    """As `bring_small_files`, for a repository that has been listed."""
    names = small_files(listing.files, model)
    source = fetch(listing, names, model.cache_dir, waits=waits)
    keep_commit(listing, model)
    return source


def list_files(model: ModelSpec, *, waits: Sequence[float] = WAITS) -> Listing:
    """The files of the model's repository, at the commit that its revision is now."""
    name = parse(model.id or "")
    if not isinstance(name, HubName):
        raise ValueError(f"`{model.id}` is not on the hub")
    with mapped(name.id, model.revision):
        from huggingface_hub import HfApi

        api = HfApi(endpoint=endpoint(), library_name="yaie")
        info = persistently(
            lambda: api.model_info(name.id, revision=model.revision, files_metadata=True), waits
        )
    # The commit becomes the name of a folder.
    if not is_commit(info.sha):
        raise SourceError(no_hub(name.id))
    return listing_of(info, name.id, model.revision)


def weight_files(
    listing: Listing, model: ModelSpec, *, waits: Sequence[float] = WAITS
) -> tuple[str, ...]:
    """The index, if any, and the files that hold the weights."""
    found = listed_weights(listing, model, waits=waits)
    if not found.is_index:
        return (found.file,)
    return (found.file, *listed_shards(listing, model, found, waits=waits))


def listed_weights(
    listing: Listing, model: ModelSpec, *, waits: Sequence[float] = WAITS
) -> Weights:
    """What the weights would be read from; brings config.json, which says so."""
    config = _document(listing, model, inside(model.subfolder, CONFIG), waits)
    found = weights(listing.files, model, config)
    if found is None:
        raise SourceError(_no_weights(listing, model))
    return found


def listed_shards(
    listing: Listing, model: ModelSpec, found: Weights, *, waits: Sequence[float] = WAITS
) -> tuple[str, ...]:
    """The files that hold the weights; brings the index, where there is one."""
    if not found.is_index:
        return (found.file,)
    index = _document(listing, model, found.file, waits)
    try:
        names = shards(index, found.file)
    except ValueError as error:
        raise spoiled(Path(found.file), f"cannot be used: {error}") from error
    if absent := [name for name in names if name not in listing.files]:
        raise spoiled(Path(found.file), f"lists `{absent[0]}`, which `{listing.id}` does not hold")
    return names


def fetch(
    listing: Listing,
    names: Sequence[str],
    cache_dir: str | None = None,
    *,
    progress: Progress = silent,
    waits: Sequence[float] = WAITS,
) -> Source:
    """Brings the files that are not at hand yet; each is verified before it counts."""
    stock = Stock(listing, cache_dir)
    absent, wanted = stock.absent(names), stock.to_fetch(names)
    require_room(stock.need(names))
    meter = Meter(sum(wanted.values()), progress)
    for name in absent:
        _discard_part(stock.snapshot / name)
        with mapped(listing.id, listing.revision):
            download = Download(listing, name, wanted.get(name, 0), cache_dir, meter)
            start = time.perf_counter()
            path = persistently(download, waits)
            note("fetch", hub_name(), wanted.get(name, 0), time.perf_counter() - start)
            require_as_sent(path, listing.files[name])
    folder = stock.snapshot
    files = files_in(folder) if folder.is_dir() else {}
    return Source(id=listing.id, folder=folder, commit=listing.commit, files=files)


def _discard_part(path: Path) -> None:
    """Removes a file of another size than the hub lists, so that it is fetched anew."""
    if path.is_file():
        discard(path)


def _document(
    listing: Listing, model: ModelSpec, name: str, waits: Sequence[float]
) -> dict[str, Any]:
    if name not in listing.files:
        return {}
    return read_object(fetch(listing, [name], model.cache_dir, waits=waits).folder / name)


def keep_commit(listing: Listing, model: ModelSpec) -> None:
    """Notes which commit a revision is, so that a load finds it without asking."""
    with mapped(listing.id):
        remember(repository_folder(listing.id, model.cache_dir), model.revision, listing.commit)


def _no_weights(listing: Listing, model: ModelSpec) -> Problem:
    ggufs = [name for name in listing.files if name.endswith(".gguf")]
    other = model.model_copy(update={"variant": None, "use_safetensors": None, "gguf_file": None})
    hint = None
    if weights(listing.files, other, {}) is not None:
        hint = "leave out `model.variant`, `model.use_safetensors` and `model.gguf_file`"
    elif ggufs:
        hint = f"`model.gguf_file={ggufs[0]}`"
    return Problem(
        path="model.id",
        message=f"`{listing.id}` holds no weights as asked for at `{listing.revision or 'main'}`",
        hint=hint,
        fault=Fault.SOURCE,
    )
