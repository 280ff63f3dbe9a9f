"""Words of a command line told apart: recipes, overrides, and what is neither."""

from __future__ import annotations

import os.path
from argparse import Namespace
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from yaie.errors import InputError, Problem

if TYPE_CHECKING:
    from yaie.spec.load_spec import Composition

_YAML = (".yaml", ".yml")


def composed(args: Namespace) -> Composition:
    """The one load that a verb's words ask for."""
    recipe, overrides = one_load(args)
    from yaie.planning.preflight import compose

    return compose(recipe, overrides, args.config_dir)


def one_load(args: Namespace) -> tuple[Path | None, list[str]]:
    """The recipe, if there is one, and the overrides of a verb that takes one load."""
    recipes, overrides = parted(args.words, args.config_dir)
    if len(recipes) > 1:
        second = f"`{recipes[0]}` and `{recipes[1]}` were given, and one recipe is allowed here"
        hint = "`yaie check` alone takes several"
        raise InputError(Problem(path="", message=second, hint=hint))
    return (recipes[0] if recipes else None), overrides


def parted(words: Sequence[str], config_dir: Path | None) -> tuple[list[Path], list[str]]:
    """The recipes and the overrides among the words."""
    recipes = [Path(word) for word in words if _is_recipe(word)]
    overrides = [word for word in words if not _is_recipe(word) and _is_override(word)]
    rest = [word for word in words if not _is_recipe(word) and not _is_override(word)]
    if rest:
        from yaie.cli.unknown import unknown

        raise InputError(*(unknown(word, config_dir) for word in rest))
    return recipes, overrides


def below(words: Sequence[str]) -> list[str]:
    """The words with every folder replaced by the recipes in it."""
    return [name for word in words for name in (_in_folder(word) if _is_folder(word) else [word])]


def _in_folder(word: str) -> list[str]:
    found = sorted(str(path) for path in Path(word).rglob("*") if path.suffix in _YAML)
    if not found:
        message = f"the folder `{word}` holds no `*.yaml` or `*.yml`"
        hint = f"a model's folder is an override: `model={word}`"
        raise InputError(Problem(path="", message=message, hint=hint))
    return found


def _is_folder(word: str) -> bool:
    return not _is_override(word) and os.path.isdir(word)


def _is_recipe(word: str) -> bool:
    return (word.endswith(_YAML) and not _is_override(word)) or os.path.isfile(word)


def _is_override(word: str) -> bool:
    return "=" in word or word.startswith("~")
