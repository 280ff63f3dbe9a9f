"""Write docs/groups.md, docs/rules.md and docs/answers.md, the references, out of the sources.

python tools/write_docs.py           writes them
python tools/write_docs.py --check   says whether they are current, and writes nothing
"""

from __future__ import annotations

import ast
import inspect
import sys
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from types import NoneType, UnionType
from typing import Annotated, Any, Literal, Union, get_args, get_origin

from pydantic.fields import FieldInfo

# Run as a file, too, it finds the modules beside it.
sys.path.insert(0, str(Path(__file__).parent.parent))
from tools import answers_page, rules_page
from yaie.spec.conf import options, sentence
from yaie.spec.group import Group
from yaie.spec.load_spec import GROUPS, LoadSpec

_OPENING = (
    "# Groups, their fields and options",
    "",
    "Written by `make docs` from `yaie/spec` and `conf`. `group=option` picks an option,",
    "`group.field=value` sets a field.",
)

DOCS = Path(__file__).parent.parent / "docs"


def page() -> str:
    """The whole page."""
    return "\n".join([*_OPENING, *(line for group in GROUPS for line in _group(group))]) + "\n"


def _group(group: str) -> Iterator[str]:
    yield from ("", f"## {group}")
    for kind in _kinds(LoadSpec.model_fields[group]):
        yield ""
        yield from _fields(kind)
    yield from ("", "| option | |", "|---|---|")
    yield from (f"| `{name}` | {_cell(sentence(group, name))} |" for name in options(group))


def _kinds(field: FieldInfo) -> tuple[type[Group], ...]:
    """The classes that a group can be: one, or those of its tagged union."""
    return get_args(field.annotation) or (field.annotation,)


def _fields(kind: type[Group]) -> Iterator[str]:
    yield (kind.__doc__ or "").strip()
    yield from ("", "| field | type | default | |", "|---|---|---|---|")
    abouts = _docstrings(kind)
    for name, field in kind.model_fields.items():
        about = _cell(" ".join(abouts.get(name, "").split()))
        yield f"| `{name}` | `{_cell(_type(field))}` | {_default(field)} | {about} |"


def _docstrings(kind: type[Group]) -> dict[str, str]:
    """Field → the docstring below it, of the class and of those it builds on."""
    found: dict[str, str] = {}
    for cls in reversed([base for base in kind.__mro__ if issubclass(base, Group)]):
        (tree,) = ast.parse(inspect.getsource(cls)).body
        assert isinstance(tree, ast.ClassDef)
        for field, after in pairwise(tree.body):
            match field, after:
                case ast.AnnAssign(target=ast.Name(name)), ast.Expr(ast.Constant(str(text))):
                    found[name] = text
    return found


def _default(field: FieldInfo) -> str:
    if field.is_required():
        return "required"
    return f"`{field.get_default(call_default_factory=True)!r}`"


def _type(field: FieldInfo) -> str:
    return _named(field.annotation).replace("yaie.spec.model.", "")


def _named(annotation: Any) -> str:
    """A type in the words of its source, without what `Annotated` adds for pydantic."""
    origin, inner = get_origin(annotation), get_args(annotation)
    if origin is Annotated:
        return _named(inner[0])
    if origin in (Union, UnionType):
        return " | ".join(map(_named, inner))
    if origin is Literal:
        return f"Literal[{', '.join(map(repr, inner))}]"
    if origin is not None:
        return f"{origin.__name__}[{', '.join(map(_named, inner))}]"
    if annotation is NoneType:
        return "None"
    if annotation is Ellipsis:
        return "..."
    return annotation.__name__ if isinstance(annotation, type) else str(annotation)


def _cell(text: str) -> str:
    return text.replace("|", r"\|").replace("\n", " ")


def main() -> int:
    """Writes the pages, or compares them."""
    pages = {DOCS / "groups.md": page(), DOCS / "rules.md": rules_page.page()}
    pages[DOCS / "answers.md"] = answers_page.page()
    if "--check" not in sys.argv[1:]:
        for path, text in pages.items():
            path.write_text(text, encoding="utf-8")
        return 0
    old = [p.name for p, text in pages.items() if not p.exists() or p.read_text("utf-8") != text]
    for name in old:
        print(f"docs/{name} is not current: run `make docs`", file=sys.stderr)
    return 1 if old else 0


if __name__ == "__main__":
    sys.exit(main())
