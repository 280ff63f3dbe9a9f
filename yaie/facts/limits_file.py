"""Limits as a file: gzipped lines of JSON, one an architecture that was observed."""

from __future__ import annotations

import gzip
import json
from collections.abc import Mapping
from dataclasses import asdict
from functools import cache
from pathlib import Path
from typing import Any

from yaie.facts.limits import FieldLimits, Limits, Refusal, Relation

FOLDER = Path(__file__).parent / "data"


def pack(observed: Mapping[str, Limits]) -> bytes:
    """The file's bytes, the same for the same limits."""
    lines = (_line(name, limits) for name, limits in sorted(observed.items()))
    return gzip.compress(b"".join(lines), mtime=0)


def limits_of(version: str, model_type: str) -> Limits:
    """An architecture's limits in a version of transformers; none where none were observed."""
    line = _lines(version).get(model_type)
    return Limits() if line is None else _read(json.loads(line))


@cache
def _lines(version: str) -> dict[str, bytes]:
    path = FOLDER / f"limits-{version}.jsonl.gz"
    if not path.is_file():
        return {}
    lines = gzip.decompress(path.read_bytes()).splitlines()
    return {line[2 : line.index(b'"', 2)].decode(): line.partition(b":")[2][:-1] for line in lines}


def _line(name: str, limits: Limits) -> bytes:
    data = {
        key: value for key, value in asdict(limits).items() if value not in (None, (), {}, False)
    }
    data.pop("shaping", None)
    data["fields"] = {name: _field_data(field) for name, field in limits.fields.items()}
    data["relations"] = [_relation_data(relation) for relation in limits.relations]
    return json.dumps({name: data}, separators=(",", ":"), allow_nan=False).encode() + b"\n"


def _field_data(field: FieldLimits) -> dict[str, Any]:
    plain = FieldLimits()
    data = {k: v for k, v in asdict(field).items() if v != getattr(plain, k)}
    if field.refused:
        data["refused"] = [
            [one.value, one.why, *([one.spared] if one.spared else [])] for one in field.refused
        ]
    return data


def _relation_data(relation: Relation) -> list[object]:
    said: list[object] = [relation.kind, relation.left, relation.right]
    return [*said, *([relation.spared] if relation.spared else [])]


def _read(data: Mapping[str, Any]) -> Limits:
    rope = data.get("rope_types")
    return Limits(
        fields={name: _read_field(field) for name, field in data["fields"].items()},
        relations=tuple(_read_relation(*relation) for relation in data["relations"]),
        named_parts=tuple(data.get("named_parts", ())),
        whole_parts=data.get("whole_parts", {}),
        absent_parts=tuple(data.get("absent_parts", ())),
        following_parts=tuple(data.get("following_parts", ())),
        rope_types=None if rope is None else tuple(rope),
        rope_default=data.get("rope_default"),
    )


def _read_field(data: Mapping[str, Any]) -> FieldLimits:
    values: dict[str, Any] = {
        n: tuple(v) if isinstance(v, list) and n != "held" else v for n, v in data.items()
    }
    if refused := data.get("refused"):
        values["refused"] = tuple(_read_refusal(*refusal) for refusal in refused)
    return FieldLimits(**values)


def _read_refusal(value: object, why: str, spared: Any = ()) -> Refusal:
    return Refusal(value=value, why=why, spared=tuple(spared))


def _read_relation(kind: str, left: str, right: str | int, spared: Any = ()) -> Relation:
    return Relation(kind=kind, left=left, right=right, spared=tuple(spared))
