"""`sweep`: what is wrong is said before any cell runs; what is right ends in a table."""

import json
from pathlib import Path

import pytest

import yaie
from yaie.cli.program import main
from yaie.sweeps import results
from yaie.sweeps.row import Status

Captured = pytest.CaptureFixture[str]
WORDS = ["model=tiny", "device=cpu", "precision=fp32,bf16", "attention=sdpa,flash_attention_2"]


@pytest.fixture(autouse=True)
def _elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def error(capsys: Captured, *words: str) -> str:
    """What is said of words that are refused with exit code 2."""
    assert main(["sweep", *words]) == 2
    assert not [*Path().iterdir()]
    return capsys.readouterr().err


def test_a_dry_run_tells_every_cell_and_writes_nothing(capsys: Captured) -> None:
    assert main(["sweep", *WORDS, "--dry-run"]) == 0
    assert capsys.readouterr().out.splitlines() == [
        "cell  precision  attention  status    memory",
        "0     fp32       sdpa       planned  4.07 MB",
        "2     bf16       sdpa       planned  2.03 MB",
        "",
        "refused fp32 · flash_attention_2, bf16 · flash_attention_2",
        "    attention.kind: `flash_attention_2` needs the package `flash-attn`, which is",
        "    not installed",
    ]
    assert not [*Path().iterdir()]


def test_rows_as_json(capsys: Captured) -> None:
    assert main(["-m", *WORDS, "--dry-run", "--json"]) == 0
    rows = json.loads(capsys.readouterr().out)["rows"]
    assert rows[2]["cell"] == {"precision": "bf16", "attention": "sdpa"}
    assert (rows[2]["status"], rows[1]["status"]) == ("planned", "refused")
    assert rows[1]["problems"][0]["path"] == "attention.kind"


def test_a_sweep_runs_and_a_second_one_has_nothing_to_do(capsys: Captured) -> None:
    words = ["sweep", *WORDS, "precision=fp32", "processor=none", "--measure", "none", "--json"]
    words.remove("precision=fp32,bf16")
    assert main(words) == 0
    first = json.loads(capsys.readouterr().out)
    assert [row["status"] for row in first["rows"]] == ["ok", "refused"]
    assert Path(first["folder"]).parent == Path("sweeps")
    assert main(words) == 0
    again = capsys.readouterr()
    assert json.loads(again.out) == first
    assert again.err == f"{first['folder']}: 1 ok, 1 refused, 0 to run\n"
    assert len(results.read(first["folder"])) == 2


def test_where_no_cell_can_be_run_the_code_is_that_of_the_refusals(capsys: Captured) -> None:
    words = ["model=tiny", "attention=flash_attention_2", "precision=bf16,fp16"]
    assert main(["sweep", *words, "--into", "out"]) == 3
    assert [row.status for row in results.read("out")] == 2 * [Status.REFUSED]


def test_a_typo_in_one_value_is_named_before_any_cell_runs(capsys: Captured) -> None:
    assert error(capsys, "model=tiny", "quantization=none,bnb_5bit").startswith(
        "quantization: `bnb_5bit` is no option of `quantization`; allowed are "
    )


def test_an_axis_without_values_is_named(capsys: Captured) -> None:
    assert error(capsys, "model=tiny", "weights.seed=range(3,3)") == (
        "weights.seed: `weights.seed=range(3,3)` names no value\n"
    )


def test_hydra_itself_is_refused_but_for_its_launcher(capsys: Captured) -> None:
    told = error(capsys, "model=tiny", "hydra.run.dir=out")
    assert "`hydra` sets up Hydra itself" in told
    assert "there is no launcher `slurm`" in error(capsys, "model=tiny", "hydra/launcher=slurm")


@pytest.mark.parametrize(
    ("flags", "message"),
    [
        (["--workers", "0"], "`--workers 0` is not a number of processes above 0"),
        (["--workers", "two"], "`--workers two` is not a number of processes above 0"),
        (["--timeout", "-3"], "`--timeout -3` is not a number of seconds above 0"),
        (["--timeout", "nan"], "`--timeout nan` is not a number of seconds above 0"),
        (
            ["--workers", "2", "hydra/launcher=basic"],
            "`--workers` and `hydra/launcher` both say where cells run",
        ),
    ],
)
def test_a_flag_that_is_wrong_is_told(capsys: Captured, flags: list[str], message: str) -> None:
    assert error(capsys, "model=tiny", *flags).startswith(message)


def test_a_folder_that_cannot_be_written_to_is_a_failing_source(capsys: Captured) -> None:
    Path("file").touch()
    words = ["sweep", "model=tiny", "processor=none", "--into", "file/out"]
    assert main(words) == 4
    assert "`file/out` cannot be written to: Not a directory" in capsys.readouterr().err


def test_a_recipe_with_a_sweep_needs_no_axis_on_the_command_line(capsys: Captured) -> None:
    Path("mine.yaml").write_text("model: tiny\nsweep: {precision: [fp32, bf16]}\n")
    assert main(["sweep", "mine.yaml", "--dry-run", "--json"]) == 0
    rows = json.loads(capsys.readouterr().out)["rows"]
    assert [row["cell"] for row in rows] == [{"precision": "fp32"}, {"precision": "bf16"}]
    assert rows[0]["problems"] == []


def test_sweep_is_a_function_too() -> None:
    rows = yaie.sweep(*WORDS, dry_run=True)
    assert [row.number for row in rows] == [0, 1, 2, 3]
    assert all(isinstance(row, yaie.Row) for row in rows)
