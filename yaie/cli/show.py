"""`yaie show`: the composed spec, the options, an architecture, the machines with a name."""

from __future__ import annotations

import sys
from argparse import ArgumentParser, Namespace
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from yaie.cli.colour import painter
from yaie.cli.words import composed

if TYPE_CHECKING:
    from yaie.spec.load_spec import Composition

EXAMPLES = """\
  yaie show model=llama2 precision=bf16    each value, and where it was said
  yaie show recipes/llama2-4bit.yaml       also as `yaie recipes/llama2-4bit.yaml --cfg job`
  yaie show options                        every option of every group
  yaie show options quantization           those of one group
  yaie show arch llama                     what transformers knows of an architecture
  yaie show hosts                          the machines that `--host` knows by name
  yaie show rules                          what a load is judged by
"""

_COMMENT_AT = 40
"""Column past which the comments do not move to the right."""


def add_arguments(parser: ArgumentParser) -> None:
    """`show` has no flags of its own, and four words that are subjects."""
    parser.usage = (
        "yaie show [RECIPE] [OVERRIDE ...] [--flags]\n"
        "       yaie show options [GROUP]\n"
        "       yaie show arch NAME\n"
        "       yaie show hosts [WORD ...]\n"
        "       yaie show rules [NAME ...]"
    )


def run(args: Namespace) -> int:
    """Prints the subject that the first word names, or else the spec."""
    match args.words:
        case ["options", *groups]:
            from yaie.cli.options import show_options

            show_options(groups, args)
        case ["arch", *names]:
            from yaie.cli.architecture import show_architectures

            show_architectures(names, args)
        case ["hosts", *words]:
            from yaie.cli.hosts import show_hosts

            show_hosts(words, args)
        case ["rules", *names]:
            from yaie.cli.rules import show_rules

            show_rules(names, args)
        case _:
            _show_spec(composed(args), args)
    return 0


def _show_spec(composition: Composition, args: Namespace) -> None:
    if args.json:
        from yaie.cli.document import write

        write(_document(composition))
        return
    paint = painter(sys.stdout)
    lines = [*_lines(composition, "", composition.spec.model_dump(), 0)]
    column = min(max(len(text) for text, _ in lines), _COMMENT_AT)
    for text, origin in lines:
        print(f"{text:{column}}  {paint(f'# {origin}', 'dim')}" if origin else text)
    if not args.quiet:
        from yaie.cli import problems

        problems.write(composition.notes, sys.stderr)


def _document(composition: Composition) -> dict[str, object]:
    return {
        "recipe": composition.recipe,
        "choices": dict(composition.choices),
        "spec": composition.spec.model_dump(mode="json"),
        "origins": dict(composition.origins),
        "problems": [note.as_json() for note in composition.notes],
    }


def _lines(
    composition: Composition, parent: str, values: Mapping[Any, Any], depth: int
) -> Iterator[tuple[str, str]]:
    """Lines of YAML, each with where its value was said."""
    for key, value in values.items():
        path = f"{parent}{key}"
        start = f"{'  ' * depth}{_yaml(key)}:"
        if isinstance(value, Mapping) and value:
            yield start, _choice(composition, path)
            yield from _lines(composition, f"{path}.", value, depth + 1)
        else:
            yield f"{start} {_yaml(value)}", _origin(composition, path)


def _origin(composition: Composition, path: str) -> str:
    """Where a field was said, or a mapping around it; a group's origin says nothing of its
    fields."""
    parts = path.split(".")
    around = (".".join(parts[:length]) for length in range(len(parts), 1, -1))
    said = (composition.origins.get(place) for place in around)
    return next((origin for origin in said if origin), "default")


def _choice(composition: Composition, group: str) -> str:
    """A group's option, and where it was picked, if it was."""
    option = composition.choices.get(group)
    if option is None:
        return ""
    origin = composition.origins.get(group, "")
    return option if origin in ("", f"option {group}/{option}") else f"{option}, by {origin}"


def _yaml(value: object) -> str:
    import yaml

    value = list(value) if isinstance(value, tuple) else value
    text = yaml.safe_dump(value, default_flow_style=True, width=float("inf"), allow_unicode=True)
    return text.removesuffix("\n").removesuffix("\n...")
