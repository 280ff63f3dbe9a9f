"""`yaie show arch`: what transformers declares of an architecture."""

from __future__ import annotations

import sys
from argparse import Namespace
from collections.abc import Iterator, Mapping, Sequence

from yaie.cli.colour import painter
from yaie.errors import InputError, Problem
from yaie.facts.architecture import ArchitectureFacts
from yaie.facts.catalogue import Catalogue, catalogue
from yaie.spec.wording import nearest


def show_architectures(names: Sequence[str], args: Namespace) -> None:
    """Prints the facts of each, or the names of all."""
    known = catalogue()
    if wrong := [name for name in names if known.architecture(name) is None]:
        raise InputError(*(_no_architecture(name, known) for name in wrong))
    found = [facts for name in names if (facts := known.architecture(name))]
    if args.json:
        from yaie.cli.document import write

        write({"transformers": known.version, **_document(found, known)})
    elif found:
        print("\n\n".join("\n".join(_said(facts)) for facts in found))
    else:
        print("\n".join(known.model_types))


def _document(found: Sequence[ArchitectureFacts], known: Catalogue) -> dict[str, object]:
    from dataclasses import asdict

    if not found:
        return {"architectures": list(known.model_types)}
    return {"architectures": [asdict(facts) for facts in found]}


def _no_architecture(name: str, known: Catalogue) -> Problem:
    near = nearest(name, known.model_types)
    return Problem(
        path="",
        message=f"transformers {known.version} knows no architecture `{name}`",
        hint=f"`yaie show arch {near}`" if near else "`yaie show arch` lists all",
    )


def _said(facts: ArchitectureFacts) -> Iterator[str]:
    paint = painter(sys.stdout)
    yield f"{paint(facts.model_type, 'bold')} ({facts.config_class})"
    yield from _section("tasks", _tasks(facts))
    yield from _section("config", _fields(facts))
    yield from _section("also called", facts.attribute_map)
    yield from _section("sub-configs", {k: v or "any" for k, v in facts.sub_configs.items()})
    if facts.processors:
        yield from ("", f"processors: {', '.join(facts.processors)}")


def _section(title: str, rows: Mapping[str, str]) -> Iterator[str]:
    if not rows:
        return
    width = max(len(name) for name in rows)
    yield from ("", f"{title}:")
    yield from (f"  {name:{width}}  {said}" for name, said in rows.items())


def _tasks(facts: ArchitectureFacts) -> dict[str, str]:
    return {
        task: f"{known.name}; attention {', '.join(known.attention)}"
        for task, known in facts.classes.items()
    }


def _fields(facts: ArchitectureFacts) -> dict[str, str]:
    return {name: f"{field.type} = {field.default!r}" for name, field in facts.fields.items()}
