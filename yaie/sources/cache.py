"""The hub's cache: where huggingface_hub keeps what it fetched.

Read without importing huggingface_hub, which takes longer than a whole check.
"""

from __future__ import annotations

import os
import re
from pathlib import Path

from yaie.errors import InputError, Problem

_VARIABLES = {
    "HF_HUB_CACHE": "",
    "HUGGINGFACE_HUB_CACHE": "",
    "HF_HOME": "/hub",
    "XDG_CACHE_HOME": "/huggingface/hub",
}
"""Variable → where the cache lies below what it names; the first that is set decides."""
_REVISION = re.compile(r"[^-/\\~^:?*\[\s\0][^\\~^:?*\[\s\0]{0,254}")


def cache_folder(cache_dir: str | None = None) -> Path:
    """The cache's folder: as asked, else as the environment says, else in the home folder."""
    if cache_dir is not None:
        return Path(cache_dir).expanduser().absolute()
    variable = chosen_by()
    if variable is None:
        return _expanded("~/.cache/huggingface/hub")
    return _expanded(os.environ[variable] + _VARIABLES[variable])


def chosen_by() -> str | None:
    """The variable of the environment that says where the cache is; None where none does."""
    return next((name for name in _VARIABLES if os.environ.get(name)), None)


def repository_folder(id: str, cache_dir: str | None = None) -> Path:
    """Where the cache keeps a model repository."""
    return cache_folder(cache_dir) / "--".join(("models", *id.split("/")))


def cached_commit(repository: Path, revision: str | None) -> str | None:
    """The commit that a revision was when it was last fetched; None if it never was."""
    name = revision or "main"
    _require_revision(name)
    ref = repository / "refs" / name
    commit = ref.read_text(encoding="utf-8", errors="replace") if os.path.isfile(ref) else name
    is_name = "/" not in commit and commit not in ("", ".", "..")
    return commit if is_name and os.path.isdir(repository / "snapshots" / commit) else None


def remember(repository: Path, revision: str | None, commit: str) -> None:
    """Writes down which commit a branch or tag is, once its files are there."""
    name = revision or "main"
    _require_revision(name)
    if name == commit:
        return
    from tempfile import NamedTemporaryFile

    ref = repository / "refs" / name
    ref.parent.mkdir(parents=True, exist_ok=True)
    with NamedTemporaryFile("w", dir=ref.parent, delete=False) as written:
        written.write(commit)
    Path(written.name).replace(ref)


def _expanded(path: str) -> Path:
    return Path(os.path.expandvars(os.path.expanduser(path))).absolute()


def is_revision(name: str) -> bool:
    """Whether a branch, a tag or a commit can have this name."""
    return _REVISION.fullmatch(name) is not None and ".." not in name


def _require_revision(name: str) -> None:
    # git itself allows none of these; here they would lead out of the cache.
    if not is_revision(name):
        raise InputError(
            Problem(
                path="model.revision",
                message=f"`{name}` cannot be the name of a branch, a tag or a commit",
            )
        )
