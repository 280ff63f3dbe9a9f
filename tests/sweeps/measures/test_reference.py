"""The cells that others are compared with are decided before any runs."""

from dataclasses import replace

import pytest

from yaie.errors import InputError, UnsupportedError
from yaie.sweeps.cell import Cell
from yaie.sweeps.measures.reference import referred
from yaie.sweeps.planned import planned
from yaie.sweeps.product import Asked
from yaie.sweeps.row import Status


@pytest.fixture(scope="module")
def cells() -> tuple[Cell, ...]:
    words = (
        "quantization=bnb_4bit,none",
        "precision=bf16,fp32",
        "attention=sdpa,flash_attention_2",
    )
    return planned(Asked(recipe=None, overrides=("model=tiny", "device=cpu", *words)))


def reference(cells: tuple[Cell, ...], asked: str | None = None) -> Cell:
    """The one reference of all cells that run."""
    found = referred(cells, asked)
    (number,) = {cell.reference for cell in found if cell.status is Status.PLANNED}
    return next(cell for cell in cells if cell.number == number)


def test_the_one_that_loses_least_where_none_is_named(cells: tuple[Cell, ...]) -> None:
    found = reference(cells)
    assert " ".join(found.words) == "quantization=none precision=fp32 attention=sdpa"


@pytest.mark.parametrize("asked", ["2", "precision=fp32 attention=sdpa quantization=bnb_4bit"])
def test_the_one_that_is_named(cells: tuple[Cell, ...], asked: str) -> None:
    found = reference(cells, asked)
    assert " ".join(found.words) == "quantization=bnb_4bit precision=fp32 attention=sdpa"


def test_one_that_is_the_same_as_another_stands_for_it() -> None:
    first, other = planned(Asked(recipe=None, overrides=("model=tiny", "precision=bf16,auto")))
    alike = (first, replace(other, same_as=0))
    assert reference(alike, "precision=auto").number == reference(alike, "1").number == 0


@pytest.fixture(scope="module")
def models() -> tuple[Cell, ...]:
    """Two models, each for two tasks."""
    words = ("model.architecture=gpt2,bert", "task=causal-lm,base", "precision=bf16,fp32")
    given = ("model=architecture", "weights=random", "processor=none", "device=cpu")
    return planned(Asked(recipe=None, overrides=(*words, *given)))


def test_each_model_and_task_has_its_own(models: tuple[Cell, ...]) -> None:
    assert [cell.reference for cell in referred(models)] == [1, 1, 3, 3, 5, 5, 7, 7]


def test_one_that_is_named_holds_for_its_own_model(models: tuple[Cell, ...]) -> None:
    assert [cell.reference for cell in referred(models, "4")] == [1, 1, 3, 3, 4, 4, 7, 7]


def test_one_that_is_refused_is_none(cells: tuple[Cell, ...]) -> None:
    with pytest.raises(UnsupportedError) as caught:
        referred(cells, "1")
    message = caught.value.problems[0].message
    assert message.startswith("cell 1, `1`, cannot be the reference: it is refused: ")


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        (
            "precision=fp32 attention=sdpa",
            "2 cells are `precision=fp32 attention=sdpa`, and one is",
        ),
        ("precision=fp8", "no cell is `precision=fp8`, and one is the reference; there are "),
        ("99", "no cell is `99`, and one is the reference; there are "),
        ("", "no cell is ``, and one is the reference; there are "),
    ],
)
def test_words_that_mean_no_single_cell_are_told(
    cells: tuple[Cell, ...], asked: str, said: str
) -> None:
    with pytest.raises(InputError) as caught:
        referred(cells, asked)
    assert caught.value.problems[0].message.startswith(said)
