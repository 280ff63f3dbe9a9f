"""Cells planned: refused ones are rows, and those that come to the same calls run once."""

from collections.abc import Callable
from pathlib import Path

import pytest

from yaie.errors import Fault, Problem
from yaie.sweeps.cell import Cell
from yaie.sweeps.outcome import exit_code
from yaie.sweeps.planned import planned
from yaie.sweeps.product import Asked
from yaie.sweeps.row import Row, Status


def cells(*overrides: str) -> tuple[Cell, ...]:
    return planned(Asked(recipe=None, overrides=("model=tiny", *overrides)))


@pytest.fixture(scope="module")
def mixed() -> tuple[Cell, ...]:
    """Cells that can be run, come to the same, are not supported, and do not compose."""
    return cells(
        "quantization=none,bnb_4bit",
        "quantization.bnb_4bit_quant_type=nf4,fp4",
        "attention=eager,flash_attention_2",
        "device=cpu",
    )


def test_every_combination_is_a_cell_with_a_status(mixed: tuple[Cell, ...]) -> None:
    assert [cell.number for cell in mixed] == [*range(8)]
    assert [str(cell.status) for cell in mixed] == 4 * ["refused"] + 2 * ["planned", "refused"]


def test_a_refused_cell_is_a_row_with_its_reason_and_code(mixed: tuple[Cell, ...]) -> None:
    row = mixed[5].row()
    assert (row.status, row.exit_code, row.signal) == (Status.REFUSED, 3, None)
    assert row.cell == {
        "quantization": "bnb_4bit",
        "quantization.bnb_4bit_quant_type": "nf4",
        "attention": "flash_attention_2",
    }
    assert "needs the package `flash-attn`" in row.problems[0].message


def test_what_does_not_compose_with_another_value_is_refused_as_input(
    mixed: tuple[Cell, ...],
) -> None:
    row = mixed[0].row()
    assert (row.status, row.exit_code) == (Status.REFUSED, 2)
    assert row.problems[0].path == "quantization.bnb_4bit_quant_type"


def test_a_planned_cell_has_its_predicted_memory(mixed: tuple[Cell, ...]) -> None:
    memory = mixed[4].row().memory
    assert [*memory] == ["cpu"]
    assert memory["cpu"]["predicted_bytes"] > 0


def test_cells_that_come_to_the_same_calls_name_the_first() -> None:
    found = cells("weights=random", "weights.seed=0,1", "task=auto,causal-lm")
    assert [cell.same_as for cell in found] == [None, 0, None, 2]
    assert found[1].row().status is Status.SAME


def test_of_calls_that_differ_each_is_run() -> None:
    found = cells("precision=fp32,bf16", "attention=eager,sdpa", "weights.mode=eval,train")
    assert len({cell.calls for cell in found}) == 8


def test_a_checkpoint_that_is_not_there_is_a_refused_row() -> None:
    tiny, nowhere = planned(Asked(recipe=None, overrides=("model=tiny,./nowhere",)))
    assert tiny.status is Status.PLANNED
    assert (nowhere.row().status, nowhere.row().exit_code) == (Status.REFUSED, 4)


def test_what_a_recipe_varies_is_told_with_its_file_and_line(tmp_path: Path) -> None:
    recipe = tmp_path / "mine.yaml"
    recipe.write_text("model: tiny\nsweep:\n  attention:\n    - sdpa\n    - flash_attention_2\n")
    sdpa, flash = planned(Asked(recipe=recipe, overrides=()))
    assert {problem.origin for problem in flash.problems} == {f"{recipe}:5"}
    assert sdpa.composition is not None
    assert sdpa.composition.origins["attention.kind"] == f"{recipe}:4"


Made = Callable[..., Row]


@pytest.fixture
def made() -> Made:
    def make(status: Status, code: int | None = None) -> Row:
        fault = Fault(code) if code in list(Fault) else Fault.UNSUPPORTED
        problem = Problem(path="", message="it cannot be", fault=fault)
        return Row(number=0, cell={}, status=status, problems=(problem,), exit_code=code)

    return make


def test_refusals_are_no_failure_while_another_cell_went_well(made: Made) -> None:
    assert exit_code([made(Status.OK, 0), made(Status.REFUSED, 2), made(Status.SAME)]) == 0


@pytest.mark.parametrize("code", [Fault.BUG, Fault.SOURCE])
def test_a_refusal_that_tells_nothing_of_the_cell_is_a_failure(made: Made, code: Fault) -> None:
    assert exit_code([made(Status.OK, 0), made(Status.REFUSED, code)]) == code


def test_the_lowest_code_of_what_failed_is_that_of_the_sweep(made: Made) -> None:
    rows = [made(Status.OK, 0), made(Status.FAILED, 5), made(Status.FAILED, 4)]
    assert exit_code(rows) == 4


@pytest.mark.parametrize("code", [None, 7, 120])
def test_a_process_that_told_nothing_counts_as_unsupported(made: Made, code: int | None) -> None:
    assert exit_code([made(Status.OK, 0), made(Status.KILLED, code)]) == 3


def test_where_all_are_refused_nothing_went_well(made: Made) -> None:
    assert exit_code([made(Status.REFUSED, 3), made(Status.REFUSED, 2)]) == 2


def test_a_folder_is_no_part_of_a_plan(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    cells("precision=fp32,bf16")
    assert not [*tmp_path.iterdir()]
