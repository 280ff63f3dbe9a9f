"""`python -m yaie model=llama2 precision=bf16 device=auto`, the sentence the project exists for."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

SENTENCE = ("model=llama2", "precision=bf16", "device=auto")
COMMIT = "0" * 40


def run(*words: str, home: Path) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "HF_HOME": str(home), "HF_HUB_OFFLINE": "1"}
    environment.pop("HF_HUB_CACHE", None)
    command = [sys.executable, "-m", "yaie", *words]
    return subprocess.run(command, capture_output=True, text=True, env=environment)


@pytest.fixture(scope="module")
def stocked_home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A hub cache that holds a small Llama under the id of Llama 2."""
    from tokenizers import Tokenizer, models
    from transformers import LlamaConfig, LlamaForCausalLM, PreTrainedTokenizerFast

    home = tmp_path_factory.mktemp("hub")
    repository = home / "hub" / "models--meta-llama--Llama-2-7b-hf"
    snapshot = repository / "snapshots" / COMMIT
    sizes = {"hidden_size": 32, "intermediate_size": 64, "vocab_size": 4}
    config = LlamaConfig(**sizes, num_attention_heads=4, num_hidden_layers=2)
    LlamaForCausalLM(config).save_pretrained(snapshot)
    words = {"<unk>": 0, "<s>": 1, "</s>": 2, "a": 3}
    tokenizer = Tokenizer(models.WordLevel(words, unk_token="<unk>"))
    PreTrainedTokenizerFast(
        tokenizer_object=tokenizer, eos_token="</s>", unk_token="<unk>"
    ).save_pretrained(snapshot)
    (repository / "refs").mkdir()
    (repository / "refs" / "main").write_text(COMMIT)
    return home


def test_with_the_checkpoint_at_hand_it_loads_it(stocked_home: Path) -> None:
    done = run(*SENTENCE, "--json", home=stocked_home)
    assert done.returncode == 0, done.stderr
    receipt = json.loads(done.stdout)
    assert receipt["source"] == {"id": "meta-llama/Llama-2-7b-hf", "revision": COMMIT}
    assert receipt["dtypes"] == {"bfloat16": receipt["parameters"]}


def test_it_is_looked_for_in_the_cache_folder_that_is_named(
    stocked_home: Path, tmp_path: Path
) -> None:
    done = run(*SENTENCE, f"model.cache_dir={stocked_home / 'hub'}", "--json", home=tmp_path)
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["source"]["revision"] == COMMIT


def test_what_the_real_config_says_otherwise_is_a_warning(stocked_home: Path) -> None:
    done = run("check", *SENTENCE, "--json", home=stocked_home)
    problems = json.loads(done.stdout)["results"][0]["problems"]
    assert done.returncode == 0
    assert {p["severity"] for p in problems} == {"warning"}


def test_without_it_two_lines_say_what_to_do(tmp_path: Path) -> None:
    done = run(*SENTENCE, home=tmp_path)
    assert done.returncode == 4
    assert done.stdout == ""
    what, hint = (line for line in done.stderr.splitlines() if line)
    assert what.startswith("model.id: `meta-llama/Llama-2-7b-hf` is not at hand")
    assert hint.startswith("hint: ")


@pytest.mark.parametrize(
    "words",
    [
        ("check", *SENTENCE),
        ("code", *SENTENCE),
        (*SENTENCE, "weights=meta"),
        (*SENTENCE, "weights=random", "model.config.num_hidden_layers=2"),
    ],
    ids=["check", "code", "meta", "random"],
)
def test_the_rest_needs_no_network(words: tuple[str, ...], tmp_path: Path) -> None:
    done = run(*words, home=tmp_path)
    assert done.returncode == 0, done.stderr


def test_code_prints_the_load_as_one_would_write_it(tmp_path: Path) -> None:
    assert (
        run("code", *SENTENCE, home=tmp_path).stdout
        == """\
from transformers import AutoModelForCausalLM, AutoTokenizer

model = AutoModelForCausalLM.from_pretrained(
    "meta-llama/Llama-2-7b-hf",
    trust_remote_code=False,
    dtype="bfloat16",
    device_map="auto",
)
tokenizer = AutoTokenizer.from_pretrained(
    "meta-llama/Llama-2-7b-hf",
    trust_remote_code=False,
)
tokenizer.pad_token = tokenizer.pad_token or tokenizer.eos_token
"""
    )
