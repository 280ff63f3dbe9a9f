"""The download of one file, with its bytes counted."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from yaie.sources.cache import cache_folder
from yaie.sources.remote import Listing
from yaie.sources.upstream import endpoint

Progress = Callable[[int, int], None]
"""Told of the bytes that have come, and of the bytes in all."""


def silent(done: int, total: int) -> None:
    """Progress that nobody watches."""


class Meter:
    """Counts the bytes of several files, and tells of them."""

    def __init__(self, total: int, progress: Progress) -> None:
        self.total = total
        self.done = 0
        self._progress = progress

    def stand_at(self, done: int) -> None:
        """Says how many bytes have come; fewer than before when a file is begun again."""
        self.done = done
        self._progress(done, self.total)


class Download:
    """One file's download, from its first byte each time it is called."""

    def __init__(
        self, listing: Listing, name: str, bytes: int, cache_dir: str | None, meter: Meter
    ) -> None:
        self._listing, self._name, self._bytes, self._meter = listing, name, bytes, meter
        self._cache = cache_folder(cache_dir)
        self._start = meter.done

    def __call__(self) -> Path:
        from huggingface_hub import hf_hub_download

        self._meter.stand_at(self._start)
        path = hf_hub_download(
            self._listing.id,
            self._name,
            revision=self._listing.commit,
            cache_dir=self._cache,
            endpoint=endpoint(),
            library_name="yaie",
            tqdm_class=_bar_that_tells(self._meter),
        )
        self._meter.stand_at(self._start + self._bytes)
        return Path(path)


def _bar_that_tells(meter: Meter) -> Any:
    """A progress bar's class, as huggingface_hub wants one, that draws nothing."""
    from huggingface_hub.utils import tqdm  # type: ignore[attr-defined]

    class Bar(tqdm):
        def __init__(self, *args: Any, **kwargs: Any) -> None:
            super().__init__(*args, **kwargs | {"disable": True})  # type: ignore[no-untyped-call]

        def update(self, n: float | None = 1) -> None:
            meter.stand_at(meter.done + int(n or 0))

        def update_transfer(self, n: float | None = 1) -> None:
            """Bytes on the wire, which Xet tells beside the file's own."""

    return Bar
