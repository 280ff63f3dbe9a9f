"""A loaded model pushed to a hub as a checkpoint. Imports transformers."""

from __future__ import annotations

import json
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

from yaie.errors import Problem, YaieError, raise_errors
from yaie.loading import measuring
from yaie.loading.destination import documents, place_of
from yaie.loading.saving import held, unsaveable, write
from yaie.planning.upstream import mapped, quieted, writing
from yaie.sources.disk import DiskNeed, require_room
from yaie.sources.download import Progress, silent
from yaie.sources.names import hub_id
from yaie.sources.push.commit import push as send
from yaie.sources.push.content import Content, Pushed
from yaie.sources.push.displaced import Kind, displaced
from yaie.sources.push.origin import exposing
from yaie.sources.push.standing import stand
from yaie.sources.push.target import FLAG, Target
from yaie.sources.source import files_in


def obstacles(target: Target, id: str | None, kind: Kind = "model") -> Iterator[Problem]:
    """Why the model of an id cannot be pushed, as far as the hub can be asked before."""
    try:
        seen = stand(target)
        yield from displaced(kind, seen)
        yield from exposing(target, seen, hub_id(id))
    except YaieError as error:
        yield from error.problems


def push(
    model: Any,
    processor: Any,
    target: Target,
    id: str | None,
    *,
    saved: str | Path | None = None,
    progress: Progress = silent,
) -> Pushed:
    """Weights, config, generation config and what feeds the model, in one commit.

    `id` names the checkpoint that the model was loaded from; `saved` is the folder that the model
    was saved to, which is sent then; None has it written to a temporary one.

    Raises YaieError where that cannot be; no branch of the hub is changed then.
    """
    start = time.perf_counter()
    seen = stand(target)
    exposed = (*exposing(target, seen, hub_id(id)), *unsaveable(model, FLAG))
    raise_errors((*displaced(held(model), seen), *exposed))
    kind = type(model).__name__
    with _written(model, processor, saved) as (files, said):
        base = hub_id(id) if id != seen.repo else None
        content = Content(files=files, card=_card(kind, base), message=f"Upload {kind}")
        pushed = send(target, content, seen, progress=progress)
    warnings = (*exposed, *_warned(said), *pushed.warnings)
    return replace(pushed, seconds=time.perf_counter() - start, warnings=warnings)


def room_for(size: int) -> DiskNeed:
    """What is written before it is sent."""
    return DiskNeed(
        folder=Path(tempfile.gettempdir()),
        bytes=size,
        what="the model, which is written before it is sent",
        path=FLAG,
        hint=lambda: "set `TMPDIR` to a folder on another disk, or save it too: `--save DIR`",
    )


@contextmanager
def _written(
    model: Any, processor: Any, saved: str | Path | None
) -> Iterator[tuple[dict[str, Path], list[str]]]:
    """The files of the checkpoint by their names, and what transformers said as it wrote them."""
    if saved is not None:
        place = place_of(saved)
        # What people wrote about the checkpoint there is theirs to push.
        kept = {document.name for document in documents(place)}
        yield {name: file for name, file in _files(place).items() if name not in kept}, []
        return
    require_room(room_for(measuring.memory(model)))
    doing = "writing what is to be pushed"
    with tempfile.TemporaryDirectory(prefix="yaie-push-") as folder:
        with quieted() as said, mapped(doing), writing(doing):
            write(model, processor, Path(folder))
        yield _files(Path(folder)), said


def _files(folder: Path) -> dict[str, Path]:
    return {name: folder / name for name in files_in(folder)}


def _card(kind: str, base: str | None) -> bytes:
    """The README.md of a repository that has none; the same of the same model each time."""
    about = ["library_name: transformers", *([f"base_model: {json.dumps(base)}"] if base else [])]
    origin = f", loaded from `{base}`" if base else ""
    text = f"A checkpoint of `{kind}`{origin} and pushed with yaie."
    return "\n".join(("---", *about, "---", "", text, "")).encode()


def _warned(messages: list[str]) -> Iterator[Problem]:
    for message in dict.fromkeys(messages):
        yield Problem(path="", message=f"transformers says: {message}", severity="warning")
