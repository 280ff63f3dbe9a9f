"""Stock: what the hub's cache has of a listing's files, and where it keeps the rest.

huggingface_hub 2.4 writes a file once, beside where it will lie, and gives it its name when it is
whole: a snapshot's files are links to blobs, which other revisions share. What broke off is not
taken up again.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from shlex import quote

from yaie.sources.cache import cache_folder, chosen_by, repository_folder
from yaie.sources.disk import DiskNeed
from yaie.sources.remote import Listing
from yaie.spec.wording import counted, sized


@dataclass(frozen=True, slots=True)
class Stock:
    """A repository's part of the cache, held against its listing."""

    listing: Listing
    cache_dir: str | None
    """As it was asked; None for the cache that the environment names."""

    @property
    def snapshot(self) -> Path:
        """The folder that the files of the listing's commit lie in."""
        return self._repository / "snapshots" / self.listing.commit

    def absent(self, names: Iterable[str]) -> tuple[str, ...]:
        """Those that are not in the snapshot as a whole."""
        return tuple(name for name in names if not self._is_whole(self.snapshot / name, name))

    def to_fetch(self, names: Iterable[str]) -> dict[str, int]:
        """Those that have to come from the hub → bytes; another revision's file is taken over."""
        sizes = self.listing.sizes
        return {name: sizes[name] for name in self.absent(names) if not self._has_blob(name)}

    def need(self, names: Iterable[str]) -> DiskNeed:
        """The room that the files take which have to come."""
        wanted = self.to_fetch(names)
        return DiskNeed(
            folder=self._repository,
            bytes=sum(wanted.values()),
            what=f"{counted(len(wanted), 'file')} of `{self.listing.id}`",
            path="model.cache_dir",
            hint=self._hint,
        )

    @property
    def _repository(self) -> Path:
        return repository_folder(self.listing.id, self.cache_dir)

    def _has_blob(self, name: str) -> bool:
        file = self.listing.files[name]
        etag = file.sha256 or file.git_oid
        return etag is not None and self._is_whole(self._repository / "blobs" / etag, name)

    def _is_whole(self, path: Path, name: str) -> bool:
        return path.is_file() and path.stat().st_size == self.listing.files[name].bytes

    def _hint(self) -> str:
        another = f"name a folder on another disk: `model.cache_dir=…`{self._or_variable()}"
        folder = cache_folder(self.cache_dir)
        broken_off = sum(file.stat().st_size for file in folder.glob("*/blobs/*.incomplete"))
        if not broken_off:
            return f"make room, or {another}"
        told = f"`hf cache prune --cache-dir {quote(str(folder))}` removes"
        return f"{told} {sized(broken_off)} of downloads that broke off, or {another}"

    def _or_variable(self) -> str:
        """The variable that would move the cache, where none is asked for."""
        if self.cache_dir is not None:
            return ""
        chosen = chosen_by()
        return f", or set `{'HF_HOME' if chosen in (None, 'XDG_CACHE_HOME') else chosen}`"
