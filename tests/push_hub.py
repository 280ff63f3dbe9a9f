"""A hub on loopback that takes what is pushed: the other half of the protocol."""

from __future__ import annotations

import hashlib
import json
import re
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from typing import Any, cast

from tests.git_repository import FIRST, GitRepository, lines_of
from tests.hub import LARGE, Handler, Hub, Repository, listening

TOKEN = "hf_of_me"
_ME = {
    "name": "me",
    "orgs": [{"name": "org", "roleInOrg": "write"}, {"name": "readers", "roleInOrg": "read"}],
    "auth": {"accessToken": {"role": "write"}},
}
Answer = tuple[int, object]


@dataclass
class PushHub(Hub):
    """What was pushed, by whom, and what goes wrong on purpose."""

    accounts: dict[str, dict[str, Any]] = field(default_factory=lambda: {TOKEN: _ME})
    """Token → what `whoami` tells of it."""
    makes: str | None = None
    """Visibility that new repositories have, whatever was asked."""
    before_commit: Callable[[], object] = lambda: None
    """What somebody else does just before a commit is judged."""
    after_store: Callable[[], object] = lambda: None
    """What somebody else does when a large file has come."""
    lost: Counter[str] = field(default_factory=Counter)
    """Kind of request → how many more of its answers never come, though it was done."""
    refused: dict[str, Answer] = field(default_factory=dict)
    """Kind of request → the answer to each of them, and nothing done."""
    part_bytes: int | None = None
    """Size of the parts that a large file has to come in."""
    parts: dict[str, dict[int, bytes]] = field(default_factory=dict)

    def make(self, id: str, *, private: bool = False) -> GitRepository:
        """A repository as the hub makes one."""
        made = GitRepository(private=private)
        made.add(FIRST, "initial commit")
        self.repositories[id] = made
        return made

    def repository(self, id: str) -> GitRepository:
        return cast("GitRepository", self.repositories[id])

    def asked(self, kind: str) -> list[str]:
        """The requests whose line holds a word."""
        return [request for request in self.requests if kind in request]

    def account(self, authorization: str | None) -> dict[str, Any] | None:
        return self.accounts.get((authorization or "").removeprefix("Bearer "))

    def may_write(self, id: str, authorization: str | None) -> bool:
        account = self.account(authorization) or {"name": None, "orgs": []}
        roles = {org["name"]: org["roleInOrg"] for org in account["orgs"]}
        owner = id.partition("/")[0]
        return owner == account["name"] or roles.get(owner) in ("write", "admin")

    def visible(self, id: str, authorization: str | None) -> Repository | None:
        found = self.repositories.get(id)
        return None if found and found.private and not self.account(authorization) else found


def running() -> AbstractContextManager[PushHub]:
    """A hub that listens on a free port of the loopback device."""
    return _listening()


@contextmanager
def _listening() -> Iterator[PushHub]:
    with listening(PushHub(), PushHandler) as hub:
        yield hub


