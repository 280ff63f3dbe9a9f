"""A hub on loopback: the download half of the protocol, for repositories given as folders."""

from __future__ import annotations

import hashlib
import json
import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any, Literal, TypeVar
from urllib.parse import unquote, urlsplit

import pytest

from yaie.sources import upstream

LARGE = (".safetensors", ".bin", ".gguf")
"""Suffixes of files that are kept by Git LFS."""


@dataclass
class Repository:
    """A folder served as a model repository with one commit."""

    folder: Path
    gated: bool = False
    spoiled: str | None = None
    """Path of a file whose first byte is sent flipped."""
    ranges: Literal["sent", "ignored", "shifted", "cut short", "too long"] = "sent"
    """What is done where a part of a file is asked for."""
    claimed: dict[str, int] = field(default_factory=dict)
    """Path of a file → bytes that it is said to have, more than are here."""
    moved_to: str | None = None
    """Another hub's address, which large files are redirected to."""
    private: bool = False

    def at(self, revision: str) -> Repository | None:
        """The repository as it is at a revision; None where it has no such."""
        return self if revision in ("", "main", self.commit) else None

    def names(self) -> list[str]:
        found = (p for p in self.folder.rglob("*") if p.is_file())
        return sorted(p.relative_to(self.folder).as_posix() for p in found)

    @property
    def commit(self) -> str:
        digest = hashlib.sha1()
        for name in self.names():
            digest.update(name.encode() + self.content(name))
        return digest.hexdigest()

    def content(self, name: str) -> bytes:
        return (self.folder / name).read_bytes()

    def sent(self, name: str) -> bytes:
        content = self.content(name)
        return bytes([content[0] ^ 1]) + content[1:] if name == self.spoiled else content

    def etag(self, name: str) -> str:
        content = self.content(name)
        if name.endswith(LARGE):
            return hashlib.sha256(content).hexdigest()
        return hashlib.sha1(f"blob {len(content)}\0".encode() + content).hexdigest()

    def size(self, name: str) -> int:
        return self.claimed.get(name) or len(self.content(name))

    def sibling(self, name: str) -> dict[str, Any]:
        size = self.size(name)
        listed: dict[str, Any] = {"rfilename": name, "size": size, "blobId": self.etag(name)[:40]}
        if name.endswith(LARGE):
            listed["lfs"] = {"size": size, "sha256": self.etag(name), "pointerSize": 130}
        return listed


H = TypeVar("H", bound="Hub")


@dataclass
class Hub:
    """What is served, what was asked, and what goes wrong on purpose."""

    repositories: dict[str, Repository] = field(default_factory=dict)
    requests: list[str] = field(default_factory=list)
    """`METHOD /path` of every request, in order."""
    tokens: list[str | None] = field(default_factory=list)
    """The authorization that came with each request."""
    sent: dict[str, set[int]] = field(default_factory=lambda: defaultdict(set))
    """Path of a file → offsets of its bytes that were sent, or begun to be."""
    failing: Counter[str] = field(default_factory=Counter)
    """Method → how many more of its requests are answered 503."""
    url: str = ""

    def add(self, id: str, folder: Path) -> Repository:
        self.repositories[id] = Repository(folder)
        return self.repositories[id]

    def visible(self, id: str, authorization: str | None) -> Repository | None:
        """A repository, if whoever asks may know of it."""
        return self.repositories.get(id)


@contextmanager
def running() -> Iterator[Hub]:
    """A hub that listens on a free port of the loopback device."""
    with listening(Hub(), Handler) as hub:
        yield hub


@contextmanager
def serving(
    monkeypatch: pytest.MonkeyPatch, cache: Path, repositories: Mapping[str, Path]
) -> Iterator[Hub]:
    """A hub of these that this process fetches from, at the first try, into a cache of its own."""
    with running() as hub:
        for id, folder in repositories.items():
            hub.add(id, folder)
        monkeypatch.setenv("HF_ENDPOINT", hub.url)
        monkeypatch.setenv("HF_HUB_CACHE", str(cache))
        monkeypatch.setattr(upstream, "WAITS", ())
        yield hub


@contextmanager
def listening(hub: H, kind: type[Handler]) -> Iterator[H]:
    """A hub whose requests a kind of handler answers."""
    handler = type("Handler", (kind,), {"hub": hub})
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    server.daemon_threads = True
    hub.url = f"http://127.0.0.1:{server.server_address[1]}"
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield hub
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


