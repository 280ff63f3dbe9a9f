"""Which files a load reads, and which of them it still needs from the hub."""

from __future__ import annotations

from dataclasses import replace
from enum import Enum
from pathlib import Path

from yaie.facts.checkpoint import CheckpointFacts
from yaie.facts.facts import Facts
from yaie.planning.download_plan import DownloadPlan, Room
from yaie.planning.overrides import own_config
from yaie.sources.adapters import adapter_files, list_adapter
from yaie.sources.bring import list_files, weight_files
from yaie.sources.cache import cache_folder, chosen_by
from yaie.sources.disk import free_bytes, mount_of
from yaie.sources.files import small_files, weights
from yaie.sources.names import HubName, parse
from yaie.sources.rates import rate
from yaie.sources.stock import Stock
from yaie.sources.upstream import hub_name
from yaie.spec.adapter import Peft
from yaie.spec.device import Single
from yaie.spec.load_spec import LoadSpec
from yaie.spec.weights import Pretrained


class Need(Enum):
    """What has to come from the hub before a load can go on."""

    NOTHING = "nothing"
    SMALL = "config and tokenizer"
    ALL = "config, tokenizer and weights"


def need(spec: LoadSpec, facts: Facts) -> Need:
    """What is not at hand yet of what the load reads.

    A structure is built from what is known of its config, where that is known.
    """
    if spec.model.id is None or not isinstance(parse(spec.model.id), HubName):
        return Need.NOTHING
    held = facts.checkpoint
    if isinstance(spec.weights, Pretrained):
        if held is None or held.format is None or held.missing_files or held.stand_in:
            return Need.ALL
        fed = held.has_tokenizer or held.has_processor
        return Need.NOTHING if fed or spec.processor.kind == "none" else Need.SMALL
    return Need.SMALL if own_config(spec, facts) is None else Need.NOTHING


def needs_adapter(spec: LoadSpec, facts: Facts) -> bool:
    """Whether an adapter is named whose weights are not at hand."""
    if not isinstance(spec.adapter, Peft):
        return False
    held = facts.adapter
    return held is None or (held.commit is not None and not (held.file and held.is_at_hand))


def download_of(spec: LoadSpec, facts: Facts) -> DownloadPlan:
    """The files that a load reads. Asks the hub for what is not at hand; SourceError where it
    cannot be asked."""
    here = download_here(spec, facts)
    return here if facts.host.is_here else _elsewhere(here)


def download_here(spec: LoadSpec, facts: Facts) -> DownloadPlan:
    """As `download_of`, for files that come to this machine, whatever machine will load them."""
    wanted = need(spec, facts)
    own = _at_hand(spec, facts) if wanted is Need.NOTHING else _from_hub(spec, facts, wanted)
    if not isinstance(spec.adapter, Peft):
        return own
    return _with_adapter(own, spec.adapter, spec.model.cache_dir, facts)


def _with_adapter(
    own: DownloadPlan, adapter: Peft, cache_dir: str | None, facts: Facts
) -> DownloadPlan:
    """The download with an adapter's files, each named behind the adapter's id."""
    held = facts.adapter
    if held is not None and held.file is not None and held.is_at_hand:
        name = f"{adapter.id}/{held.file}"
        return replace(own, cached={**(own.cached or {}), name: held.bytes})
    listing = list_adapter(adapter.repository(cache_dir))
    stock = Stock(listing, cache_dir)
    names = adapter_files(listing.files, adapter.subfolder)
    files, need = stock.to_fetch(names), stock.need(names)
    if own.need is not None:
        what = f"{own.need.what} and {need.what}"
        need = replace(own.need, bytes=own.need.bytes + need.bytes, what=what)
    cached = {f"{adapter.id}/{n}": listing.sizes[n] for n in names if n not in files}
    return replace(
        own,
        files={**own.files, **{f"{adapter.id}/{name}": size for name, size in files.items()}},
        cached={**(own.cached or {}), **cached},
        need=need,
        hub=hub_name(),
        fetching=rate("fetch", hub_name()),
    )


def reading_place(spec: LoadSpec, folder: Path) -> str:
    """What loads have in common that read weights alike: how, to which device, from which disk."""
    method, device = spec.quantization.method, spec.device
    how = method if method != "none" else spec.precision.dtype
    where = device.device if isinstance(device, Single) else device.kind
    return f"{how} on {where}, from {mount_of(folder)}"


def _at_hand(spec: LoadSpec, facts: Facts) -> DownloadPlan:
    held = facts.checkpoint
    if held is None:
        return DownloadPlan(files={}, cached={})
    small = {name: held.files[name] for name in small_files(held.files, spec.model)}
    stored = _held_weights(spec, held)
    is_hub = held.commit is not None
    return DownloadPlan(
        files={},
        cached=small | stored,
        weight_bytes=sum(stored.values()),
        room=_room(spec, held.folder) if is_hub else _own_room(held.folder),
        hub=hub_name() if is_hub else None,
        reading=rate("read", reading_place(spec, held.folder)),
    )


def _from_hub(spec: LoadSpec, facts: Facts, wanted: Need) -> DownloadPlan:
    listing = list_files(spec.model)
    stock = Stock(listing, spec.model.cache_dir)
    small, sizes = small_files(listing.files, spec.model), listing.sizes
    if wanted is Need.ALL:
        stored = {name: sizes[name] for name in weight_files(listing, spec.model)}
    else:
        stored = _held_weights(spec, facts.checkpoint)
    names = tuple(dict.fromkeys([*small, *(name for name in stored if name in sizes)]))
    files = stock.to_fetch(names)
    return DownloadPlan(
        files=files,
        cached={name: sizes[name] for name in names if name not in files},
        weight_bytes=sum(stored.values()),
        room=_room(spec, stock.snapshot),
        need=stock.need(names),
        hub=hub_name(),
        fetching=rate("fetch", hub_name()),
        reading=rate("read", reading_place(spec, stock.snapshot)),
    )


def _elsewhere(here: DownloadPlan) -> DownloadPlan:
    """For a machine of which neither cache nor disk nor network is known."""
    files = {**(here.cached or {}), **here.files} if here.hub else {}
    return DownloadPlan(files=files, cached=None, weight_bytes=here.weight_bytes, hub=here.hub)


def _held_weights(spec: LoadSpec, held: CheckpointFacts | None) -> dict[str, int]:
    """The files at hand that weights are read from → bytes, the index among them."""
    if held is None or not isinstance(spec.weights, Pretrained):
        return {}
    found = weights(held.files, spec.model, held.config or {})
    index = [found.file] if found and found.is_index else []
    return {name: held.files[name] for name in (*index, *held.weight_files)}


def _room(spec: LoadSpec, folder: Path) -> Room:
    asked = spec.model.cache_dir
    return Room(
        folder=cache_folder(asked),
        chosen_by="model.cache_dir" if asked is not None else chosen_by(),
        free_bytes=free_bytes(folder),
    )


def _own_room(folder: Path) -> Room:
    return Room(folder=folder, chosen_by=None, free_bytes=free_bytes(folder))
