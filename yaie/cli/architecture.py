"""`yaie show arch`: what transformers says and does of an architecture."""

from __future__ import annotations

import sys
from argparse import Namespace
from collections.abc import Callable, Iterator, Mapping, Sequence

from yaie.cli.colour import painter
from yaie.errors import InputError, Problem
from yaie.facts.architecture import ArchitectureFacts, ClassFacts
from yaie.facts.catalogue import Catalogue, catalogue
from yaie.spec.wording import enumerated, nearest, override


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
    yield from _section("tasks", {task: known.name for task, known in facts.classes.items()})
    yield from _classes({known.name: known for known in facts.classes.values()})
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


def _classes(classes: Mapping[str, ClassFacts]) -> Iterator[str]:
    """A section a kind of fact, in it a row a class of which there is something to say."""
    for title, told in TOLD.items():
        yield from _section(
            title, {n: said for n, known in classes.items() if (said := told(known))}
        )


def _attention(known: ClassFacts) -> str:
    return ", ".join(known.attention) + (" (declared only)" if known.obstacle else "")


def _refusals(known: ClassFacts) -> str:
    """Kinds that something else than the class refuses, gathered by what it is."""
    kinds: dict[str, list[str]] = {}
    for kind, why in known.refusals.items():
        by = f"{why.runs} runs instead" if why.runs else why.says or f"refused by {why.by}"
        kinds.setdefault(by, []).append(kind)
    return _by_reason(kinds)


def _apart(known: ClassFacts) -> str:
    kinds: dict[str, list[str]] = {}
    for kind, parts in known.apart.items():
        for part, runs in parts.items():
            kinds.setdefault(f"{part} runs on {runs}", []).append(kind)
    return _by_reason(kinds)


def _by_reason(kinds: Mapping[str, Sequence[str]]) -> str:
    return "; ".join(f"{', '.join(several)}: {by}" for by, several in kinds.items())


def _obstacle(known: ClassFacts) -> str:
    if known.obstacle is None:
        return ""
    mending = [override(f"model.config.{n}", value) for n, value in known.mended_by.items()]
    return f"{known.obstacle}; but with {enumerated(mending, 'or')}" if mending else known.obstacle


def _pairs(pairs: Mapping[str, str]) -> str:
    shown = [f"{name}: {said}" for name, said in pairs.items()]
    rest = len(shown) - SHOWN
    return ", ".join(shown[:SHOWN]) + (f" and {rest} more" if rest > 0 else "")


SHOWN = 4
"""Tied weights and split modules listed before the rest is counted; `--json` has them all."""
TOLD: Mapping[str, Callable[[ClassFacts], str]] = {
    "attention": _attention,
    "no attention": _refusals,
    "attention of parts": _apart,
    "no default model": _obstacle,
    "needs": lambda known: ", ".join(known.needs_packages),
    "experts": lambda known: ", ".join(known.experts),
    "kept together": lambda known: ", ".join(known.no_split_modules),
    "kept in float32": lambda known: ", ".join((*known.keep_in_fp32, *known.keep_in_fp32_strict)),
    "tied weights": lambda known: _pairs(known.tied_weights),
    "tensor parallel": lambda known: _pairs(known.tensor_parallel),
}


def _fields(facts: ArchitectureFacts) -> dict[str, str]:
    return {name: f"{field.type} = {field.default!r}" for name, field in facts.fields.items()}
