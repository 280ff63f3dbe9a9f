"""The files of a PEFT adapter: which they are, where they are at hand, and bringing them."""

from __future__ import annotations

from collections.abc import Container, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace

from yaie.errors import Fault, Problem, SourceError, YaieError
from yaie.sources.bring import fetch, keep_commit, list_files
from yaie.sources.download import Progress, silent
from yaie.sources.files import ADAPTER_CONFIG, Format, inside
from yaie.sources.locate import locate
from yaie.sources.remote import Listing
from yaie.sources.source import Source
from yaie.sources.upstream import WAITS
from yaie.spec.model import ModelSpec

WEIGHTS: tuple[tuple[Format, str], ...] = (
    ("safetensors", "adapter_model.safetensors"),
    ("bin", "adapter_model.bin"),
)
"""Files of an adapter's weights, in the order in which peft looks for them."""


def adapter_files(files: Container[str], subfolder: str) -> tuple[str, ...]:
    """The config and the file of weights that a load reads, as far as they are there."""
    config = inside(subfolder, ADAPTER_CONFIG)
    stored = (inside(subfolder, name) for _, name in WEIGHTS)
    found = next((name for name in stored if name in files), None)
    return tuple(name for name in (config, found) if name is not None and name in files)


def format_of(file: str) -> Format:
    """How the weights are stored in a file of an adapter's weights."""
    return next(format for format, name in WEIGHTS if file.endswith(name))


def locate_adapter(repository: ModelSpec) -> Source | None:
    """The files at hand; None while the hub's cache has none of them."""
    with blamed():
        return locate(
            repository.id or "",
            revision=repository.revision,
            cache_dir=repository.cache_dir,
            subfolder=repository.subfolder,
        )


def list_adapter(repository: ModelSpec, *, waits: Sequence[float] = WAITS) -> Listing:
    """The files of an adapter's repository on the hub."""
    with blamed():
        return list_files(repository, waits=waits)


def required_files(listing: Listing, repository: ModelSpec) -> tuple[str, str]:
    """The config and the file of weights; SourceError where the repository lacks one of them."""
    match adapter_files(listing.files, repository.subfolder):
        case (config, stored):
            return config, stored
        case (name,) if name == inside(repository.subfolder, ADAPTER_CONFIG):
            lacks = "neither adapter_model.safetensors nor adapter_model.bin"
        case _:
            lacks = "no adapter_config.json, so that it is no adapter"
    raise SourceError(
        Problem(
            path="model.id",
            message=f"`{listing.id}` holds {lacks}",
            fault=Fault.SOURCE,
        )
    )


def bring_adapter(
    repository: ModelSpec, *, progress: Progress = silent, waits: Sequence[float] = WAITS
) -> Source:
    """Brings what a load reads of an adapter, verified as a checkpoint's files are."""
    with blamed():
        listing = list_files(repository, waits=waits)
        names = required_files(listing, repository)
        source = fetch(listing, names, repository.cache_dir, progress=progress, waits=waits)
        keep_commit(listing, repository)
        return source


@contextmanager
def blamed() -> Iterator[None]:
    """Tells of what is wrong with an adapter's files at the adapter's own fields."""
    try:
        yield
    except YaieError as error:
        raise type(error)(
            *(
                replace(
                    problem,
                    path=problem.path.replace("model.", "adapter.", 1),
                    hint=(problem.hint or "").replace("`model", "`adapter") or None,
                )
                for problem in error.problems
            )
        ) from error
