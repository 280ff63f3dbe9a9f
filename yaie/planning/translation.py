"""A spec and its facts in the words of the release that they are judged for. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any, get_args

from yaie.errors import Problem
from yaie.facts.architecture import ArchitectureFacts
from yaie.facts.facts import Facts
from yaie.facts.packages import release
from yaie.facts.spelling import FIELDS, TASKS, TEXT, TEXT_FIELDS, Spelled, former, is_todays
from yaie.planning import rope
from yaie.rules.problems import refused
from yaie.spec.load_spec import LoadSpec
from yaie.spec.precision import DType
from yaie.spec.wording import override

Config = Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Translation:
    """What was asked and is true, as that release says it."""

    spec: LoadSpec
    facts: Facts
    spelled: tuple[Spelled, ...] = ()
    problems: tuple[Problem, ...] = ()
    """What cannot be said there."""


def translated(spec: LoadSpec, facts: Facts) -> Translation:
    """The spec and facts in that release's words; they are as they were where those are today's."""
    if is_todays(facts.transformers):
        return Translation(spec=spec, facts=facts)
    own = facts.checkpoint.config if facts.checkpoint else None
    renamed = tuple(_task_spelled(facts))
    task = _task(facts)
    spec = _with_stored_dtype(spec, own or {}, facts.transformers)
    if facts.architecture is None:
        return Translation(spec=spec, facts=facts)
    config, spelled, problems = _overrides(spec, facts, own or {})
    model = spec.model.model_copy(update={"config": config})
    if spec.model.known is not None:
        there = _config(spec.model.known.config, facts)
        known = spec.model.known.model_copy(update={"config": there})
        model = model.model_copy(update={"known": known})
    if facts.checkpoint is not None and own is not None:
        held = replace(facts.checkpoint, config=_config(own, facts))
        facts = replace(facts, checkpoint=held)
    return Translation(
        spec=spec.model_copy(update={"model": model}),
        facts=replace(facts, task=task),
        spelled=(*renamed, *spelled),
        problems=problems,
    )


def _task(facts: Facts) -> str | None:
    """The task, or its former name where the architecture is known to that alone."""
    classes = facts.architecture.classes if facts.architecture else {}
    before = former(TASKS, facts.task or "", facts.transformers)
    return before if before in classes and facts.task not in classes else facts.task


def _task_spelled(facts: Facts) -> Iterator[Spelled]:
    there = _task(facts)
    if facts.task is not None and there is not None and there != facts.task:
        yield Spelled(today=facts.tasks[facts.task], there=facts.tasks[there])


def _with_stored_dtype(spec: LoadSpec, own: Config, version: str) -> LoadSpec:
    """`auto` reads the dtype from config.json, and passes over it by its name of today."""
    stored = own.get("dtype")
    unread = former(FIELDS, "dtype", version) and "torch_dtype" not in own
    if spec.precision.dtype != "auto" or not unread or stored not in get_args(DType):
        return spec
    precision = spec.precision.model_copy(update={"dtype": stored})
    return spec.model_copy(update={"precision": precision})


def _config(config: Config, facts: Facts) -> dict[str, Any]:
    """A config.json, or what is known of one, by the names that the release reads."""
    assert facts.architecture is not None
    there = _fields(config, facts.architecture, facts.transformers)
    for part, architecture in facts.sub_architectures.items():
        if isinstance(inner := there.get(part), Mapping):
            there[part] = _fields(inner, architecture, facts.transformers)
    return _with_text_fields(there, config, facts)


def _with_text_fields(there: dict[str, Any], said: Config, facts: Facts) -> dict[str, Any]:
    """The config with what is said of the whole said of its part for text, where it was read."""
    moved = [row.today for row in TEXT_FIELDS if former(TEXT_FIELDS, row.today, facts.transformers)]
    text = {name: said[name] for name in moved if name in said}
    if not text or TEXT not in facts.sub_architectures:
        return there
    return there | {TEXT: {**_part(there, TEXT), **text}}


def _fields(config: Config, architecture: ArchitectureFacts, version: str) -> dict[str, Any]:
    there = {
        before if (before := former(FIELDS, name, version)) and before not in config else name: v
        for name, v in config.items()
    }
    if rope.is_former(architecture) and isinstance(parameters := config.get(rope.FIELD), Mapping):
        del there[rope.FIELD]
        there |= rope.in_fields(parameters, architecture)[0]
    return there


def _overrides(
    spec: LoadSpec, facts: Facts, own: Config
) -> tuple[dict[str, Any], tuple[Spelled, ...], tuple[Problem, ...]]:
    """The overrides with every `rope_parameters` among them in fields of its own; so too those of
    a config.json, which the release would pass over."""
    there: dict[str, Any] = dict(spec.model.config)
    spelled: list[Spelled] = []
    problems: list[Problem] = []
    for part, architecture in _configs(facts):
        asked = _part(spec.model.config, part)
        stored = _part(own, part)
        if not rope.is_former(architecture) or rope.FIELD not in {*asked, *stored}:
            continue
        said = _Rope(asked=asked.get(rope.FIELD), stored=stored.get(rope.FIELD))
        fields, unsaid = said.fields(architecture, stored)
        kept = {n: v for n, v in asked.items() if n != rope.FIELD} | fields
        if part and kept:
            there[part] = kept
        elif not part:
            there = {n: v for n, v in there.items() if n != rope.FIELD} | fields
        spelled += said.spelled(fields, part)
        problems += said.problems(unsaid, part, architecture, facts)
    # A config.json of before 5 says them where they are read.
    saved = own if release(str(own.get("transformers_version", ""))) >= (5,) else {}
    whole = _with_text_fields(there, {**saved, **spec.model.config}, facts)
    return whole, tuple(spelled), tuple(problems)


def _configs(facts: Facts) -> Iterator[tuple[str, ArchitectureFacts]]:
    """The config and its sub-configs, each by its field."""
    assert facts.architecture is not None
    yield "", facts.architecture
    yield from facts.sub_architectures.items()


def _part(config: Config, part: str) -> Config:
    found = config.get(part) if part else config
    return found if isinstance(found, Mapping) else {}


@dataclass(frozen=True, slots=True, kw_only=True)
class _Rope:
    """One `rope_parameters`: what is asked of it, and what config.json has."""

    asked: Any
    stored: Any

    def fields(
        self, architecture: ArchitectureFacts, stored: Config
    ) -> tuple[dict[str, Any], list[str]]:
        """The fields to override, and the parameters that there is no field for."""
        asked, own = (v if isinstance(v, Mapping) else {} for v in (self.asked, self.stored))
        fields, unsaid = rope.in_fields(rope.laid_upon(own, asked), architecture)
        if asked.get("rope_type") == "default" and stored.get(rope.SCALING):
            fields.setdefault(rope.SCALING, None)
        if not asked:
            fields = {n: v for n, v in fields.items() if v != _read(n, stored, architecture)}
        return fields, unsaid

    def spelled(self, fields: Config, part: str) -> Iterator[Spelled]:
        path = ".".join(filter(None, ("model.config", part)))
        there = " ".join(override(f"{path}.{name}", value) for name, value in fields.items())
        if there:
            today = override(f"{path}.{rope.FIELD}", self.asked or self.stored)
            yield Spelled(today=today, there=there)

    def problems(
        self, unsaid: list[str], part: str, architecture: ArchitectureFacts, facts: Facts
    ) -> Iterator[Problem]:
        said = (
            f"`{architecture.config_class}` of transformers {facts.transformers} has no field for"
        )
        path = ".".join(filter(None, ("model.config", part, rope.FIELD)))
        for name in unsaid:
            if self.asked:
                yield refused(f"{path}.{name}", f"{said} it", f"`~{path}.{name}`")
            else:
                where = f"`{rope.FIELD}.{name}`, which config.json has"
                yield refused("model.id", f"{said} {where}")


def _read(name: str, stored: Config, architecture: ArchitectureFacts) -> Any:
    """What the release makes of a field by itself."""
    own = architecture.attribute_map.get(name, name)
    default = architecture.fields[own].default if own in architecture.fields else None
    return stored.get(name, stored.get(own, default))
