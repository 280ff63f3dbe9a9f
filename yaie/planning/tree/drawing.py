"""A tree of modules for people: a row a module, then the totals."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from shutil import get_terminal_size
from textwrap import wrap

from yaie.facts.memory import WAITING
from yaie.planning.tree.held import Sums, Tensor
from yaie.planning.tree.names import labelled
from yaie.planning.tree.node import Branch, Node
from yaie.planning.tree.table import (
    CLASS,
    NARROWEST,
    Paint,
    Row,
    Text,
    aligned,
    memory,
    share,
)
from yaie.spec.wording import sized

INLINE = ("weight", "bias")
"""Parameters that are told in the row of their module, where it has no modules below."""
INDENT = 14
"""Columns of what a total is of, and where the total begins."""
SHOWN_KINDS = 3
"""Kinds of folded modules of which one is told."""


def plain(text: str, _style: str) -> str:
    """No colour."""
    return text


def drawn(branches: Sequence[Branch], sums: Sums, paint: Paint) -> Iterator[str]:
    """The rows of a tree, then the totals of its model."""
    rows = [row for branch in branches for row in _root(branch)]
    yield from aligned(rows, sums, paint)
    yield ""
    for what, told in _totals(branches, sums):
        first, *rest = wrap(told, max(get_terminal_size().columns, NARROWEST) - INDENT)
        yield f"{paint(f'{what:{INDENT - 1}}', 'bold')} {first}"
        yield from (f"{'':{INDENT}}{line}" for line in rest)


def _root(branch: Branch) -> Iterator[Row]:
    yield _module(branch, labelled(branch.names), "", 1)
    yield from _below(branch.node, "", len(branch.names))


def _below(node: Node, guide: str, times: int) -> Iterator[Row]:
    """The rows under a module that stands `times` in the model."""
    shown: list[tuple[str, Tensor | Branch]] = [*_own_rows(node), *_spread(node)]
    told: dict[int, str] = {}
    for place, (label, held) in enumerate(shown, 1):
        last = place == len(shown)
        here, under = guide + ("└─ " if last else "├─ "), guide + ("   " if last else "│  ")
        if isinstance(held, Tensor):
            yield Row(text=((here, "dim"), *_tensor(held)), sums=held.sums.times(times))
            continue
        like = told.setdefault(held.node.likeness, label)
        row = _module(held, label, here, times)
        if like != label and held.node.branches:
            # Its modules were told already, on another device.
            guided, name, *_ = row.text
            yield replace(row, text=(guided, name, (f"as {like}", "dim")))
        else:
            yield row
            yield from _below(held.node, under, times * len(held.names))


def _own_rows(node: Node) -> Iterator[tuple[str, Tensor]]:
    if not _is_inline(node):
        yield from ((tensor.name, tensor) for tensor in node.tensors)


def _is_inline(node: Node) -> bool:
    """Whether the module's own row tells what it holds."""
    parameters = [tensor for tensor in node.tensors if tensor.kind == "parameter"]
    return not node.branches and all(tensor.name in INLINE for tensor in parameters)


def _spread(node: Node) -> Iterator[tuple[str, Branch]]:
    """The modules below, those of lists beside the others: `layers.0-31`."""
    for branch in node.branches:
        if branch.is_list:
            for label, below in _spread(branch.node):
                yield f"{branch.label}.{label}", below
        else:
            yield branch.label, branch


def _module(branch: Branch, label: str, guide: str, times: int) -> Row:
    node, number = branch.node, len(branch.names)
    name = f"{label} ({number}×)" if number > 1 else label
    named: list[Text] = [(f"{name}  ", "bold")] if name else []
    held = [*_inline(node.tensors)] if _is_inline(node) else []
    return Row(
        text=((guide, "dim"), *named, (node.kind, CLASS), *held),
        sums=node.sums.times(times * number),
    )


