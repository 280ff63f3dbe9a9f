"""Data as YAML that yaie reads back as it was, and that other readers of YAML do not mistake."""

from __future__ import annotations

import json
from typing import Any

import yaml

from yaie.spec.scalar import typed

_TEXT = "tag:yaml.org,2002:str"


def dumped(data: Any) -> str:
    """Mappings, lists, text, numbers, truth values and None as a document in block style."""
    return yaml.dump(data, Dumper=_Dumper, sort_keys=False, allow_unicode=True, width=100)


class _Dumper(yaml.SafeDumper):
    """Leaves no scalar's form to YAML 1.1, which takes `1e6` for text: each is written bare, or
    quoted, by its representer."""

    def ignore_aliases(self, data: Any) -> bool:
        return True


def _text(dumper: yaml.SafeDumper, text: str) -> yaml.ScalarNode:
    """Bare where neither yaie nor YAML 1.1 takes it for anything else; what readers of YAML take
    for ends of lines is escaped."""
    if not text.isprintable():
        return dumper.represent_scalar(_TEXT, text, style='"')
    ours = isinstance(typed(text), str) and text.strip(" \t") not in ("", "~")
    kinds = yaml.SafeDumper.yaml_implicit_resolvers.get(text[:1], ())
    theirs = any(kind.match(text) for _, kind in kinds)
    return dumper.represent_scalar(_TEXT, text, style=None if ours and not theirs else "'")


def _scalar(dumper: yaml.SafeDumper, value: bool | float | None) -> yaml.ScalarNode:
    """`null`, `true`, `1e-05`, `inf`."""
    word = json.dumps(value).lower().replace("infinity", "inf")
    return dumper.represent_scalar(_TEXT, word)


_Dumper.yaml_implicit_resolvers = {}
_Dumper.add_representer(str, _text)
for _kind in (bool, int, float, type(None)):
    _Dumper.add_representer(_kind, _scalar)
