"""The product of all values, and what is wrong with it before any cell is planned."""

from pathlib import Path

import pytest

from yaie.errors import InputError
from yaie.sweeps.product import Asked, product


def found(*overrides: str, recipe: Path | None = None) -> dict[str, bool]:
    """The words of each cell, and whether they compose."""
    cells = product(Asked(recipe=recipe, overrides=overrides)).cells
    return {" ".join(words): not isinstance(c, InputError) for words, c in cells.items()}


def message(*overrides: str, recipe: Path | None = None) -> str:
    with pytest.raises(InputError) as caught:
        found(*overrides, recipe=recipe)
    return str(caught.value)


def test_the_last_axis_changes_first() -> None:
    assert [*found("model=tiny", "precision=fp32,bf16", "quantization=none,bnb_8bit")] == [
        "precision=fp32 quantization=none",
        "precision=fp32 quantization=bnb_8bit",
        "precision=bf16 quantization=none",
        "precision=bf16 quantization=bnb_8bit",
    ]


def test_ranges_choices_and_patterns_are_axes() -> None:
    assert [*found("weights=random", "model.config.num_hidden_layers=range(1,3)")] == [
        "model.config.num_hidden_layers=1",
        "model.config.num_hidden_layers=2",
    ]
    assert [*found("quantization=glob(bnb*)")] == ["quantization=bnb_4bit", "quantization=bnb_8bit"]
    assert len(found("precision=choice(fp32,bf16)")) == 2


def test_a_value_that_is_named_twice_is_one() -> None:
    assert [*found("precision=fp32,bf16,fp32")] == ["precision=fp32", "precision=bf16"]


def test_without_an_axis_there_is_one_cell() -> None:
    assert found("precision=fp32") == {"": True}


def test_a_typo_in_one_value_is_told_once_with_its_hint() -> None:
    assert message("precision=fp32,bf17", "attention=eager,sdpa") == (
        "precision: `bf17` is no option of `precision`; allowed are `auto`, `bf16`, `fp16`,"
        " `fp32` or `fp64`   (override precision=bf17)\nhint: `precision=bf16`"
    )


def test_a_typo_outside_of_the_axes_is_told_once() -> None:
    said = message("devise=cpu", "precision=fp32,bf16")
    assert said.count("there is no group `devise`") == 1


def test_a_key_that_is_none_is_told_once_for_its_axis() -> None:
    said = message("precsion=fp32,bf16", "attntion=eager,sdpa")
    assert said.count("(override precsion=fp32,bf16)\nhint: `precision=fp32,bf16`") == 1
    assert said.count("(override attntion=eager,sdpa)\nhint: `attention=eager,sdpa`") == 1
    assert said.count("there is no group") == 2


def test_many_values_that_are_wrong_are_counted() -> None:
    said = message("weights=random", "weights.seed=range(-20,2)")
    assert said.count("allowed is a whole number of 0 or more") == 8
    assert said.endswith("weights.seed: 12 more values of `weights.seed` cannot be either")


def test_an_axis_that_cannot_be_read_and_other_mistakes_are_told_at_once() -> None:
    said = message("precision=bf16,", "devise=cpu", "attention=eager,sdpaa", "precision.x=1")
    assert said.count("has a value of nothing") == 1
    assert said.count("there is no group `devise`") == 1
    assert said.count("`sdpaa` is no option") == 1
    assert "precision.x" not in said


def test_a_value_of_a_recipe_is_told_with_its_file_and_line(tmp_path: Path) -> None:
    recipe = tmp_path / "mine.yaml"
    recipe.write_text("model: tiny\nsweep:\n  precision:\n    - fp32\n    - bf17\n")
    said = message(recipe=recipe)
    assert said.endswith(f"({recipe}:5)\nhint: `precision=bf16`")
    recipe.write_text("sweep:\n  precsion: [fp32, bf16]\n")
    assert message(recipe=recipe).endswith(f"({recipe}:2)\nhint: `precision=fp32,bf16`")


def test_what_composes_with_some_values_alone_is_a_cell_that_does_not() -> None:
    words = "quantization.bnb_4bit_quant_type=nf4"
    assert found("quantization=none,bnb_4bit", words) == {
        "quantization=none": False,
        "quantization=bnb_4bit": True,
    }


def test_too_many_cells_are_refused_with_their_count() -> None:
    assert message("weights.seed=range(0,6000)", "precision=fp32,bf16") == (
        "these are 12,000 cells (6,000 of `weights.seed` × 2 of `precision`), and 10,000 are the"
        " most\nhint: name fewer values, or split the sweep"
    )


def test_a_mistake_that_names_the_value_of_another_axis_is_told_once() -> None:
    said = message("model=tiny,bert,llama2", "model.confg.x=1", "precision=fp32,bf16")
    assert said.count("there is no field `confg`") == 1
