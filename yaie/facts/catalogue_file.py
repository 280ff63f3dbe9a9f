"""The catalogue as a file: lines of JSON, a head, the classes, then one line an architecture.

It is gzipped in blocks (`zcat` reads it whole), since a check needs one architecture of 800: the
head and one block are unpacked, and one line of it parsed.
"""

from __future__ import annotations

import gzip
import json
import zlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any, cast

from yaie.facts.architecture import (
    ArchitectureFacts,
    ClassFacts,
    FieldFacts,
    QuantizationFacts,
    Refusal,
    aliases,
)

FORMAT = 4
"""Raised when a line's form changes, so that a catalogue kept by another yaie is not read."""
BLOCK = 40
"""Architectures that are compressed together."""


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
    quantization: Mapping[str, QuantizationFacts]
    """Method, as the `quant_method` of a config.json spells it → its class."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Unpacked:
    """A catalogue whose head has been read."""

    head: Head
    owners: bytes
    blocks: bytes
    places: Mapping[str, tuple[int, int]]
    """model_type → where in `blocks` its block begins and ends."""


def pack(
    head: Head, owners: Mapping[str, tuple[str, str]], architectures: Sequence[ArchitectureFacts]
) -> bytes:
    """The file's bytes, the same for the same facts."""
    blocks, index = [], []
    for start in range(0, len(architectures), BLOCK):
        block = architectures[start : start + BLOCK]
        blocks.append(_compressed(_line(_data(facts, head)) for facts in block))
        index.append([len(blocks[-1]), [facts.model_type for facts in block]])
    first = _compressed([_line(_head_data(head) | {"blocks": index}), _line(owners)])
    return b"".join([first, *blocks])


def unpack(packed: bytes) -> Unpacked:
    """The head, and the rest for `read_owners` and `read_architecture`.

    Raises EOFError, ValueError or zlib.error for bytes that are not a whole catalogue.
    """
    stream = zlib.decompressobj(wbits=31)
    first, owners = stream.decompress(packed).splitlines()
    data = json.loads(first)
    if len(stream.unused_data) != sum(size for size, _ in data["blocks"]):
        raise EOFError("it is cut off")
    return Unpacked(
        head=Head(
            version=data["version"],
            tasks=data["tasks"],
            model_types=tuple(data["model_types"]),
            fields=_read_fields(data["fields"]),
            properties=tuple(data["properties"]),
            quantization={
                method: QuantizationFacts(config=config, fields=tuple(fields))
                for method, (config, fields) in data["quantization"].items()
            },
        ),
        owners=owners,
        blocks=stream.unused_data,
        places=_places(data["blocks"]),
    )


def read_owners(unpacked: Unpacked) -> dict[str, tuple[str, str]]:
    """Model class → (model_type, task) that it is first of all for."""
    owners = json.loads(unpacked.owners)
    return {name: (model_type, task) for name, (model_type, task) in owners.items()}


def read_architecture(unpacked: Unpacked, model_type: str) -> ArchitectureFacts | None:
    """One architecture's line; None where there is none."""
    place = unpacked.places.get(model_type)
    if place is None:
        return None
    begins = _line({"model_type": model_type})[:-1] + b","
    lines = gzip.decompress(unpacked.blocks[slice(*place)]).splitlines()
    return _read(next(line for line in lines if line.startswith(begins)), unpacked.head)


def _read(line: bytes, head: Head) -> ArchitectureFacts:
    data = json.loads(line)
    classes = [_read_class(facts) for facts in data["classes"]]
    fields = {**head.fields, **_read_fields(data["fields"])}
    return ArchitectureFacts(
        model_type=data["model_type"],
        config_class=data["config_class"],
        fields=fields,
        attribute_map=aliases(data["attribute_map"], fields),
        properties=_properties(head, data),
        sub_configs=data["sub_configs"],
        open_sub_configs=tuple(data["open_sub_configs"]),
        classes={task: classes[index] for task, index in data["tasks"].items()},
        processors=tuple(data["processors"]),
    )


def _places(index: Iterable[tuple[int, list[str]]]) -> dict[str, tuple[int, int]]:
    places: dict[str, tuple[int, int]] = {}
    start = 0
    for size, names in index:
        places |= dict.fromkeys(names, (start, start + size))
        start += size
    return places


def _compressed(lines: Iterable[bytes]) -> bytes:
    return gzip.compress(b"".join(line + b"\n" for line in lines), mtime=0)


def _line(data: object) -> bytes:
    return json.dumps(data, separators=(",", ":"), allow_nan=False).encode()


def _head_data(head: Head) -> dict[str, Any]:
    return {
        "version": head.version,
        "tasks": head.tasks,
        "model_types": head.model_types,
        "fields": _field_data(head.fields),
        "properties": head.properties,
        "quantization": {
            method: [facts.config, facts.fields] for method, facts in head.quantization.items()
        },
    }


def _data(facts: ArchitectureFacts, head: Head) -> dict[str, Any]:
    classes = list({cls.name: cls for cls in facts.classes.values()}.values())
    own = {name: field for name, field in facts.fields.items() if head.fields.get(name) != field}
    return {
        "model_type": facts.model_type,
        "config_class": facts.config_class,
        "fields": _field_data(own),
        "attribute_map": facts.attribute_map,
        "properties": [name for name in facts.properties if name not in head.properties],
        "sub_configs": facts.sub_configs,
        "open_sub_configs": facts.open_sub_configs,
        "classes": [_class_data(cls) for cls in classes],
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


def _class_data(cls: ClassFacts) -> dict[str, Any]:
    """A class's facts without those that are empty."""
    refusals = {kind: _filled(asdict(why)) for kind, why in cls.refusals.items()}
    return _filled(asdict(cls) | {"refusals": refusals})


def _filled(data: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in data.items() if value not in (None, "", (), {})}


def _read_class(data: Mapping[str, Any]) -> ClassFacts:
    values = {name: tuple(v) if isinstance(v, list) else v for name, v in data.items()}
    refusals = {kind: Refusal(**why) for kind, why in data.get("refusals", {}).items()}
    parts = {part: tuple(kinds) for part, kinds in data.get("parts", {}).items()}
    return ClassFacts(**cast(Any, _ABSENT | values | {"refusals": refusals, "parts": parts}))


_ABSENT = dict.fromkeys(("attention", "no_split_modules", "keep_in_fp32", "modules"), ())
"""Fields without a default of their own, empty where a line leaves them out."""
