"""Short ways to compose, and to say what went wrong."""

from __future__ import annotations

from pathlib import Path

import pytest

from yaie.errors import InputError, Problem
from yaie.spec.compose import compose
from yaie.spec.load_spec import Composition


def composed(*overrides: str) -> Composition:
    return compose(None, overrides)


def problems(*overrides: str, recipe: Path | None = None) -> tuple[Problem, ...]:
    with pytest.raises(InputError) as caught:
        compose(recipe, overrides)
    return caught.value.problems


def problem(*overrides: str, recipe: Path | None = None) -> Problem:
    (only,) = problems(*overrides, recipe=recipe)
    return only


def hint(*overrides: str) -> str | None:
    return problem(*overrides).hint


def written(folder: Path, text: str) -> Path:
    file = folder / "r.yaml"
    file.write_text(text)
    return file
