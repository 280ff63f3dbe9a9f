"""What each rank is said to hold is what it holds, asked of two processes of gloo."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

import yaie

SIZES = {"hidden_size": 32, "num_hidden_layers": 2, "vocab_size": 101}
HEADS = {"num_attention_heads": 4, "num_key_value_heads": 2}
CASES: tuple[tuple[str, str, dict[str, Any]], ...] = (
    ("tp", "llama", {"intermediate_size": 50, "tie_word_embeddings": True}),
    ("fsdp", "llama", {"intermediate_size": 50}),
    ("tp", "mixtral", {"intermediate_size": 64, "num_local_experts": 3}),
)
LOAD = """
import json, sys, torch
import torch.distributed as dist
from pathlib import Path
from transformers import AutoModelForCausalLM
from transformers.distributed import DistributedConfig

def local(tensor):
    return tensor.to_local() if hasattr(tensor, "to_local") else tensor

for place, kind in enumerate(sys.argv[2:]):
    folder = Path(sys.argv[1], str(place))
    config = DistributedConfig(**{f"{kind}_size": 2})
    model = AutoModelForCausalLM.from_pretrained(folder, distributed_config=config)
    weights = sum(local(t).nbytes for t in (*model.parameters(), *model.buffers()))
    with torch.no_grad():
        cache = model(torch.arange(8)[None], use_cache=True).past_key_values
    kept = sum(t.nbytes for layer in cache.layers for t in (layer.keys, layer.values))
    (folder / f"rank-{dist.get_rank()}.json").write_text(json.dumps((weights, kept)))
dist.barrier()
dist.destroy_process_group()
"""


def saved(architecture: str, folder: Path, **fields: Any) -> Path:
    import torch
    from transformers import AutoConfig, AutoModelForCausalLM

    config = AutoConfig.for_model(architecture, **SIZES, **HEADS, **fields)
    AutoModelForCausalLM.from_config(config, dtype=torch.bfloat16).save_pretrained(folder)
    return folder


@pytest.fixture(scope="module")
def loaded(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The cases' models by their places, each with what its ranks held: two processes load all."""
    folder = tmp_path_factory.mktemp("sharded")
    for place, (_, architecture, fields) in enumerate(CASES):
        saved(architecture, folder / str(place), **fields)
    (folder / "load.py").write_text(LOAD)
    started = [sys.executable, "-m", "torch.distributed.run", "--standalone"]
    words = [str(folder / "load.py"), str(folder), *(kind for kind, *_ in CASES)]
    command = [*started, "--nproc-per-node", "2", *words]
    ran = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    # What a rank says is the reason; that it failed is not.
    assert ran.returncode == 0, ran.stdout
    return folder


@pytest.mark.parametrize("place", range(len(CASES)), ids=lambda place: "-".join(CASES[place][:2]))
def test_each_rank_holds_what_the_plan_says(place: int, loaded: Path) -> None:
    from yaie.facts.memory import Use
    from yaie.planning.download import plan_with_files

    model, kind = loaded / str(place), CASES[place][0]
    words = (f"model={model}", "processor=none", f"device={kind}", "device.ranks=2")
    memory = plan_with_files(yaie.compose(*words), use=Use(context=8)).memory
    assert memory is not None
    told = [[d.weights_bytes, d.kv_cache_bytes] for d in memory.devices.values()]
    assert told == [json.loads((model / f"rank-{rank}.json").read_text()) for rank in range(2)]


def test_the_program_says_how_a_model_is_sharded() -> None:
    from yaie.planning.python import program

    text = program(yaie.plan("model=tiny", "device=tp", "device.ranks=2"))
    assert "distributed_config=distributed.DistributedConfig(tp_size=2)" in text