class Handler(BaseHTTPRequestHandler):
    hub: Hub
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        self._answer()

    def do_HEAD(self) -> None:
        self._answer()

    def do_POST(self) -> None:
        self._take()

    def do_PUT(self) -> None:
        self._take()

    def log_message(self, format: str, *args: Any) -> None:
        """Nothing: the requests are kept in the hub."""

    @property
    def path_asked(self) -> str:
        return unquote(urlsplit(self.path).path)

    def _answer(self) -> None:
        path = self.path_asked
        self.hub.requests.append(f"{self.command} {path}")
        self.hub.tokens.append(self.headers.get("Authorization"))
        if self.hub.failing[self.command] > 0:
            self.hub.failing[self.command] -= 1
            self._send(503)
        elif path.startswith("/api/models/"):
            self._api(path.removeprefix("/api/models/"))
        else:
            self._resolve(path.lstrip("/"))

    def _take(self) -> None:
        """This hub is one to read from."""
        self._send(405)

    def _api(self, path: str) -> None:
        id, kind, rest = _split(path, ("/revision/", "/tree/"))
        first, _, folder = rest.partition("/")
        repository = self._found(id, first if kind == "/tree/" else rest)
        if repository is None:
            return
        if kind == "/tree/":
            self._json([_entry(repository, n) for n in repository.names() if n.startswith(folder)])
        else:
            siblings = [repository.sibling(name) for name in repository.names()]
            at = {"id": id, "sha": repository.commit, "private": repository.private}
            at["gated"] = "manual" if repository.gated else False
            self._json(at | {"siblings": siblings})

    def _found(self, id: str, revision: str) -> Repository | None:
        """The repository at a revision; answers that there is none otherwise."""
        repository = self.hub.visible(id, self.headers.get("Authorization"))
        found = repository and repository.at(revision)
        if found is None:
            code = "RevisionNotFound" if repository else "RepoNotFound"
            self._send(404, {"X-Error-Code": code})
        return found

    def _resolve(self, path: str) -> None:
        id, _, rest = _split(path, ("/resolve/",))
        revision, _, name = rest.partition("/")
        repository = self._found(id, revision)
        if repository is None:
            return
        if repository.gated:
            self._send(403, {"X-Error-Code": "GatedRepo"})
        elif name not in repository.names():
            at = {"X-Error-Code": "EntryNotFound", "X-Repo-Commit": repository.commit}
            self._send(404, at)
        elif repository.moved_to and name.endswith(LARGE):
            self._send(302, {"Location": f"{repository.moved_to}{self.path}"})
        else:
            at = {"X-Repo-Commit": repository.commit, "ETag": f'"{repository.etag(name)}"'}
            self._file(repository, name, at)

    def _file(self, repository: Repository, name: str, at: dict[str, str]) -> None:
        """The whole file, or the part of it that is asked for, as the repository does it."""
        content = repository.sent(name)
        asked = re.fullmatch(r"bytes=(\d+)-(\d*)", self.headers.get("Range", ""))
        if asked is None or repository.ranges == "ignored":
            start, end, status = 0, len(content), 200
        else:
            start, end, status = int(asked[1]), int(asked[2] or len(content) - 1) + 1, 206
        if repository.ranges == "shifted":
            start, end = start + 1, end + 1
        if status == 206:
            at |= {"Content-Range": f"bytes {start}-{end - 1}/{repository.size(name)}"}
        if self.command == "GET":
            self.hub.sent[name].update(range(start, end))
        body = content[start:end]
        if status == 206 and repository.ranges == "too long":
            body += b"more"
        self._send(status, at, body, cut=status == 206 and repository.ranges == "cut short")

    def _json(self, document: object) -> None:
        self._send(200, {"Content-Type": "application/json"}, json.dumps(document).encode())

    def _send(
        self,
        status: int,
        headers: dict[str, str] | None = None,
        body: bytes = b"",
        *,
        cut: bool = False,
    ) -> None:
        self.send_response(status)
        for name, value in (headers or {}).items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body[: len(body) // 2] if cut else body)
        if cut:
            self.close_connection = True


def _split(path: str, kinds: tuple[str, ...]) -> tuple[str, str, str]:
    """A path in front of, at and behind the word that parts it."""
    for kind in kinds:
        if kind in path:
            id, _, rest = path.partition(kind)
            return id, kind, rest
    return path, "", ""


def _entry(repository: Repository, name: str) -> dict[str, Any]:
    size, etag = repository.size(name), repository.etag(name)
    entry: dict[str, Any] = {"type": "file", "path": name, "size": size, "oid": etag[:40]}
    return entry | (
        {"lfs": {"oid": etag, "size": size, "pointerSize": 130}} if name.endswith(LARGE) else {}
    )
