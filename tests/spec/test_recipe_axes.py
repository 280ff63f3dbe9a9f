"""The `sweep` section of a recipe."""

from pathlib import Path

import pytest

from yaie.spec.axes import parted
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
    assert recipe_axes(recipe).varied == {
        "precision": ("precision=fp32", "precision=bf16"),
        "model.config.num_hidden_layers": (
            "model.config.num_hidden_layers=1",
            "model.config.num_hidden_layers=2",
        ),
        "quantization": ("quantization=none", "quantization=bnb_8bit"),
    }


def test_what_the_command_line_says_of_a_key_holds(recipe: Path) -> None:
    recipe.write_text("sweep: {precision: [fp32, bf16], attention: [eager, sdpa]}")
    found = parted(["precision=fp16"], below=recipe_axes(recipe))
    assert found.fixed == ("precision=fp16",)
    assert [*found.varied] == ["attention"]


def test_a_value_is_known_by_its_line(recipe: Path) -> None:
    recipe.write_text("sweep:\n  precision:\n    - fp32\n    - bf16\n  attention: eager,sdpa\n")
    assert recipe_axes(recipe).origins == {
        "precision=fp32": f"{recipe}:3",
        "precision=bf16": f"{recipe}:4",
        "attention=eager": f"{recipe}:5",
        "attention=sdpa": f"{recipe}:5",
    }


def test_one_load_of_such_a_recipe_says_that_it_is_one(recipe: Path) -> None:
    recipe.write_text("model: tiny\nsweep: {precision: [fp32, bf16]}")
    (note,) = compose(recipe, []).notes
    assert note.severity == "warning"
    assert note.message == "`sweep` names what a sweep varies; this is one load, without it"
    assert (note.hint, note.origin) == (f"`yaie sweep {recipe}`", f"{recipe}:2")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("sweep: [fp32]", "`sweep` takes keys, and a list of values for each"),
        ("sweep: precision=fp32,bf16", "`sweep` takes keys, and a list of values for each"),
        ("sweep:", "`sweep` takes keys, and a list of values for each"),
        ("sweep: {precision: []}", "`precision` names no value: a key of `sweep` takes a list of"),
        ("sweep: {precision: 'bf16,'}", "`precision=bf16,` has a value of nothing"),
        ("sweep: {model.trust_remote_code: [true]}", "Python that a repository brings with it"),
        ("sweep: {attention: [eager, org/kernel]}", "a hub kernel is code that runs here"),
        ("sweep: {device.offload_folder: [out]}", "files would be written to a folder"),
    ],
)
def test_what_a_recipe_may_not_vary_is_refused(recipe: Path, text: str, message: str) -> None:
    recipe.write_text(f"model: tiny\n{text}\n")
    (problem,) = recipe_axes(recipe).problems
    assert problem.message.startswith(message)
    assert problem.origin == f"{recipe}:2"


def test_a_hint_is_as_a_recipe_says_it(recipe: Path) -> None:
    recipe.write_text("sweep: {precision: 'bf16,'}")
    (problem,) = recipe_axes(recipe).problems
    assert (problem.path, problem.hint) == ("sweep.precision", "`precision: bf16`")
