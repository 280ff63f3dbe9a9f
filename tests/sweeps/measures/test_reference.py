"""The cell that others are compared with is decided before any runs."""

import pytest

from yaie.errors import InputError, UnsupportedError
from yaie.sweeps.cell import Cell
from yaie.sweeps.measures.reference import reference
from yaie.sweeps.planned import planned
from yaie.sweeps.product import Asked


@pytest.fixture(scope="module")
def cells() -> tuple[Cell, ...]:
    words = (
        "quantization=bnb_4bit,none",
        "precision=bf16,fp32",
        "attention=sdpa,flash_attention_2",
    )
    return planned(Asked(recipe=None, overrides=("model=tiny", "device=cpu", *words)))


def words_of(cells: tuple[Cell, ...], number: int | None) -> str:
    (cell,) = (cell for cell in cells if cell.number == number)
    return " ".join(cell.words)


def test_the_one_that_loses_least_where_none_is_named(cells: tuple[Cell, ...]) -> None:
    found = words_of(cells, reference(cells))
    assert found == "quantization=none precision=fp32 attention=sdpa"


@pytest.mark.parametrize("asked", ["2", "precision=fp32 attention=sdpa quantization=bnb_4bit"])
def test_the_one_that_is_named(cells: tuple[Cell, ...], asked: str) -> None:
    found = words_of(cells, reference(cells, asked))
    assert found == "quantization=bnb_4bit precision=fp32 attention=sdpa"


def test_one_that_is_the_same_as_another_stands_for_it() -> None:
    alike = planned(Asked(recipe=None, overrides=("model=tiny", "precision=bf16,auto")))
    assert reference(alike, "precision=auto") in (0, 1)
    assert reference(alike, "1") == (0 if alike[1].same_as == 0 else 1)


def test_one_that_is_refused_is_none(cells: tuple[Cell, ...]) -> None:
    with pytest.raises(UnsupportedError) as caught:
        reference(cells, "1")
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
        reference(cells, asked)
    assert caught.value.problems[0].message.startswith(said)
