"""Names: what a model id can be, told by its form alone."""

from __future__ import annotations

import os
import re
from dataclasses import dataclass
from pathlib import Path

from yaie.errors import InputError, Problem

_PART = re.compile(r"\w(?:[\w.-]{0,94}\w)?", re.ASCII)
_PACKAGE = "pkg://"


@dataclass(frozen=True, slots=True)
class FolderName:
    """A path on this machine."""

    path: Path


@dataclass(frozen=True, slots=True)
class PackageName:
    """A folder inside an installed package."""

    package: str
    inner: str


@dataclass(frozen=True, slots=True)
class HubName:
    """A repository on the hub, `org/name` or `name`."""

    id: str


Name = FolderName | PackageName | HubName


def parse(id: str) -> Name:
    """What an id names; raises InputError when it has no form that names anything."""
    if id.startswith(_PACKAGE):
        return _package(id)
    if id.startswith((".", "/", "~")) or os.path.isdir(id):
        return FolderName(Path(os.path.expanduser(id)))
    if not is_hub_id(id):
        raise InputError(_no_name(id))
    return HubName(id)


def hub_id(id: str | None) -> str | None:
    """The id where it names a repository on the hub, None where it names anything else."""
    return id if id is not None and is_hub_id(id) and not os.path.isdir(id) else None


def is_hub_id(id: str) -> bool:
    """Whether the hub can have a repository of this name."""
    parts = id.split("/")
    return (
        len(parts) <= 2
        and all(_PART.fullmatch(part) for part in parts)
        and "--" not in id
        and ".." not in id
        and not id.endswith(".git")
    )


def is_inside(name: str) -> bool:
    """Whether a file's or folder's name, as a stranger wrote it, stays in its folder."""
    return bool(name) and not name.startswith("/") and not {"..", ""} & set(_segments(name))


def require_inside(path: str, value: str) -> None:
    """Raises InputError when what was asked for leads out of the checkpoint's folder."""
    if value and not is_inside(value.rstrip("/")):
        raise InputError(
            Problem(
                path=path,
                message=f"`{value}` leads out of the checkpoint; a name inside it is wanted, "
                "without `..` and without a leading `/`",
            )
        )


def _segments(name: str) -> list[str]:
    # Windows takes a backslash for a separator; no checkpoint needs one in a name.
    return name.replace("\\", "/../").split("/")


def _package(id: str) -> PackageName:
    package, _, inner = id.removeprefix(_PACKAGE).partition("/")
    if not package.isidentifier() or ".." in inner.split("/"):
        raise InputError(
            Problem(
                path="model.id",
                message=f"`{id}` is not of the form `pkg://package/path`",
                hint="`model=pkg://yaie/tiny`",
            )
        )
    return PackageName(package, inner)


def _no_name(id: str) -> Problem:
    return Problem(
        path="model.id",
        message=f"`{id}` is neither a folder at hand nor a hub id: `name` or `org/name` of ASCII "
        "letters, digits, `-`, `_` and `.`",
        hint=_override(id),
    )


def meant(address: str) -> str | None:
    """The hub id in the address of a page, `https://hub/org/name` or `hf://org/name`; None where
    there is none."""
    scheme, _, rest = address.partition("://")
    host_and_path = rest.split("/")
    id = "/".join(host_and_path[:2] if scheme == "hf" else host_and_path[1:3])
    return id if id and is_hub_id(id) else None


def _override(id: str) -> str | None:
    """The override that was probably meant by an id that is none."""
    if "://" in id:
        return f"`model={found}`" if (found := meant(id)) else None
    org, *rest = id.strip("/").split("/")
    if len(rest) > 1 and is_hub_id(f"{org}/{rest[0]}"):
        in_hub = f"model={org}/{rest[0]} model.subfolder={'/'.join(rest[1:])}"
        return f"`model=./{id}` for a folder, or `{in_hub}`"
    return None
