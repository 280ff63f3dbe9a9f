"""Finding the files of a checkpoint that are at hand; never the network."""

from __future__ import annotations

import importlib.util
import os
from pathlib import Path

from yaie.errors import Fault, Problem, SourceError
from yaie.sources.cache import cached_commit, repository_folder
from yaie.sources.names import FolderName, HubName, PackageName, parse, require_inside
from yaie.sources.source import Source, files_in
from yaie.spec.wording import nearest


def locate(
    id: str, *, revision: str | None = None, cache_dir: str | None = None, subfolder: str = ""
) -> Source | None:
    """The files of a model id that are at hand; None when the hub's cache has none of them.

    Raises InputError for an id that can name nothing, SourceError for a folder that is not there.
    """
    require_inside("model.subfolder", subfolder)
    match parse(id):
        case HubName():
            return _snapshot(id, revision, cache_dir)
        case FolderName(path):
            folder = _existing(id, path)
        case PackageName() as name:
            folder = _existing(id, _package_folder(name))
    if subfolder and not os.path.isdir(folder / subfolder):
        raise SourceError(_no_subfolder(id, folder, subfolder))
    return Source(id=id, folder=folder, commit=None, files=files_in(folder))


def folder_of(id: str) -> Path:
    """The folder that a path or a `pkg://package/path` names."""
    match parse(id):
        case FolderName(path):
            return _existing(id, path)
        case PackageName() as name:
            return _existing(id, _package_folder(name))
        case HubName():
            raise ValueError(f"`{id}` names a hub repository, not a folder")


def _snapshot(id: str, revision: str | None, cache_dir: str | None) -> Source | None:
    repository = repository_folder(id, cache_dir)
    commit = cached_commit(repository, revision)
    if commit is None:
        return None
    folder = repository / "snapshots" / commit
    files = files_in(folder)
    return Source(id=id, folder=folder, commit=commit, files=files) if files else None


def _package_folder(name: PackageName) -> Path:
    """Found without importing the package: a recipe that names one must not run its code."""
    spec = None if name.package == "__main__" else importlib.util.find_spec(name.package)
    folders = [
        Path(place) / name.inner for place in (spec and spec.submodule_search_locations) or ()
    ]
    if not folders:
        raise SourceError(
            Problem(
                path="model.id",
                message=f"no package `{name.package}` is installed here",
                fault=Fault.SOURCE,
            )
        )
    return next(filter(os.path.isdir, folders), folders[0])


def _existing(id: str, folder: Path) -> Path:
    if os.path.isdir(folder):
        return folder
    raise SourceError(_is_file(id, folder) if os.path.isfile(folder) else _missing(id, folder))


def _is_file(id: str, file: Path) -> Problem:
    folder, name = id.rsplit("/", 1) if "/" in id else (".", id)
    gguf = f" model.gguf_file={name}" if file.suffix == ".gguf" else ""
    return Problem(
        path="model.id",
        message=f"`{id}` is a file; the folder that holds it is wanted",
        hint=f"`model={folder or '/'}{gguf}`",
        fault=Fault.SOURCE,
    )


def _missing(id: str, folder: Path) -> Problem:
    near = _near(folder)
    return Problem(
        path="model.id",
        message=f"there is no folder `{id}`",
        hint=f"`model={near if near.is_absolute() else f'./{near.as_posix()}'}`" if near else None,
        fault=Fault.SOURCE,
    )


def _no_subfolder(id: str, folder: Path, subfolder: str) -> Problem:
    near = _near(folder / subfolder)
    return Problem(
        path="model.subfolder",
        message=f"`{id}` has no folder `{subfolder}`",
        hint=f"`model.subfolder={near.relative_to(folder).as_posix()}`" if near else None,
        fault=Fault.SOURCE,
    )


def _near(missing: Path) -> Path | None:
    """The path with its first missing part replaced by the sibling most like it, if that exists."""
    known = missing
    while not os.path.isdir(known.parent):
        known = known.parent
    if not os.access(known.parent, os.R_OK | os.X_OK):
        return None
    siblings = [entry.name for entry in os.scandir(known.parent) if os.path.isdir(entry)]
    meant = nearest(known.name, siblings)
    near = known.parent / meant / missing.relative_to(known) if meant else None
    return near if near and os.path.isdir(near) else None
