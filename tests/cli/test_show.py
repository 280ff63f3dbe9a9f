"""`show`: the spec with its origins, the options, an architecture."""

import json
from pathlib import Path

import pytest
import yaml

from yaie.cli.program import main
from yaie.rules.judge import RULES

Captured = pytest.CaptureFixture[str]


def line(text: str, start: str) -> str:
    """The one line that starts so."""
    (found,) = [line for line in text.splitlines() if line.strip().startswith(start)]
    return " ".join(found.split())


def test_every_value_says_where_it_was_said(tmp_path: Path, capsys: Captured) -> None:
    recipe = tmp_path / "mine.yaml"
    recipe.write_text("model: tiny\nweights: {seed: 7}\n")
    assert main(["show", str(recipe), "precision=bf16"]) == 0
    out = capsys.readouterr().out
    assert line(out, "seed:") == f"seed: 7 # {recipe}:2"
    assert line(out, "dtype:") == "dtype: bfloat16 # override precision=bf16"
    assert line(out, "precision:") == "precision: # bf16, by override precision=bf16"
    assert line(out, "id:") == "id: pkg://yaie/tiny # option model/tiny"
    assert line(out, "revision:") == "revision: null # default"


def test_what_is_shown_is_yaml_of_the_whole_spec(capsys: Captured) -> None:
    assert main(["show", "model=llama2", "model.config.rope_theta=5e5"]) == 0
    shown = yaml.safe_load(capsys.readouterr().out)
    assert main(["show", "model=llama2", "model.config.rope_theta=5e5", "--json"]) == 0
    assert shown == json.loads(capsys.readouterr().out)["spec"]


def test_cfg_job_is_the_same(capsys: Captured) -> None:
    assert main(["show", "model=tiny"]) == 0
    shown = capsys.readouterr().out
    assert main(["model=tiny", "--cfg", "job"]) == 0
    assert capsys.readouterr().out == shown


def test_options_have_their_sentences(capsys: Captured) -> None:
    assert main(["show", "options", "quantization"]) == 0
    out = capsys.readouterr().out
    assert out.startswith("quantization\n")
    assert line(out, "none") == "none Weights as the precision says."


def test_options_of_a_folder_of_ones_own_are_listed(tmp_path: Path, capsys: Captured) -> None:
    (tmp_path / "model").mkdir()
    (tmp_path / "model" / "mine.yaml").write_text("# Ours.\nid: org/mine\n")
    assert main(["show", "options", "model", "-cd", str(tmp_path), "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["options"]["model"]["mine"] == "Ours."


def test_a_group_of_ones_own_is_listed(tmp_path: Path, capsys: Captured) -> None:
    (tmp_path / "team").mkdir()
    (tmp_path / "team" / "nlp.yaml").write_text("# How we do it.\nprecision: bf16\n")
    assert main(["show", "options", "team", "-cd", str(tmp_path)]) == 0
    assert capsys.readouterr().out == "team\n  nlp  How we do it.\n"


def test_a_misspelt_group_names_the_nearest(capsys: Captured) -> None:
    assert main(["show", "options", "quantisation"]) == 2
    assert capsys.readouterr().err.endswith("hint: `yaie show options quantization`\n")


def test_an_architecture_has_its_tasks_and_fields(capsys: Captured) -> None:
    assert main(["show", "arch", "gpt2"]) == 0
    out = capsys.readouterr().out
    assert out.startswith("gpt2 (GPT2Config)\n\ntasks:\n")
    assert line(out, "causal-lm") == "causal-lm GPT2LMHeadModel"
    assert line(out, "n_embd") == "n_embd int = 768"
    assert line(out, "hidden_size") == "hidden_size n_embd"


def test_an_architecture_says_why_a_kind_or_a_default_model_is_not_to_be_had(
    capsys: Captured,
) -> None:
    assert main(["show", "arch", "fuyu", "reformer"]) == 0
    out = capsys.readouterr().out
    assert "  FuyuModel        flex_attention: refused by PersimmonModel\n" in out
    assert "`is_decoder=True`; but with model.config.is_decoder=true\n" in out
    assert "  ReformerModelWithLMHead            eager, paged|eager (declared only)\n" in out


def test_an_architecture_as_json_is_its_facts(capsys: Captured) -> None:
    assert main(["show", "arch", "llama", "--json"]) == 0
    (facts,) = json.loads(capsys.readouterr().out)["architectures"]
    assert facts["classes"]["causal-lm"]["name"] == "LlamaForCausalLM"


def test_a_misspelt_architecture_names_the_nearest(capsys: Captured) -> None:
    assert main(["show", "arch", "lama"]) == 2
    assert capsys.readouterr().err.endswith("hint: `yaie show arch llama`\n")


def test_without_a_name_the_architectures_are_listed(capsys: Captured) -> None:
    assert main(["show", "arch"]) == 0
    assert "llama" in capsys.readouterr().out.splitlines()


def test_a_rule_says_what_it_holds_and_what_transformers_does_without_it(capsys: Captured) -> None:
    assert main(["show", "rules", "map_names_layers_that_exist"]) == 0
    assert capsys.readouterr().out == (
        "map_names_layers_that_exist\n"
        "A layer's number is below the model's number of layers.\n\n"
        "Without it: the key is ignored in silence.\n"
    )


def test_every_rule_is_listed(capsys: Captured) -> None:
    assert main(["show", "rules", "--json"]) == 0
    listed = [rule["name"] for rule in json.loads(capsys.readouterr().out)["rules"]]
    assert listed == [rule.__name__ for rule in RULES]


def test_a_misspelt_rule_names_the_nearest(capsys: Captured) -> None:
    assert main(["show", "rules", "map_covers_model"]) == 2
    assert capsys.readouterr().err.endswith("hint: `yaie show rules map_covers_the_model`\n")
