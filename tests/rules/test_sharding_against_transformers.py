"""What transformers makes on two ranks of what the rules of sharding refuse."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest

PROGRAM = """
import json, os, sys
import torch
import transformers
from transformers.distributed import DistributedConfig

place, Llama = sys.argv[1], transformers.LlamaForCausalLM
SIZES = dict(hidden_size=24, intermediate_size=32, num_hidden_layers=1, vocab_size=16)

def loaded(sizes, model_class=Llama, heads=4, **keywords):
    config = model_class.config_class(**SIZES, num_attention_heads=heads)
    folder = f"{place}/{os.environ['RANK']}-{heads}-{model_class.__name__}"
    model_class(config).save_pretrained(folder)
    distributed = DistributedConfig(**sizes)
    return model_class.from_pretrained(folder, distributed_config=distributed, **keywords)

def run(*words, **keywords):
    return loaded(*words, **keywords)(torch.arange(4)[None])

def from_config():
    config = transformers.LlamaConfig(**SIZES, num_attention_heads=4)
    transformers.AutoModelForCausalLM.from_config(
        config, distributed_config=DistributedConfig(tp_size=2)
    )

def quantised(sizes, **keywords):
    return run(sizes, quantization_config=keywords["by"])

TRIED = {
    "other ranks": lambda: loaded({"tp_size": 4}),
    "no plan": lambda: loaded({"tp_size": 2}, transformers.BertForMaskedLM),
    "from_config": from_config,
    "heads": lambda: run({"tp_size": 2}, heads=3),
    "torchao": lambda: quantised({"fsdp_size": 2}, by=transformers.TorchAoConfig(INT8)),
    "quanto": lambda: quantised({"fsdp_size": 2}, by=transformers.QuantoConfig("int8")),
    "bnb": lambda: quantised({"tp_size": 2}, by=transformers.BitsAndBytesConfig(load_in_8bit=True)),
}
from torchao.quantization import Int8WeightOnlyConfig
INT8 = Int8WeightOnlyConfig()
told = {}
for name, attempt in TRIED.items():
    try:
        attempt()
        told[name] = ["", ""]
    except Exception as error:
        told[name] = [type(error).__name__, str(error)]
one = loaded({"tp_size": 1})
told["one rank"] = [str(one.lm_head.weight.device), type(one.lm_head.weight).__name__]
if os.environ["RANK"] == "0":
    json.dump(told, open(f"{place}/told", "w"))
"""


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> dict[str, list[str]]:
    """Attempt → the exception's class and text."""
    place = tmp_path_factory.mktemp("ranks")
    (place / "program.py").write_text(PROGRAM)
    torchrun = ["-m", "torch.distributed.run", "--standalone", "--nproc-per-node", "2"]
    words = [sys.executable, *torchrun, str(place / "program.py"), str(place)]
    ran = subprocess.run(words, capture_output=True, text=True, timeout=300)
    assert ran.returncode == 0, ran.stderr
    found: dict[str, list[str]] = json.loads((place / "told").read_text())
    return found


@pytest.mark.parametrize(
    ("attempt", "error", "text"),
    [
        ("other ranks", "RuntimeError", "The parallel mesh requires 4 processes"),
        ("no plan", "ValueError", "has no `tp_plan`"),
        ("from_config", "TypeError", "distributed_config"),
        ("heads", "RuntimeError", "shape"),
        ("torchao", "AttributeError", "_local_tensor"),
        ("quanto", "AttributeError", "_local_tensor"),
        ("bnb", "AttributeError or RuntimeError", ""),
    ],
)
def test_transformers_fails(
    attempt: str, error: str, text: str, told: dict[str, list[str]]
) -> None:
    assert told[attempt][0] in error.split(" or "), told[attempt]
    assert text in told[attempt][1]


def test_one_rank_shards_nothing_without_a_word(told: dict[str, list[str]]) -> None:
    assert told["one rank"] == ["cpu", "Parameter"]