def _inline(tensors: Sequence[Tensor]) -> Iterator[Text]:
    """A leaf's weight by its shape, `+ bias`, and the names of its buffers."""
    for tensor in tensors:
        if tensor.name == "weight":
            yield f" {list(tensor.shape)}", ""
        if tensor.kind == "parameter" and tensor.name != "weight":
            yield f" + {tensor.name}", ""
        if tensor.tied_to:
            yield f" tied to {_short(tensor)}", "magenta"
    buffers = [tensor for tensor in tensors if tensor.kind == "buffer"]
    if len(buffers) > 1:
        yield f" + {len(buffers)} buffers", "dim"
    elif buffers:
        yield f" + {buffers[0].name} {list(buffers[0].shape)} {buffers[0].dtype}", "dim"


def _tensor(tensor: Tensor) -> Iterator[Text]:
    yield f"{tensor.name} ", "bold"
    yield str(list(tensor.shape)), ""
    if tensor.kind == "buffer":
        yield f" {tensor.dtype} buffer", "dim"
    if tensor.tied_to:
        yield f" tied to {_short(tensor)}", "magenta"


def _short(tensor: Tensor) -> str:
    """What a tensor is tied to; the module alone where both have the same name in theirs."""
    target = tensor.tied_to or ""
    return target.removesuffix(f".{tensor.name}")


def _totals(branches: Sequence[Branch], sums: Sums) -> Iterator[tuple[str, str]]:
    """The model as a receipt has it, and one of each kind that was folded."""
    yield "parameters", f"{sums.parameters:,}{_shares(sums.dtypes)}"
    yield "memory", f"{sized(sums.memory)}{_places(sums.devices)}{_state(sums)}"
    for number, node in _repeated(branches):
        each = f"{node.sums.parameters:,} parameters, {memory(node.sums)}"
        yield f"one of {number:,}", f"{node.kind}: {each}"
    if (part := _selected(branches)) is not None:
        of_all = share(part.parameters, sums.parameters) or "none"
        yield "selected", f"{part.parameters:,} parameters, {of_all}; {memory(part) or '0 B'}"


def _shares(counts: Mapping[str, int]) -> str:
    if len(counts) < 2:
        return "".join(f" in {name}" for name in counts)
    return ": " + ", ".join(
        f"{name} {share(number, sum(counts.values()))}" for name, number in counts.items()
    )


def _places(devices: Mapping[str, int]) -> str:
    if len(devices) < 2:
        return "".join(f" on {name}" for name in devices)
    # Those that compute first, cuda:2 before cuda:10.
    named = sorted(devices, key=lambda name: (name in WAITING, len(name), name))
    return ": " + ", ".join(f"{name} {sized(devices[name])}" for name in named)


def _state(sums: Sums) -> str:
    if sums.state_bytes is None:
        return "; the quantisation's state beside it is not known"
    return f"; {sized(sums.state_bytes)} of it quantisation's state" if sums.state_bytes else ""


def _repeated(branches: Sequence[Branch]) -> Iterator[tuple[int, Node]]:
    """The outermost modules that stand for several and take most of the model, and how many."""
    found: dict[int, tuple[int, Node]] = {}
    for number, each in _folds(branches, 1):
        before, _ = found.get(each.likeness, (0, each))
        found[each.likeness] = (before + number, each)
    largest = sorted(found.values(), key=lambda held: -held[0] * held[1].sums.parameters)
    yield from largest[:SHOWN_KINDS]


def _folds(branches: Iterable[Branch], times: int) -> Iterator[tuple[int, Node]]:
    for branch in branches:
        number = times * len(branch.names)
        if number > 1 and branch.node.branches:
            yield number, branch.node
        elif number == 1:
            yield from _folds(branch.node.branches, number)


def _selected(branches: Sequence[Branch]) -> Sums | None:
    """What the selected modules hold together; None where that is the model."""
    if [branch.names for branch in branches] == [("",)]:
        return None
    return Sums.together(branch.node.sums.times(len(branch.names)) for branch in branches)
