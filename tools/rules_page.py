"""docs/rules.md, the reference of rules, out of their docstrings and examples."""

from __future__ import annotations

import shlex
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace

from tools.rule_examples import (
    Example,
    adapter_examples,
    adapter_rules,
    composing_examples,
    examples,
    key_examples,
    key_rules,
    memory_examples,
    memory_rules,
    parameter_examples,
    parameter_rules,
    problems_of,
    problems_of_adapter,
    problems_of_keys,
    problems_of_memory,
    problems_of_parameters,
    problems_of_words,
)
from yaie.cli.problems import said
from yaie.errors import Problem
from yaie.rules import adapter_keys, keys, memory, parameters
from yaie.rules.judge import GROUPS, Rule, rules_of
from yaie.rules.reference import heading, rule_text
from yaie.spec.wording import enumerated

_OPENING = (
    "# Rules",
    "",
    "Written by `make docs` from the docstrings in `yaie/rules` and the examples in `docs/rules`.",
    "Every rule judges what was asked against what is true of the architecture, the checkpoint and",
    "the machine, before a byte of weights. Each says here what it holds, what transformers does",
    "without it, and an example with what `yaie check` prints of it. The hints too are as",
    "they are printed: each was tried, and helps.",
)


def page() -> str:
    """The whole page."""
    return (
        "\n".join(
            [*_OPENING, *_composing(), *_rules(), *_keys(), *_adapter(), *_parameters(), *_memory()]
        )
        + "\n"
    )


def _composing() -> Iterator[str]:
    yield from ("", "## Composing: do recipe and overrides say a load?")
    for sentence, example in composing_examples().items():
        yield from ("", f"### {sentence}", "", f"**Without it**: {example.upstream}", "")
        yield from _shown(example, problems_of_words(example))


def _rules() -> Iterator[str]:
    known = examples()
    for module in GROUPS:
        rules = rules_of(module)
        yield from ("", f"## {heading(module)}")
        for rule in rules:
            yield from _rule(rule, known)


def _keys() -> Iterator[str]:
    yield from ("", f"## {heading(keys)} (`yaie check --checkpoint`)")
    known = key_examples()
    for name, rule in key_rules().items():
        yield from _told(rule)
        example = known[name]
        words = ("--checkpoint", *example.words)
        shown = replace(example, words=words)
        yield from ("", *_shown(shown, problems_of_keys(name, example)))


def _adapter() -> Iterator[str]:
    yield from ("", f"## {heading(adapter_keys)} (`yaie check --checkpoint`)")
    known = adapter_examples()
    for name, rule in adapter_rules().items():
        yield from _told(rule)
        shown = replace(known[name], words=("--checkpoint", *known[name].words))
        yield from ("", *_shown(shown, problems_of_adapter(name, known[name])))


def _parameters() -> Iterator[str]:
    yield from ("", f"## {heading(parameters)} (`yaie check --checkpoint`)")
    known = parameter_examples()
    for name, rule in parameter_rules().items():
        yield from _told(rule)
        shown = replace(known[name], words=("--checkpoint", *known[name].words))
        yield from ("", *_shown(shown, problems_of_parameters(name, known[name])))


def _memory() -> Iterator[str]:
    yield from ("", f"## {heading(memory)} (`yaie plan`)")
    known = memory_examples()
    for name, rule in memory_rules().items():
        yield from _told(rule)
        yield from ("", *_shown(known[name], problems_of_memory(name, known[name]), "plan"))


def _rule(rule: Rule, known: Mapping[str, Example]) -> Iterator[str]:
    yield from _told(rule)
    if example := known.get(rule.__name__):
        yield from ("", *_shown(example, problems_of(rule, example)))


def _told(rule: Callable[..., object]) -> Iterator[str]:
    text = rule_text(rule)
    yield from ("", f"### {text.name}", "", text.cause)
    if text.upstream:
        yield from ("", f"**Without it**: {text.upstream}")


def _shown(example: Example, problems: Iterable[Problem], verb: str = "check") -> Iterator[str]:
    if where := ", ".join(filter(None, (example.given, _installed(example)))):
        yield from (f"{where[0].upper()}{where[1:]}:", "")
    flags = [
        *_flag("--host", example.host),
        *_flag("--transformers", example.transformers),
        *_flag("--config-dir", example.config_dir),
        *_flag("--context", str(example.context) if example.context else None),
    ]
    yield "```console"
    yield " ".join([f"$ yaie {verb}", *map(shlex.quote, example.words), *flags])
    yield "\n\n".join(said(problem, _plain) for problem in problems)
    yield "```"


def _plain(text: str, _: str) -> str:
    return text


def _flag(name: str, value: str | None) -> tuple[str, ...]:
    return () if value is None else (name, value)


def _installed(example: Example) -> str:
    """What is said of the packages of the example's machine."""
    there = [f"{name} {version}" for name, version in example.packages.items() if version]
    lacks = [f"`{name}`" for name, version in example.packages.items() if version is None]
    has = [f"with {enumerated(there, 'and')}"] if there else []
    has += [f"without {enumerated(lacks, 'and')}"] if lacks else []
    return f"on a machine {', '.join(has)}" if has else ""
