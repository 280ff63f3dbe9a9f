"""The account that a token belongs to, and what it may write, as far as the hub tells."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from yaie.errors import Problem
from yaie.sources.names import is_hub_id
from yaie.sources.push.errors import problem
from yaie.sources.upstream import hub_name

_NO_WRITERS = ("read",)
"""Roles in an organisation that write to no repository of it."""
_WRITES = "repo.write"
"""Permission of a fine-grained token."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """Who pushes."""

    name: str
    organizations: Mapping[str, str | None]
    """Name → role in it; None where the hub does not say."""
    writes: bool
    """Whether its token may write anything at all."""

    def full(self, repo: str) -> str:
        """A repository's name with the account's in front where it has no other."""
        return repo if "/" in repo else f"{self.name}/{repo}"

    def unable(self) -> Iterator[Problem]:
        """Why its token writes nowhere."""
        if not self.writes:
            yield problem(
                "the token that is set may read only",
                f"make one that may write at {hub_name()}/settings/tokens, then `hf auth login`",
            )

    def strange(self, repo: str) -> Iterator[Problem]:
        """Why it cannot have a new repository of this full name."""
        owner, _, name = repo.partition("/")
        if owner == self.name:
            return
        own = f"`--push {self.name}/{name}`"
        if owner not in self.organizations:
            theirs = ", ".join(f"`--push {o}/{name}`" for o in self._writable()[:3])
            yield problem(
                f"`{repo}` is not there, or not for `{self.name}` to see, and `{owner}` is neither"
                f" that account nor one of its organisations",
                f"{own}, or {theirs}" if theirs else own,
            )
        elif owner not in self._writable():
            yield problem(f"`{self.name}` may only read in `{owner}`", own)

    def _writable(self) -> list[str]:
        return [org for org, role in self.organizations.items() if role not in _NO_WRITERS]


def account_of(answer: Mapping[str, Any]) -> Account:
    """The account in an answer to `whoami`; KeyError, TypeError, AttributeError or ValueError where
    it is none."""
    name, orgs = answer["name"], answer.get("orgs") or ()
    if not is_hub_id(name):
        raise ValueError("no name of an account")
    return Account(
        name=name,
        organizations={str(org["name"]): org.get("roleInOrg") for org in orgs},
        writes=_writes((answer.get("auth") or {}).get("accessToken") or {}),
    )


def _writes(token: Mapping[str, Any]) -> bool:
    """False only where the hub says so: not every token comes with its rights."""
    if token.get("role") == "fineGrained" and isinstance(token.get("fineGrained"), dict):
        scopes = token["fineGrained"].get("scoped") or ()
        granted = [permission for scope in scopes for permission in scope.get("permissions") or ()]
        return _WRITES in (*granted, *(token["fineGrained"].get("global") or ()))
    return token.get("role") != "read"
