"""`sweep --best`: judged before anything runs by what is foreseen, or after it by what was got."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from yaie.cli.program import main
from yaie.spec.compose import compose

Captured = pytest.CaptureFixture[str]
WORDS = ["sweep", "model=tiny", "precision=fp32,bf16", "--dry-run", "--quiet"]


def test_the_best_cell_is_told_below_the_table(capsys: Captured) -> None:
    assert main([*WORDS, "--best", "memory<3MB"]) == 0
    assert capsys.readouterr().out.endswith(
        "best: precision=bf16\n  the least memory, of 1 cell that fits: memory 2.03 MB\n"
    )


def test_it_is_written_as_a_recipe_that_composes_to_the_same(
    capsys: Captured, tmp_path: Path
) -> None:
    recipe = tmp_path / "best.yaml"
    assert main([*WORDS, "--best", "memory<3MB", "--write", str(recipe)]) == 0
    assert capsys.readouterr().out.endswith(f"  python -m yaie {recipe}\n")
    assert compose(recipe, []).spec == compose(None, ["precision=bf16"]).spec
    assert main(["check", str(recipe)]) == 0


def test_what_a_recipe_may_not_say_is_in_the_command(capsys: Captured, tmp_path: Path) -> None:
    recipe = tmp_path / "best.yaml"
    assert main([*WORDS, "model.trust_remote_code=true", "--write", str(recipe)]) == 0
    command = f"python -m yaie {recipe} model.trust_remote_code=true"
    assert capsys.readouterr().out.endswith(f"  {command}\n")
    assert f"# What a recipe may not say stands beside: {command}\n" in recipe.read_text()


def test_none_that_fits_is_unsupported_and_the_nearest_is_named(capsys: Captured) -> None:
    assert main([*WORDS, "--best", "memory<1MB"]) == 3
    assert capsys.readouterr().err == (
        "no cell meets `memory<1MB`; the nearest is `precision=bf16`: memory is 2.03 MB, 1.03 MB"
        " too much   (--best)\n"
    )


def test_as_json(capsys: Captured) -> None:
    assert main([*WORDS, "--best", "memory<3MB", "--json"]) == 0
    answer = json.loads(capsys.readouterr().out)
    assert answer["best"] == {
        "number": 1,
        "cell": {"precision": "bf16"},
        "reason": "the least memory, of 1 cell that fits: memory 2.03 MB",
        "recipe": None,
    }
    assert main([*WORDS, "--best", "memory<1MB", "--json"]) == 3
    answer = json.loads(capsys.readouterr().out)
    assert (answer["best"], len(answer["rows"]), len(answer["problems"])) == (None, 2, 1)


@pytest.mark.parametrize(
    ("flags", "message"),
    [
        (["--best", "memry<3MB"], "`memry` is no measure"),
        (["--by", "speed"], "`speed` is no measure"),
        (["--write", "nowhere/best.yaml"], "there is no folder `nowhere`"),
    ],
)
def test_a_mistake_is_told_before_anything_is_planned(
    flags: list[str], message: str, capsys: Captured
) -> None:
    assert main([*WORDS, *flags]) == 2
    out, err = capsys.readouterr()
    assert (out, message in err) == ("", True)


def test_all_mistakes_are_told_at_once(capsys: Captured) -> None:
    assert main([*WORDS, "--best", "memoy<8GiB,kl<1s", "--by", "x", "--write", "best.txt"]) == 2
    assert [
        line for line in capsys.readouterr().err.splitlines() if "hint" not in line and line
    ] == [
        "`best.txt` is no name of a recipe   (--write)",
        "`memoy` is no measure; there are `memory`, `kl`, `relative_error`, `top-1`, `perplexity`,"
        " `tokens`, `prompt_tokens`, `items`, `load`, `first_forward`, `peak`, `device_peak`,"
        " `predicted`, `parameters`   (--best)",
        "`kl<1s` has `s`; `kl` is said without a unit   (--best)",
        "`x` is no measure; there are `memory`, `kl`, `relative_error`, `top-1`, `perplexity`,"
        " `tokens`, `prompt_tokens`, `items`, `load`, `first_forward`, `peak`, `device_peak`,"
        " `predicted`, `parameters`   (--by)",
    ]


def test_what_will_not_be_measured_is_told_before_a_cell_runs(capsys: Captured) -> None:
    words = [word for word in WORDS if word != "--dry-run"]
    flags = ["--measure", "load", "--best", "kl<0.1,memory<8GiB", "--by", "tokens"]
    assert main([*words, *flags]) == 2
    assert capsys.readouterr().err == (
        "`KL` is of the part `quality`, and measured are `load`   (--best)\n\n"
        "hint: `--measure load,quality`\n\n"
        "`tokens` is of the part `speed`, and measured are `load`   (--by)\n\n"
        "hint: `--measure load,speed`\n"
    )


def test_another_recipe_is_left_as_it_is(capsys: Captured, tmp_path: Path) -> None:
    recipe = tmp_path / "best.yaml"
    recipe.write_text("model: bert\n")
    assert main([*WORDS, "--write", str(recipe)]) == 2
    assert recipe.read_text() == "model: bert\n"
    out, err = capsys.readouterr()
    assert (out, err) == (
        "",
        f"`{recipe}` is there already, and says something else   (--write)\n\n"
        "hint: `--write OTHER.yaml`, or `--overwrite`\n",
    )
    assert main([*WORDS, "--write", str(recipe), "--overwrite"]) == 0
    assert "model: tiny\n" in recipe.read_text()


def test_without_pyarrow_parquet_says_what_brings_it(
    capsys: Captured, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("yaie.cli.sweep_report.find_spec", lambda name: None)
    assert main([*WORDS, "--parquet"]) == 3
    assert "`pip install 'yaie[parquet]'`" in capsys.readouterr().err
