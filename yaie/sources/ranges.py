"""Parts of a hub's files, by range requests: a byte that nobody asks for is never sent."""

from __future__ import annotations

import io
import os
from collections.abc import Sequence
from typing import Any
from urllib.parse import quote

from yaie.errors import Fault, Problem, SourceError
from yaie.sources.remote import Listing
from yaie.sources.upstream import WAITS, endpoint, mapped, no_hub, persistently

MOST_BYTES = 100_000_000
"""Of one part: safetensors' own limit of a header."""
MOST_REFUSAL = 1_000_000
"""Bytes of an answer that only says no; huggingface_hub reads all of them."""
SILENCE = 10.0
"""Seconds without a byte that end a request: huggingface_hub's own default."""


class RemoteBytes(io.RawIOBase):
    """A file on the hub to seek and read in; every read is one request, of just these bytes.

    `read` raises SourceError for whatever keeps the bytes from coming as asked.
    """

    def __init__(self, listing: Listing, name: str, waits: Sequence[float] = WAITS) -> None:
        self.name = f"{listing.id}/{name}"
        self.size = listing.files[name].bytes
        self._id, self._revision, self._waits = listing.id, listing.revision, waits
        path = f"{listing.id}/resolve/{listing.commit}/{quote(name)}"
        self._url = f"{endpoint()}/{path}"
        self._at = 0

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def tell(self) -> int:
        return self._at

    def seek(self, offset: int, whence: int = os.SEEK_SET) -> int:
        start = {os.SEEK_SET: 0, os.SEEK_CUR: self._at, os.SEEK_END: self.size}[whence]
        self._at = max(0, start + offset)
        return self._at

    def read(self, size: int | None = -1) -> bytes:
        left = max(0, self.size - self._at)
        length = left if size is None or size < 0 else min(size, left)
        if length > MOST_BYTES:
            raise SourceError(_too_long(self.name, length))
        content = self._asked(self._at, self._at + length) if length else b""
        self._at += length
        return content

    def _asked(self, start: int, end: int) -> bytes:
        with mapped(self._id, self._revision):
            return persistently(lambda: self._sent(start, end), self._waits)

    def _sent(self, start: int, end: int) -> bytes:
        from huggingface_hub import get_session
        from huggingface_hub.utils._headers import build_hf_headers
        from huggingface_hub.utils._http import hf_raise_for_status

        headers = build_hf_headers(library_name="yaie") | {
            "Accept-Encoding": "identity",
            "Range": f"bytes={start}-{end - 1}",
        }
        # The transport leaves the token behind where a redirect leads to another host.
        with get_session().stream("GET", self._url, headers=headers, timeout=SILENCE) as response:
            if response.is_error:
                self._require_short(response)
                hf_raise_for_status(response)
            self._require_part(response, f"bytes {start}-{end - 1}/{self.size}")
            return self._body(response, end - start)

    def _body(self, response: Any, length: int) -> bytes:
        content = bytearray()
        for block in response.iter_raw():
            content += block
            if len(content) > length:
                break
        if len(content) != length:
            raise SourceError(_other_bytes(self.name))
        return bytes(content)

    def _require_part(self, response: Any, range_: str) -> None:
        """Raises SourceError, with the body unread, for anything but the part that was asked."""
        if response.status_code == 200:
            raise SourceError(_whole(self.name))
        if response.status_code != 206:
            raise SourceError(no_hub(self._id))
        if response.headers.get("Content-Range") != range_:
            raise SourceError(_other_bytes(self.name))

    def _require_short(self, response: Any) -> None:
        length = response.headers.get("Content-Length", "")
        if not length.isdigit() or int(length) > MOST_REFUSAL:
            raise SourceError(no_hub(self._id))


def _too_long(name: str, length: int) -> Problem:
    return _problem(
        f"the header of `{name}` cannot be read alone: it would be {length:,} bytes", None
    )


def _whole(name: str) -> Problem:
    return _problem(
        f"`{endpoint()}` answers with the whole of `{name}` when asked for its header",
        "a hub that sends parts of files is wanted: check `HF_ENDPOINT`, and what stands in"
        " between",
    )


def _other_bytes(name: str) -> Problem:
    return _problem(f"`{endpoint()}` sent other bytes of `{name}` than were asked for", "try again")


def _problem(message: str, hint: str | None) -> Problem:
    return Problem(path="model.id", message=message, hint=hint, fault=Fault.SOURCE)
