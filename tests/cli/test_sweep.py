"""`sweep`: what is wrong is said before any cell runs; what is right ends in a table."""

import contextlib
import io
import json
import os
import shlex
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

import yaie
from yaie.cli.program import main
from yaie.sweeps import results
from yaie.sweeps.row import Status
from yaie.sweeps.swept import read

ROOT = Path(yaie.__file__).parent.parent
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
        "      not installed",
        "    attention.kind: `flash_attention_2` needs a CUDA device, and this machine",
        "      has none",
        "refused fp32 · flash_attention_2",
        "    attention.kind: `flash_attention_2` needs float16 or bfloat16, but",
        "      `precision.dtype` is `float32`",
    ]
    assert not [*Path().iterdir()]


def test_rows_as_json(capsys: Captured) -> None:
    assert main(["-m", *WORDS, "--dry-run", "--json"]) == 0
    rows = json.loads(capsys.readouterr().out)["rows"]
    assert rows[2]["cell"] == {"precision": "bf16", "attention": "sdpa"}
    assert (rows[2]["status"], rows[1]["status"]) == ("planned", "refused")
    assert rows[1]["problems"][0]["path"] == "attention.kind"


@pytest.fixture(scope="module")
def ran(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where a sweep of a cell that loads and one that is refused was run, and its answer lies."""
    place = tmp_path_factory.mktemp("ran")
    words = ["model=tiny", "device=cpu", "processor=none", "attention=sdpa,flash_attention_2"]
    flags = ["--measure", "load", "--text", "He maketh me", "--timeout", "600", "--json"]
    said = io.StringIO()
    with contextlib.chdir(place), contextlib.redirect_stdout(said):
        assert main(["sweep", *words, *flags]) == 0
        Path("answer.json").write_text(said.getvalue())
    return place


def answer(place: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((place / "answer.json").read_text())
    return found


def test_a_sweep_lies_in_a_folder_of_its_own(ran: Path) -> None:
    assert [row["status"] for row in answer(ran)["rows"]] == ["ok", "refused"]
    assert Path(answer(ran)["folder"]).parent == Path("sweeps")


def test_its_command_has_nothing_to_do(
    ran: Path, capsys: Captured, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(ran)
    command = read(Path(answer(ran)["folder"])).preface.command
    assert main([*shlex.split(command)[3:], "--json"]) == 0
    out, err = capsys.readouterr()
    assert json.loads(out) == answer(ran)
    assert err == f"{answer(ran)['folder']}: 1 ok, 1 refused, 0 to run\n"
    assert len(results.read(answer(ran)["folder"])) == 2


def test_its_folder_tells_the_same_and_makes_the_same_page(
    ran: Path, capsys: Captured, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(ran)
    page = Path(answer(ran)["files"]["page"])
    before = page.read_bytes()
    page.unlink()
    assert main(["sweep", answer(ran)["folder"], "--json"]) == 0
    out, err = capsys.readouterr()
    assert (json.loads(out), err) == (answer(ran), "")
    assert page.read_bytes() == before


WITHOUT_PLOTLY = """
from importlib.machinery import PathFinder
find = PathFinder.find_spec
PathFinder.find_spec = lambda name, *rest: None if name == "plotly" else find(name, *rest)
"""


def test_a_page_without_plots_is_told_with_the_extra(ran: Path, tmp_path: Path) -> None:
    Path("sitecustomize.py").write_text(WITHOUT_PLOTLY)
    paths = os.pathsep.join((str(tmp_path), str(ROOT)))
    folder, environment = ran / answer(ran)["folder"], {**os.environ, "PYTHONPATH": paths}
    words = [sys.executable, "-m", "yaie", "sweep", str(folder)]
    told = subprocess.run(words, capture_output=True, text=True, check=True, env=environment)
    page = folder / "report.html"
    assert told.stderr.endswith(
        f"warning: `{page}` has no plots, for the package plotly is not installed\n\n"
        "hint: `pip install 'yaie[report]'`\n"
    )


def test_another_best_cell_is_asked_of_its_folder(
    ran: Path, capsys: Captured, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.chdir(ran)
    recipe = tmp_path / "best.yaml"
    words = ["--best", "memory<9MB", "--by", "load", "--write", str(recipe)]
    assert main(["sweep", answer(ran)["folder"], *words]) == 0
    command = read(Path(answer(ran)["folder"])).preface.command
    first, *_, last = recipe.read_text().splitlines()
    assert first == f"# The best cell of {command} --best 'memory<9MB' --by load"
    assert last == "processor: none"
    assert f"  python -m yaie {recipe}\n" in capsys.readouterr().out


def test_words_beside_a_folder_would_do_nothing(
    ran: Path, capsys: Captured, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(ran)
    folder = answer(ran)["folder"]
    assert main(["sweep", folder, "precision=fp32", "--workers", "2"]) == 2
    assert capsys.readouterr().err.startswith(
        f"`{folder}` is a sweep that was run; it is told, nothing is planned or run, and"
        " `precision=fp32` and `--workers` would do nothing\n\nhint: leave it out, or go on with"
        " that sweep: `python -m yaie sweep model=tiny "
    )
    assert main(["sweep", "sweeps"]) == 2
    assert capsys.readouterr().err == (
        f"`sweeps` holds no sweep itself, but some below it\n\nhint: `yaie sweep {folder}`\n"
    )
    assert main(["sweep", "sweeps/tiny-999"]) == 2
    assert capsys.readouterr().err == (
        f"there is no `sweeps/tiny-999`; beside it are `{folder}`\n\nhint: `yaie sweep {folder}`\n"
    )


def test_a_folder_that_cannot_be_written_to_is_told_all_the_same(
    ran: Path, capsys: Captured, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(ran)
    folder = answer(ran)["folder"]
    part = Path(folder, "rows.csv.part")
    part.mkdir()
    try:
        assert main(["sweep", folder]) == 4
    finally:
        part.rmdir()
    out, err = capsys.readouterr()
    assert out.startswith("cell  attention ")
    assert "cannot be written to" in err


def test_python_reads_the_folder_too(ran: Path) -> None:
    swept = yaie.sweep(ran / answer(ran)["folder"])
    assert [row.as_json() for row in swept] == answer(ran)["rows"]
    assert swept.page == ran / answer(ran)["files"]["page"]


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
        "weights.seed: `weights.seed=range(3,3)` names no value: a range ends before its second"
        " number   (override weights.seed=range(3,3))\n"
    )


def test_cells_run_with_the_release_that_is_installed(capsys: Captured) -> None:
    told = error(capsys, "model=tiny", "--transformers", "4.57.6")
    assert told.startswith("cells run with transformers 5.")
    assert told.endswith(
        "and not with 4.57.6   (--transformers)\n\nhint: `--dry-run`, which plans them alone\n"
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
