"""Whether the model that is pushed is one that not everybody may have."""

from __future__ import annotations

from collections.abc import Iterator

from yaie.errors import Fault, Problem
from yaie.sources.push.asking import asking
from yaie.sources.push.errors import mapped
from yaie.sources.push.standing import Standing
from yaie.sources.push.target import FLAG, Target
from yaie.sources.upstream import persistently


def exposing(target: Target, seen: Standing, id: str | None) -> Iterator[Problem]:
    """A model that its hub keeps from the public, on its way to a public repository.

    Refused where nobody said `public`, told where somebody did. `id` is the model's on the hub;
    None where it is from elsewhere.
    """
    if id is None or "public" not in (target.visibility, seen.visibility):
        return
    if (kept := _kept(id)) is None:
        return
    said = target.visibility == "public"
    yield Problem(
        path=FLAG,
        message=f"`{id}` is {kept}, and `{seen.repo}` {'is to be' if said else 'is'} public",
        hint=None if said else "`--public` if its licence allows it, or another repository",
        severity="warning" if said else "error",
        fault=Fault.UNSUPPORTED,
    )


def _kept(id: str) -> str | None:
    """How a model is kept from the public; None where it is not, or the hub does not tell."""
    from huggingface_hub.errors import RepositoryNotFoundError

    with asking() as (api, _), mapped(id):
        try:
            info = persistently(lambda: api.model_info(id))
        except RepositoryNotFoundError:
            return None
    return "private" if info.private else "gated" if info.gated else None
