from __future__ import annotations

from pathlib import Path

import pytest

from tests.spec.composing import written
from yaie.errors import InputError
from yaie.spec.compose import compose
from yaie.spec.device import Dispatched, Single
from yaie.spec.quantization import Bnb4bit, Bnb8bit, Unquantized

FOUR_BIT = "quantization:\n  use: bnb_4bit\n  bnb_4bit_quant_type: fp4\n"


def test_a_recipe_stands_above_its_option(tmp_path: Path) -> None:
    recipe = written(tmp_path, "model: {use: bert, architecture: roberta}")

    assert compose(recipe, []).spec.model.architecture == "roberta"


def test_the_command_line_stands_above_the_recipe(tmp_path: Path) -> None:
    recipe = written(tmp_path, FOUR_BIT)
    overrides = ["quantization.bnb_4bit_quant_type=nf4"]

    assert compose(recipe, overrides).spec.quantization == Bnb4bit()


def test_another_option_starts_the_group_afresh_and_says_so(tmp_path: Path) -> None:
    recipe = written(tmp_path, FOUR_BIT)
    composition = compose(recipe, ["quantization=bnb_8bit"])

    (note,) = composition.notes
    assert composition.spec.quantization == Bnb8bit()
    assert (note.severity, note.origin) == ("warning", "override quantization=bnb_8bit")
    assert note.message == (
        "`quantization=bnb_8bit` starts the group afresh, in place of `bnb_4bit`: "
        f"`quantization.bnb_4bit_quant_type` falls away ({recipe}:3)"
    )


def test_the_same_option_again_keeps_the_recipes_fields(tmp_path: Path) -> None:
    composition = compose(written(tmp_path, FOUR_BIT), ["quantization=bnb_4bit"])

    assert composition.spec.quantization == Bnb4bit(bnb_4bit_quant_type="fp4")
    assert composition.notes == ()


def test_fields_of_the_default_option_need_no_use(tmp_path: Path) -> None:
    recipe = written(tmp_path, "device: {max_memory: {cpu: 1GiB}}")

    assert compose(recipe, []).spec.device == Dispatched(max_memory={"cpu": "1GiB"})
    assert compose(recipe, ["device=cpu"]).spec.device == Single(device="cpu")


def test_fields_of_an_id_do_not_reach_the_tiny_model(tmp_path: Path) -> None:
    recipe = written(tmp_path, "model: {id: org/name, revision: v1}")

    assert compose(recipe, ["model=tiny"]).spec.model.revision is None


def test_an_option_of_a_users_folder_is_chosen_by_name(tmp_path: Path) -> None:
    (tmp_path / "quantization").mkdir()
    mine = tmp_path / "quantization" / "mine.yaml"
    mine.write_text("method: bnb_4bit\nbnb_4bit_quant_type: fp4\n")

    composition = compose(None, ["quantization=mine"], tmp_path)

    assert composition.spec.quantization == Bnb4bit(bnb_4bit_quant_type="fp4")
    assert composition.choices["quantization"] == "mine"
    assert composition.origin_of("quantization.bnb_4bit_quant_type") == "option quantization/mine"


@pytest.fixture
def experiments(tmp_path: Path) -> Path:
    (tmp_path / "experiment").mkdir()
    text = "model: bert\nprecision: bf16\nquantization: {use: bnb_4bit}\n"
    (tmp_path / "experiment" / "small.yaml").write_text(text)
    return tmp_path


def test_an_option_of_a_users_own_group_is_a_recipe_below_the_recipe(experiments: Path) -> None:
    recipe = written(experiments, "experiment: small\nprecision: fp16\n")
    spec = compose(recipe, ["quantization=none"], experiments).spec

    assert (spec.model.architecture, spec.precision.dtype) == ("bert", "float16")
    assert spec.quantization == Unquantized()


def test_an_own_group_has_only_its_options(experiments: Path) -> None:
    with pytest.raises(InputError) as caught:
        compose(None, ["experiment=smal", "experiment.x=1"], experiments)

    assert [p.message for p in caught.value.problems] == [
        "`smal` is no option of `experiment`; allowed are `small`",
        "a group of your own takes an option's name only",
    ]


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("nowhere", "there is no folder `{}`"),
        ("empty", "`{}` holds no folder with options in it"),
    ],
)
def test_a_folder_without_options_is_refused(tmp_path: Path, name: str, message: str) -> None:
    (tmp_path / "empty").mkdir()

    with pytest.raises(InputError) as caught:
        compose(None, [], tmp_path / name)

    assert caught.value.problems[0].message == message.format(tmp_path / name)


def test_a_users_option_without_its_kind_is_refused(tmp_path: Path) -> None:
    (tmp_path / "device").mkdir()
    (tmp_path / "device" / "mine.yaml").write_text("device: cpu\n")

    with pytest.raises(InputError) as caught:
        compose(None, ["device=mine"], tmp_path)

    assert [(p.path, p.message) for p in caught.value.problems] == [
        ("device.kind", "the option has to say its `kind`, as device's own options do")
    ]
