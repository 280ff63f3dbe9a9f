"""The `sweep` section of a recipe."""

from pathlib import Path

import pytest

from yaie.errors import InputError
from yaie.spec.axes import axes
from yaie.spec.compose import compose
from yaie.spec.recipe_axes import recipe_axes


@pytest.fixture
def recipe(tmp_path: Path) -> Path:
    return tmp_path / "mine.yaml"


def test_lists_and_hydras_own_words_are_axes(recipe: Path) -> None:
    recipe.write_text(
        "sweep:\n"
        "  precision: [fp32, bf16]\n"
        "  model: {config: {num_hidden_layers: 'range(1,3)'}}\n"
        "  quantization: none,bnb_8bit\n"
    )
    assert recipe_axes(recipe) == {
        "precision": ("precision=fp32", "precision=bf16"),
        "model.config.num_hidden_layers": (
            "model.config.num_hidden_layers=1",
            "model.config.num_hidden_layers=2",
        ),
        "quantization": ("quantization=none", "quantization=bnb_8bit"),
    }


def test_what_the_command_line_says_of_a_key_holds(recipe: Path) -> None:
    recipe.write_text("sweep: {precision: [fp32, bf16], attention: [eager, sdpa]}")
    parted = axes(["precision=fp16"], given=recipe_axes(recipe))
    assert parted.fixed == ("precision=fp16",)
    assert [*parted.varied] == ["attention"]


def test_one_load_of_such_a_recipe_says_that_it_is_one(recipe: Path) -> None:
    recipe.write_text("model: tiny\nsweep: {precision: [fp32, bf16]}")
    (note,) = compose(recipe, []).notes
    assert note.severity == "warning"
    assert note.message == "`sweep` names what a sweep varies; this is one load, without it"
    assert (note.hint, note.origin) == (f"`yaie sweep {recipe}`", f"{recipe}:2")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("sweep: [fp32]", "`sweep` takes keys and their values"),
        ("sweep: {precision: []}", "a key of `sweep` takes a list of values"),
        ("sweep: {model.trust_remote_code: [true]}", "Python that a repository brings with it"),
        ("sweep: {attention: [eager, org/kernel]}", "a hub kernel is code that runs here"),
        ("sweep: {device.offload_folder: [out]}", "files would be written to a folder"),
    ],
)
def test_what_a_recipe_may_not_vary_is_refused(recipe: Path, text: str, message: str) -> None:
    recipe.write_text(text)
    with pytest.raises(InputError, match=message):
        recipe_axes(recipe)
