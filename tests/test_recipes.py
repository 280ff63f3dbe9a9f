"""Every example recipe composes, is allowed on the machine it is for, and loads where it can."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

from yaie.api import check
from yaie.errors import errors_of
from yaie.spec.compose import compose

ROOT = Path(__file__).parent.parent
RECIPES = sorted((ROOT / "recipes").glob("*.yaml"))

CHECK = re.compile(r"# Check: yaie check (?P<recipe>\S+) --host (?P<host>\S+)")
"""The line of a header that names a machine; a recipe without it is for one without a GPU."""

REAL_MODELS = {"local-folder": "minilm", "smollm2-gguf": "smollm2"}
"""Recipes on real checkpoints → the fixture that has the checkpoint at hand."""

LOADED = [
    ("laptop", "LlamaForCausalLM"),
    ("local-folder", "BertModel"),
    ("qwen3-structure", "Qwen3ForCausalLM"),
    ("random-llama", "LlamaForCausalLM"),
    ("smollm2-gguf", "LlamaForCausalLM"),
    ("train-last-layer", "LlamaForCausalLM"),
    ("train-with-dropout", "LlamaForCausalLM"),
]


@pytest.fixture(autouse=True)
def _in_the_checkout(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)


@pytest.fixture
def at_hand(request: pytest.FixtureRequest) -> Any:
    """Skips a recipe whose real checkpoint is not at hand."""

    def require(recipe: str) -> None:
        if recipe in REAL_MODELS:
            request.getfixturevalue(REAL_MODELS[recipe])

    return require


@pytest.mark.parametrize("recipe", RECIPES, ids=lambda path: path.stem)
def test_a_recipe_is_allowed_on_the_machine_it_is_written_for(recipe: Path, at_hand: Any) -> None:
    at_hand(recipe.stem)
    named = CHECK.search(recipe.read_text())
    assert errors_of(check(recipe, host=named["host"] if named else "cpu")) == ()


@pytest.mark.parametrize("recipe", RECIPES, ids=lambda path: path.stem)
def test_a_recipe_says_what_it_shows_and_how_it_is_run(recipe: Path) -> None:
    header = [line for line in recipe.read_text().splitlines() if line.startswith("# ")]
    assert len(header) >= 2
    verb = "yaie sweep" if "\nsweep:" in recipe.read_text() else "yaie"
    assert header[-1].startswith(f"# Run: {verb} recipes/{recipe.name}")


@pytest.mark.parametrize("recipe", RECIPES, ids=lambda path: path.stem)
def test_a_recipe_that_asks_for_a_gpu_names_a_machine_with_one(recipe: Path) -> None:
    text = recipe.read_text()
    named = CHECK.search(text)
    assert bool(re.search(r"(?<!no )GPU", text)) == (named is not None)
    assert named is None or named["recipe"] == f"recipes/{recipe.name}"


@pytest.mark.parametrize(("recipe", "model_class"), LOADED)
def test_a_recipe_on_what_is_at_hand_loads(recipe: str, model_class: str, at_hand: Any) -> None:
    from yaie.loading.load import load

    at_hand(recipe)
    loaded = load(compose(ROOT / "recipes" / f"{recipe}.yaml", []))
    assert type(loaded.model).__name__ == model_class


def test_the_recipe_with_dropout_leaves_the_model_in_train_mode() -> None:
    from yaie.loading.load import load

    loaded = load(compose(ROOT / "recipes/train-with-dropout.yaml", []))
    assert loaded.model.training
    assert loaded.model.config.attention_dropout == 0.1