class PushHandler(Handler):
    hub: PushHub

    def _answer(self) -> None:
        asks = re.search(r"/api/whoami-v2$|/auth-check/write$|/refs$", self.path_asked)
        return self._take() if asks else super()._answer()

    def _take(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        self.hub.requests.append(f"{self.command} {self.path_asked}")
        self.hub.tokens.append(self.headers.get("Authorization"))
        kind, answer = self._routed(body)
        if self.hub.lost[kind] > 0:
            self.hub.lost[kind] -= 1
            self.close_connection = True
        else:
            self._say(*answer)

    def _routed(self, body: bytes) -> tuple[str, Answer]:
        for kind, pattern in _ROUTES.items():
            if found := re.fullmatch(pattern, self.path_asked):
                if kind in self.hub.refused:
                    return kind, self.hub.refused[kind]
                if (id := found.groupdict().get("id")) and (no := self._forbidden(kind, id)):
                    return kind, no
                answer = getattr(self, f"_{kind}")(body, **found.groupdict())
                return kind, answer
        return "", (404, {"error": "no such route"})

    def _forbidden(self, kind: str, id: str) -> Answer | None:
        authorization = self.headers.get("Authorization")
        if self.hub.visible(id, authorization) is None:
            return 404, {"error": "Repository not found", "code": "RepoNotFound"}
        if kind != "refs" and not self.hub.may_write(id, authorization):
            return 403, {"error": f"you cannot write to {id}"}
        return None

    def _say(self, status: int, document: Any) -> None:
        code = document.get("code") if isinstance(document, dict) else None
        headers = {"Content-Type": "application/json"} | ({"X-Error-Code": code} if code else {})
        if isinstance(document, dict) and "etag" in document:
            headers["ETag"] = document["etag"]
        self._send(status, headers, json.dumps(document).encode())

    def _whoami(self, body: bytes) -> Answer:
        account = self.hub.account(self.headers.get("Authorization"))
        return (200, account) if account else (401, {"error": "Invalid credentials"})

    def _right(self, body: bytes, id: str) -> Answer:
        return 200, {}

    def _refs(self, body: bytes, id: str) -> Answer:
        repository = self.hub.repository(id)
        told = {
            kind: [{"name": n, "ref": n, "targetCommit": commit} for n, commit in refs.items()]
            for kind, refs in (("branches", repository.branches), ("tags", repository.tags))
        }
        return 200, told | {"converts": []}

    def _create(self, body: bytes) -> Answer:
        asked = json.loads(body)
        id = f"{asked['organization'] or 'me'}/{asked['name']}"
        url = f"{self.hub.url}/{id}"
        if id in self.hub.repositories:
            return 409, {"error": "You already created this model repo", "url": url}
        if not self.hub.may_write(id, self.headers.get("Authorization")):
            return 403, {"error": f"you cannot make a repository of {asked['organization']}"}
        visibility = self.hub.makes or asked.get("visibility", "public")
        self.hub.make(id, private=visibility == "private")
        return 200, {"url": url}

    def _branch(self, body: bytes, id: str, branch: str) -> Answer:
        repository = self.hub.repository(id)
        if branch in repository.branches:
            return 409, {"error": "Reference already exists"}
        start = json.loads(body).get("startingPoint") or repository.branches["main"]
        repository.branches[branch] = start
        return 200, {}

    def _yaml(self, body: bytes) -> Answer:
        return 200, {"errors": [], "warnings": []}

    def _preupload(self, body: bytes, id: str, branch: str) -> Answer:
        asked, repository = json.loads(body), self.hub.repository(id)
        head = repository.head(branch)
        ignored = asked.get("gitIgnore") or head.held.get(".gitignore", b"").decode()
        patterns = [line for line in ignored.splitlines() if not line.startswith("#")]

        def told(path: str) -> dict[str, Any]:
            return {
                "path": path,
                "uploadMode": "lfs" if path.endswith(LARGE) else "regular",
                "shouldIgnore": any(fnmatchcase(path, pattern) for pattern in patterns),
                "oid": head.etag(path) if path in head.held else None,
            }

        return 200, {"files": [told(file["path"]) for file in asked["files"]]}

    def _batch(self, body: bytes, id: str) -> Answer:
        objects = self.hub.repository(id).objects
        told = [
            known if known["oid"] in objects else known | {"actions": self._actions(id, known)}
            for known in json.loads(body)["objects"]
        ]
        return 200, {"transfer": "basic", "objects": told}

    def _actions(self, id: str, wanted: dict[str, Any]) -> dict[str, Any]:
        href = f"{self.hub.url}/store/{id}/{wanted['oid']}"
        header: dict[str, str] = {}
        if size := self.hub.part_bytes:
            count = -(-wanted["size"] // size)
            header = {f"{n:05}": f"{href}/{n}" for n in range(1, count + 1)}
            header["chunk_size"] = str(size)
        verify = {"href": f"{self.hub.url}/{id}.git/info/lfs/verify"}
        return {"upload": {"href": href, "header": header}, "verify": verify}

    def _store(self, body: bytes, owner: str, name: str, oid: str) -> Answer:
        """A whole file, or the word that all of its parts have come."""
        parts = self.hub.parts.pop(oid, None)
        content = b"".join(parts[n] for n in sorted(parts)) if parts else body
        if hashlib.sha256(content).hexdigest() != oid:
            return 400, {"error": "not what was announced"}
        self.hub.repository(f"{owner}/{name}").objects[oid] = content
        self.hub.after_store()
        return 200, {}

    def _part(self, body: bytes, oid: str, number: str) -> Answer:
        self.hub.parts.setdefault(oid, {})[int(number)] = body
        return 200, {"etag": f'"{number}"'}

    def _verify(self, body: bytes, id: str) -> Answer:
        asked = json.loads(body)
        content = self.hub.repository(id).objects.get(asked["oid"])
        return (200, {}) if content and len(content) == asked["size"] else (404, {})

    def _commit(self, body: bytes, id: str, branch: str) -> Answer:
        self.hub.before_commit()
        made = self.hub.repository(id).apply(lines_of(body), branch)
        if isinstance(made, str):
            return 412, {"error": made}
        url = f"{self.hub.url}/{id}/commit/{made.commit}"
        return 200, {"commitOid": made.commit, "commitUrl": url}


_ID = r"(?P<id>[^/]+/[^/]+?)"
_ROUTES = {
    "whoami": r"/api/whoami-v2",
    "create": r"/api/repos/create",
    "yaml": r"/api/validate-yaml",
    "right": rf"/api/models/{_ID}/auth-check/write",
    "refs": rf"/api/models/{_ID}/refs",
    "branch": rf"/api/models/{_ID}/branch/(?P<branch>.+)",
    "preupload": rf"/api/models/{_ID}/preupload/(?P<branch>.+)",
    "commit": rf"/api/models/{_ID}/commit/(?P<branch>.+)",
    "batch": rf"/{_ID}\.git/info/lfs/objects/batch",
    "verify": rf"/{_ID}\.git/info/lfs/verify",
    "store": r"/store/(?P<owner>[^/]+)/(?P<name>[^/]+)/(?P<oid>\w+)",
    "part": r"/store/[^/]+/[^/]+/(?P<oid>\w+)/(?P<number>\d+)",
}
"""Kind of request → its path; a method of the handler answers each."""
