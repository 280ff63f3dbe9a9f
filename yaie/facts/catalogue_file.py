"""The catalogue as a file: gzipped lines of JSON, a head, the classes, then one line a model_type.

A line is found by its first bytes and parsed alone, since a check needs one architecture of 800.
"""

from __future__ import annotations

import gzip
import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from typing import Any, cast

from yaie.facts.architecture import ArchitectureFacts, ClassFacts, FieldFacts

FORMAT = 1
"""Raised when a line's form changes, so that a catalogue kept by another yaie is not read."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Head:
    """What holds for every architecture."""

    version: str
    """Version of transformers."""
    tasks: Mapping[str, str]
    model_types: tuple[str, ...]
    fields: Mapping[str, FieldFacts]
    """Fields that (nearly) every config has; a line says its own only."""
    properties: tuple[str, ...]


def pack(
    head: Head, owners: Mapping[str, tuple[str, str]], architectures: Iterable[ArchitectureFacts]
) -> bytes:
    """The file's bytes, the same for the same facts."""
    lines = [_line(_head_data(head)), _line(owners)]
    lines += (_line(_data(architecture, head)) for architecture in architectures)
    return gzip.compress(b"\n".join(lines) + b"\n", mtime=0)


def unpack(packed: bytes) -> tuple[Head, bytes]:
    """The head, and the lines after it for `read_owners` and `read_architecture`."""
    first, _, rest = gzip.decompress(packed).partition(b"\n")
    data = json.loads(first)
    head = Head(
        version=data["version"],
        tasks=data["tasks"],
        model_types=tuple(data["model_types"]),
        fields=_read_fields(data["fields"]),
        properties=tuple(data["properties"]),
    )
    return head, rest


def read_owners(rest: bytes) -> dict[str, tuple[str, str]]:
    """Model class → (model_type, task) that it is first of all for."""
    owners = json.loads(rest[: rest.index(b"\n")])
    return {name: (model_type, task) for name, (model_type, task) in owners.items()}


def read_architecture(rest: bytes, head: Head, model_type: str) -> ArchitectureFacts | None:
    """One architecture's line; None where there is none."""
    start = rest.find(_line({"model_type": model_type})[:-1].join((b"\n", b",")))
    if start < 0:
        return None
    data = json.loads(rest[start + 1 : rest.index(b"\n", start + 1)])
    classes = [_read_class(facts) for facts in data["classes"]]
    return ArchitectureFacts(
        model_type=data["model_type"],
        config_class=data["config_class"],
        fields={**head.fields, **_read_fields(data["fields"])},
        attribute_map=data["attribute_map"],
        properties=_properties(head, data),
        sub_configs=data["sub_configs"],
        open_sub_configs=tuple(data["open_sub_configs"]),
        classes={task: classes[index] for task, index in data["tasks"].items()},
        processors=tuple(data["processors"]),
    )


def _line(data: object) -> bytes:
    return json.dumps(data, separators=(",", ":"), allow_nan=False).encode()


def _head_data(head: Head) -> dict[str, Any]:
    return {
        "version": head.version,
        "tasks": head.tasks,
        "model_types": head.model_types,
        "fields": _field_data(head.fields),
        "properties": head.properties,
    }


def _data(facts: ArchitectureFacts, head: Head) -> dict[str, Any]:
    classes = list(dict.fromkeys(facts.classes.values()))
    own = {name: field for name, field in facts.fields.items() if head.fields.get(name) != field}
    return {
        "model_type": facts.model_type,
        "config_class": facts.config_class,
        "fields": _field_data(own),
        "attribute_map": facts.attribute_map,
        "properties": [name for name in facts.properties if name not in head.properties],
        "sub_configs": facts.sub_configs,
        "open_sub_configs": facts.open_sub_configs,
        "classes": [asdict(cls) for cls in classes],
        "tasks": {task: classes.index(cls) for task, cls in facts.classes.items()},
        "processors": facts.processors,
    }


def _field_data(fields: Mapping[str, FieldFacts]) -> dict[str, list[object]]:
    return {
        name: [field.type, field.default, *([] if field.checked else [False])]
        for name, field in fields.items()
    }


def _read_fields(data: Mapping[str, list[Any]]) -> dict[str, FieldFacts]:
    return {
        name: FieldFacts(type=type_, default=default, checked=not unchecked)
        for name, (type_, default, *unchecked) in data.items()
    }


def _properties(head: Head, data: Mapping[str, Any]) -> tuple[str, ...]:
    return tuple(sorted({*head.properties, *data["properties"]} - set(data["fields"])))


def _read_class(data: Mapping[str, Any]) -> ClassFacts:
    values = {name: tuple(v) if isinstance(v, list) else v for name, v in data.items()}
    return ClassFacts(**cast(Any, values))
