"""`check`: every problem of every recipe, as people and as programs read it."""

import json
import shutil
from pathlib import Path

import pytest
from safetensors.torch import load_file, save_file

from yaie.cli.program import main

Captured = pytest.CaptureFixture[str]


@pytest.fixture
def recipes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with one recipe that is right and one with two mistakes."""
    (tmp_path / "recipes").mkdir()
    (tmp_path / "recipes" / "good.yaml").write_text("model: tiny\n")
    (tmp_path / "recipes" / "bad.yaml").write_text("model: tiny\nprecision: bf17\ndevise: cpu\n")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_overrides_alone_are_checked(capsys: Captured) -> None:
    assert main(["check", "model=tiny"]) == 0
    assert capsys.readouterr() == ("ok\n", "")


def test_a_recipe_that_is_right_is_ok(recipes: Path, capsys: Captured) -> None:
    assert main(["check", "recipes/good.yaml"]) == 0
    assert capsys.readouterr() == ("recipes/good.yaml: ok\n", "")


def test_quiet_says_nothing_of_what_is_right(recipes: Path, capsys: Captured) -> None:
    assert main(["check", "recipes/good.yaml", "-q"]) == 0
    assert capsys.readouterr() == ("", "")


def test_a_folder_is_checked_whole_and_counted(recipes: Path, capsys: Captured) -> None:
    assert main(["check", "recipes"]) == 2
    out = capsys.readouterr().out
    assert out.startswith("recipes/bad.yaml: 2 errors\n\n")
    assert out.endswith("\nrecipes/good.yaml: ok\n1 of 2 recipes is ok\n")


def test_problems_are_the_answer_and_go_to_stdout(recipes: Path, capsys: Captured) -> None:
    assert main(["check", "recipes/bad.yaml"]) == 2
    out, err = capsys.readouterr()
    assert "(recipes/bad.yaml:2)" in out
    assert "(recipes/bad.yaml:3)" in out
    assert err == ""


def test_json_has_a_result_for_each_recipe(recipes: Path, capsys: Captured) -> None:
    assert main(["check", "recipes/bad.yaml", "recipes/good.yaml", "--json"]) == 2
    document = json.loads(capsys.readouterr().out)
    bad, good = document["results"]
    assert (document["ok"], bad["ok"], good["ok"]) == (False, False, True)
    assert good == {"recipe": "recipes/good.yaml", "ok": True, "problems": []}
    assert {problem["origin"] for problem in bad["problems"]} == {
        "recipes/bad.yaml:2",
        "recipes/bad.yaml:3",
    }


def test_without_a_recipe_there_is_one_result_of_none(capsys: Captured) -> None:
    assert main(["check", "model=tiny", "--json"]) == 0
    result = {"recipe": None, "ok": True, "problems": []}
    assert json.loads(capsys.readouterr().out) == {"ok": True, "results": [result]}


def test_an_override_holds_for_every_recipe(recipes: Path, capsys: Captured) -> None:
    assert main(["check", "recipes", "device=bogus", "--json"]) == 2
    results = json.loads(capsys.readouterr().out)["results"]
    assert [result["ok"] for result in results] == [False, False]


def test_malformed_overrides_keep_the_shape_of_the_answer(recipes: Path, capsys: Captured) -> None:
    assert main(["check", "recipes/good.yaml", "model=[", "--json"]) == 2
    document = json.loads(capsys.readouterr().out)
    assert [result["recipe"] for result in document["results"]] == ["recipes/good.yaml"]
    assert document["results"][0]["problems"]


def test_a_recipe_that_is_missing_is_an_input_error(recipes: Path, capsys: Captured) -> None:
    assert main(["check", "recipes/gone.yaml", "--json"]) == 2
    (result,) = json.loads(capsys.readouterr().out)["results"]
    assert result["recipe"] == "recipes/gone.yaml"
    assert not result["ok"]


def test_the_exit_code_is_the_lowest_fault(recipes: Path) -> None:
    impossible = ["quantization=bnb_4bit", "weights=meta"]
    assert main(["check", "recipes/good.yaml", "task=sequence-to-nothing"]) == 2
    assert main(["check", "recipes/good.yaml", "model.id=./nowhere-at-all", *impossible]) in (3, 4)


def test_with_the_checkpoint_weights_and_model_are_compared(
    tiny_bert: Path, tmp_path: Path, capsys: Captured
) -> None:
    lacking = tmp_path / "lacking"
    shutil.copytree(tiny_bert, lacking)
    weights = load_file(tiny_bert / "model.safetensors")
    del weights[max(weights)]
    save_file(weights, lacking / "model.safetensors", {"format": "pt"})
    words = ["check", f"model={lacking}", "processor=none"]
    assert main([*words, "--json"]) == 0
    capsys.readouterr()
    assert main([*words, "--checkpoint", "--json"]) == 3
    (result,) = json.loads(capsys.readouterr().out)["results"]
    (problem,) = [problem for problem in result["problems"] if problem["severity"] == "error"]
    assert problem["message"].startswith("the checkpoint lacks 1 weight of ")


def test_a_checkpoint_that_fits_is_ok(tiny_bert: Path, capsys: Captured) -> None:
    assert main(["check", f"model={tiny_bert}", "processor=none", "--checkpoint"]) == 0
    assert capsys.readouterr().out == "ok\n"
