"""Which sweep a folder holds, so that no row of another one stands among its rows."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Sequence
from hashlib import sha256
from pathlib import Path
from typing import Any

from yaie import __version__
from yaie.errors import InputError, Problem
from yaie.facts.packages import installed
from yaie.spec.load_spec import CUSTOM
from yaie.spec.wording import enumerated, quoted
from yaie.sweeps.cell import Cell
from yaie.sweeps.files import Files, read_whole, write_whole
from yaie.sweeps.measures.measuring import Measuring, differences
from yaie.sweeps.product import Asked

_NAMES = {"recipe", "overrides", "config_dir", "versions", "cells"}
"""What every sweep says of itself; those before measures were taken say nothing of these."""


def identity(asked: Asked, cells: Sequence[Cell], measuring: Measuring) -> dict[str, Any]:
    """What makes a sweep this one: its words, what each cell asks for and reads, what is measured
    of it, and by what it is run."""
    return {
        "recipe": None if asked.recipe is None else str(asked.recipe),
        "overrides": list(asked.overrides),
        "config_dir": None if asked.config_dir is None else str(asked.config_dir),
        "versions": {"yaie": __version__, **_versions(cells)},
        "measuring": measuring.identity(),
        "references": sorted({c.reference for c in cells if c.reference is not None}),
        "cells": [
            {"cell": dict(cell.values), "asks": _asks(cell), "reads": cell.contents}
            for cell in cells
        ],
    }


def _versions(cells: Sequence[Cell]) -> dict[str, str]:
    """Those of what the cells that can be run are loaded by, as far as it is installed here."""
    names = {"transformers", "torch"}.union(*(cell.packages for cell in cells))
    return {name: installed()[name] for name in sorted(names) if name in installed()}


def folder_of(cells: Sequence[Cell], own: dict[str, Any]) -> Path:
    """`sweeps/tiny-1a2b3c4d`: where a sweep lies if nothing is said of it, the same for the same
    sweep."""
    digits = sha256(json.dumps(own, sort_keys=True).encode()).hexdigest()[:8]
    return Path("sweeps", f"{name_of(cells)}-{digits}")


def name_of(cells: Sequence[Cell]) -> str:
    """The model that a sweep is of, as a file's name may have it."""
    composed = [cell.composition for cell in cells if cell.composition is not None]
    name = composed[0].choices["model"] if composed else "none"
    if composed and name == CUSTOM:
        name = (composed[0].spec.model.id or name).rstrip("/").rpartition("/")[2]
    return re.sub(r"[^A-Za-z0-9_.-]", "-", name)


def _asks(cell: Cell) -> str | None:
    if cell.composition is None:
        return None
    return sha256(cell.composition.spec.model_dump_json().encode()).hexdigest()[:16]


def claim(files: Files, own: dict[str, Any]) -> None:
    """Makes a folder this sweep's; raises InputError where it holds another, or other files."""
    held = _held(files)
    if held is None:
        refuse_others(files)
        write_whole(files.identity, own)
    elif differences := _told(files, held, own):
        message = f"`{files.folder}` holds another sweep: {'; '.join(differences)}"
        hint = "give this one a folder of its own: `--into DIR`"
        raise InputError(Problem(path="", message=message, hint=hint, origin="--into"))
    elif (known := _known(held, own)) != held:
        write_whole(files.identity, known)


def refuse_others(files: Files) -> None:
    """Raises InputError for a folder that holds no sweep, but other files."""
    others = {path.name for path in files.folder.iterdir()} - {files.lock.name}
    if others and not files.hold_a_sweep:
        message = f"`{files.folder}` holds other files: {quoted(sorted(others))}"
        hint = "a sweep needs a folder of its own: `--into DIR`"
        raise InputError(Problem(path="", message=message, hint=hint, origin="--into"))


def _known(held: dict[str, Any], own: dict[str, Any]) -> dict[str, Any]:
    """What is known of a sweep now, and was before: what was refused for want of a package, or of
    its files, runs once they are there, and what was run by them counts."""
    cells = [
        {**now, "reads": now["reads"] or before.get("reads")}
        for before, now in zip(held["cells"], own["cells"], strict=True)
    ]
    return {
        **own,
        "versions": held["versions"] | own["versions"],
        "references": sorted(_references(held) | _references(own)),
        "cells": cells,
    }


def _references(identity: dict[str, Any]) -> set[int]:
    return {*identity.get("references", ())}


def holds(files: Files, own: dict[str, Any]) -> bool:
    """Whether a folder holds this sweep."""
    held = read_whole(files.identity)
    return held is not None and not [*_differences(held, own)]


def _held(files: Files) -> dict[str, Any] | None:
    """The sweep that a folder holds; None where it holds none."""
    try:
        held = read_whole(files.identity)
    except ValueError as error:
        raise _damaged(files) from error
    if held is None or (isinstance(held, dict) and held.keys() >= _NAMES):
        return held
    raise _damaged(files)


def _damaged(files: Files) -> InputError:
    message = f"`{files.identity}` is damaged, and does not tell which sweep the folder holds"
    hint = "give this one a folder of its own: `--into DIR`"
    return InputError(Problem(path="", message=message, hint=hint, origin="--into"))


def _told(files: Files, held: dict[str, Any], own: dict[str, Any]) -> list[str]:
    """In what the sweep of a folder differs; raises InputError where it says nothing of the kind
    that sweeps say."""
    try:
        return [*_differences(held, own)]
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        raise _damaged(files) from error


def _differences(held: dict[str, Any], own: dict[str, Any]) -> Iterator[str]:
    for name in ("recipe", "config_dir"):
        if held[name] != own[name]:
            yield f"its {name} is `{held[name]}`, and this one's `{own[name]}`"
    there = [word for word in held["overrides"] if word not in own["overrides"]]
    here = [word for word in own["overrides"] if word not in held["overrides"]]
    if there or here:
        yield f"it has {_words(there)} where this one has {_words(here)}"
    if not (there or here):
        yield from differences(held.get("measuring"), own.get("measuring"))
        before, now = _references(held), _references(own)
        # A model whose cells were all refused had none, and the others keep theirs.
        if not (before <= now or now <= before):
            yield f"its references are cells {_joined(before)}, and this one's {_joined(now)}"
    for name, number in own["versions"].items():
        if (before := held["versions"].get(name, number)) != number:
            yield f"it was run by {name} {before}, and here is {number}"
    if there or here:
        return
    if _each(held, "cell", "asks") != _each(own, "cell", "asks"):
        yield "its cells ask for other things: a recipe or an option has changed since"
    elif _have_changed(_each(held, "reads"), _each(own, "reads")):
        yield "files that its cells read have changed since"


def _joined(numbers: Iterable[int]) -> str:
    return enumerated([str(number) for number in sorted(numbers)], "and")


def _each(identity: dict[str, Any], *names: str) -> list[list[Any]]:
    """What each cell says under these names."""
    return [[cell.get(name) for name in names] for cell in identity["cells"]]


def _have_changed(held: list[list[Any]], own: list[list[Any]]) -> bool:
    """Whether any cell reads other files; of those that were not at hand nothing is known."""
    pairs = zip(held, own, strict=True)
    return any(None not in (*before, *now) and before != now for before, now in pairs)


def _words(words: Sequence[str]) -> str:
    return quoted(words) if words else "nothing"
