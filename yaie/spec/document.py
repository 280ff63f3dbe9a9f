"""YAML read as data: scalars with their lines, under limits of bytes, depth and aliases."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import yaml

from yaie.errors import Problem
from yaie.spec.scalar import Scalar, typed

MAX_BYTES = 256 * 1024
MAX_DEPTH = 32
MAX_ALIASES = 100
MAX_NODES = 50_000
"""Scalars, lists and mappings with every alias written out."""

_Loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


@dataclass(frozen=True, slots=True)
class Leaf:
    """A scalar; text where it was quoted or is no number, truth value or null."""

    value: Scalar | str
    line: int


@dataclass(frozen=True, slots=True)
class Branch:
    """A mapping; each key with the line it stands on."""

    entries: dict[str, tuple[int, Node]]
    line: int


@dataclass(frozen=True, slots=True)
class Items:
    """A list."""

    items: list[Node]
    line: int


Node = Leaf | Branch | Items


def value_of(node: Node) -> Any:
    """The node as plain data, Scalars at its leaves."""
    match node:
        case Leaf():
            return node.value
        case Items():
            return [value_of(item) for item in node.items]
        case Branch():
            return {key: value_of(item) for key, (_, item) in node.entries.items()}


def scalars(node: Node) -> Iterator[Leaf]:
    """Every scalar of a node that is a value."""
    match node:
        case Leaf():
            yield node
        case Items():
            for item in node.items:
                yield from scalars(item)
        case Branch():
            for _, item in node.entries.values():
                yield from scalars(item)


@dataclass(frozen=True, slots=True)
class Document:
    """A file as it was read, and what is wrong with it as YAML."""

    name: str
    root: Node | None
    problems: tuple[Problem, ...]


def read(data: bytes, name: str) -> Document:
    """Reads one YAML document; `name` is how problems call the file."""
    reader = _Reader(name)
    if len(data) > MAX_BYTES:
        reader.complain(f"the file is too large; at most {MAX_BYTES} bytes are read", 1)
        return reader.document()
    try:
        reader.consume(yaml.parse(data.decode("utf-8-sig"), Loader=_Loader))
    except UnicodeDecodeError as error:
        line = data[: error.start].count(b"\n") + 1
        reader.complain("the file is not UTF-8 text", line)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        reader.complain(f"not YAML: {error.problem}", mark.line + 1 if mark else 1)
    except yaml.reader.ReaderError as error:
        line = data[: error.position].count(b"\n") + 1
        reader.complain(f"not YAML: {error.reason}", line)
    return reader.document()


class _TooMuchError(Exception):
    """A limit is passed; reading on would not be safe."""


@dataclass(slots=True)
class _Open:
    """A list or mapping whose end is not read yet."""

    node: Branch | Items
    anchor: str | None
    size: int = 1
    key: tuple[str, int] | None = None


@dataclass(slots=True)
class _Reader:
    """Builds nodes from YAML's events, without recursion."""

    name: str
    root: Node | None = None
    problems: list[Problem] = field(default_factory=list)
    open: list[_Open] = field(default_factory=list)
    anchors: dict[str, tuple[Node, int]] = field(default_factory=dict)
    aliases: int = 0
    documents: int = 0

    def document(self) -> Document:
        return Document(self.name, self.root, tuple(self.problems))

    def complain(self, message: str, line: int, hint: str | None = None) -> None:
        self.problems.append(
            Problem(path="", message=message, hint=hint, origin=f"{self.name}:{line}")
        )

    def consume(self, events: Iterator[Any]) -> None:
        try:
            for event in events:
                self._take(event, event.start_mark.line + 1)
        except _TooMuchError:
            self.root = None

    def _take(self, event: Any, line: int) -> None:
        if getattr(event, "tag", None) is not None:
            self.complain(f"the tag `{event.tag}` is not read; write the plain value", line)
        match event:
            case yaml.DocumentStartEvent():
                self.documents += 1
                if self.documents > 1:
                    raise self._too_much(
                        "a file holds one document; a second one begins here", line
                    )
            case yaml.ScalarEvent():
                self._scalar(event, line)
            case yaml.AliasEvent():
                self._alias(event.anchor, line)
            case yaml.MappingStartEvent():
                self._begin(Branch({}, line), event.anchor)
            case yaml.SequenceStartEvent():
                self._begin(Items([], line), event.anchor)
            case yaml.MappingEndEvent() | yaml.SequenceEndEvent():
                done = self.open.pop()
                self._put(done.node, done.size, done.anchor)

    def _too_much(self, message: str, line: int) -> _TooMuchError:
        self.complain(message, line)
        return _TooMuchError()

    def _begin(self, node: Branch | Items, anchor: str | None) -> None:
        if len(self.open) >= MAX_DEPTH:
            raise self._too_much(f"nested more than {MAX_DEPTH} levels deep", node.line)
        if self._awaits_key():
            raise self._too_much("a key is a word, not a list or mapping", node.line)
        self.open.append(_Open(node, anchor))

    def _awaits_key(self) -> bool:
        return bool(self.open) and isinstance(self.open[-1].node, Branch) and not self.open[-1].key

    def _scalar(self, event: Any, line: int) -> None:
        if self._awaits_key():
            self._key(event.value, line)
            return
        unquoted = event.implicit[0]
        value: Scalar | str = typed(event.value) if unquoted else event.value
        if unquoted and value in ("", "~"):
            value = Scalar(None, event.value)
        self._put(Leaf(value, line), 1, event.anchor)

    def _key(self, key: str, line: int) -> None:
        if key == "<<":
            self.complain("`<<` does not merge here; write the fields out", line)
        node = self.open[-1].node
        assert isinstance(node, Branch)
        if key in node.entries:
            first = node.entries[key][0]
            self.complain(f"`{key}` is given twice, on lines {first} and {line}; keep one", line)
        self.open[-1].key = (key, line)

    def _alias(self, anchor: str | None, line: int) -> None:
        self.aliases += 1
        if self.aliases > MAX_ALIASES:
            raise self._too_much(f"more than {MAX_ALIASES} aliases; write the values out", line)
        if self._awaits_key():
            raise self._too_much("a key is a word, not an alias", line)
        known = self.anchors.get(anchor or "")
        if known is None:
            raise self._too_much(f"the alias `*{anchor}` names nothing complete before it", line)
        self._put(*known, None)

    def _put(self, node: Node, size: int, anchor: str | None) -> None:
        if anchor:
            self.anchors[anchor] = (node, size)
        if not self.open:
            self.root = node
            return
        parent = self.open[-1]
        parent.size += size
        if parent.size > MAX_NODES:
            raise self._too_much(f"more than {MAX_NODES} values, aliases written out", node.line)
        if isinstance(parent.node, Items):
            parent.node.items.append(node)
        elif parent.key:
            key, line = parent.key
            parent.node.entries[key] = (line, node)
            parent.key = None
