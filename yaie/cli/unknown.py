"""What is said of a word that is neither a verb, a recipe nor an override."""

from __future__ import annotations

import os.path
from pathlib import Path

from yaie.cli.verbs import ELSEWHERE, LATER, SUMMARIES
from yaie.errors import Problem
from yaie.spec.conf import options
from yaie.spec.load_spec import GROUPS
from yaie.spec.unknown_names import near_model
from yaie.spec.wording import nearest, quoted


def unknown(word: str, config_dir: Path | None) -> Problem:
    """The problem, with the nearest thing that could have been meant."""
    if word in LATER:
        return later(word)
    return Problem(
        path="",
        message=f"`{word}` is no verb, no recipe (`*.yaml`) and no override (`group=option`)",
        hint=_hint(word, config_dir),
    )


def later(word: str) -> Problem:
    """What is said of a verb that is not here yet."""
    return Problem(
        path="",
        message=f"the verb `{word}` comes in a later version; today's are {quoted(SUMMARIES, 20)}",
        hint="`yaie --help` says what each does",
    )


def _hint(word: str, config_dir: Path | None) -> str:
    if word in SUMMARIES:
        return f"a verb comes first: `yaie {word} …`"
    if word in ELSEWHERE:
        return ", or ".join(f"`yaie {verb} …`" for verb in ELSEWHERE[word])
    if word in GROUPS:
        return f"`yaie show options {word}` lists what `{word}=` can be"
    if exact := _said_in_full(word, config_dir):
        return f"`{exact}`"
    candidates = {name: name for name in SUMMARIES} | _options(config_dir) | _recipes()
    if near := nearest(word, candidates):
        meant = candidates[near]
        if meant.startswith("model="):
            meant = f"model={near_model(word, options('model', config_dir)) or near}"
        return f"`{meant}`"
    return "`yaie --help` shows what can be said"


def _said_in_full(word: str, config_dir: Path | None) -> str | None:
    """The override that the word leaves out half of."""
    if word in (known := _options(config_dir)):
        return known[word]
    return f"model={word}" if os.path.isdir(word) or word.count("/") == 1 else None


def _options(config_dir: Path | None) -> dict[str, str]:
    """Option to the override that picks it; the first group that has it wins."""
    found: dict[str, str] = {}
    for group in GROUPS:
        for name in options(group, config_dir):
            found.setdefault(name, f"{group}={name}")
    return found


def _recipes() -> dict[str, str]:
    """The recipes around, by their names without a suffix."""
    return {path.stem: str(path) for path in sorted(Path().glob("recipes/*.yaml"))}
