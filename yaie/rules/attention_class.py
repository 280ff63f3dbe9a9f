"""Why a class is not built with an attention kind, told from what its default model did."""

from __future__ import annotations

from collections.abc import Iterator

from yaie.facts.architecture import ArchitectureFacts, ClassFacts, Refusal
from yaie.facts.facts import Facts
from yaie.rules.reading import setting, told_parts
from yaie.spec.load_spec import LoadSpec
from yaie.spec.wording import override


def refusal(model: ClassFacts, kind: str, spec: LoadSpec, facts: Facts) -> str | None:
    """Why a class does not run on a kind; None where it does.

    The parts that a config tells of are judged by their own classes, in place of the default ones.
    """
    parts = told_parts(spec, facts)
    why = model.refusals.get(kind)
    if kind == "auto":
        return None
    if why is None and kind not in model.attention:
        return refusal_alone(model, kind)
    apart = spec.attention.submodules
    told = why is not None and why.part in parts and bool(parts[why.part].classes)
    spared = told or (why is not None and why.part in apart)
    if why is not None and not spared and not _mended(why, spec, facts):
        return _told(model, kind, why)
    others = {name: part for name, part in parts.items() if name not in apart}
    for refusing in _refusing(others, kind):
        return _of_a_part(model, kind, refusing.name)
    return None


def refusal_alone(model: ClassFacts, kind: str) -> str | None:
    """Why a class of the default config does not run on a kind; None where it does."""
    why = model.refusals.get(kind)
    if why is not None:
        return _told(model, kind, why)
    admitted = kind == "auto" or kind in model.attention
    return None if admitted else f"`{model.name}` does not run on `{kind}`"


def lifted_by(model: ClassFacts, kind: str) -> Iterator[str]:
    """Overrides of the config under which a class runs on a kind that it refuses."""
    why = model.refusals.get(kind)
    for name, value in why.mended_by.items() if why else ():
        yield override(f"model.config.{name}", value)


def _told(model: ClassFacts, kind: str, why: Refusal) -> str:
    if why.runs:
        return f"`{model.name}` runs `{why.runs}` where `{kind}` is asked"
    if why.says:
        return f"`{model.name}` does not run on `{kind}` with this config ({why.says})"
    return _of_a_part(model, kind, why.by)


def _of_a_part(model: ClassFacts, kind: str, part: str) -> str:
    return f"`{model.name}` does not run on `{kind}`, since its part `{part}` does not"


def _mended(why: Refusal, spec: LoadSpec, facts: Facts) -> bool:
    return any(setting(name, spec, facts) == value for name, value in why.mended_by.items())


def _refusing(parts: dict[str, ArchitectureFacts], kind: str) -> Iterator[ClassFacts]:
    bases = (part.classes.get("base") for part in parts.values())
    yield from (base for base in bases if base is not None and kind not in base.attention)
