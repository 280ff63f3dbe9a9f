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
LOAD = """
import json, os, sys, torch
import torch.distributed as dist
from transformers import AutoModelForCausalLM
from transformers.distributed import DistributedConfig
config = DistributedConfig(**{sys.argv[2] + "_size": 2})
model = AutoModelForCausalLM.from_pretrained(sys.argv[1], distributed_config=config)
def local(tensor):
    return tensor.to_local() if hasattr(tensor, "to_local") else tensor
weights = sum(local(t).nbytes for t in (*model.parameters(), *model.buffers()))
with torch.no_grad():
    cache = model(torch.arange(8)[None], use_cache=True).past_key_values
kept = sum(t.nbytes for layer in cache.layers for t in (layer.keys, layer.values))
found = [None, None]
dist.all_gather_object(found, (weights, kept))
if dist.get_rank() == 0:
    open(sys.argv[3], "w").write(json.dumps(found))
dist.destroy_process_group()
"""


def saved(architecture: str, folder: Path, **fields: Any) -> Path:
    import torch
    from transformers import AutoConfig, AutoModelForCausalLM

    config = AutoConfig.for_model(architecture, **SIZES, **HEADS, **fields)
    AutoModelForCausalLM.from_config(config, dtype=torch.bfloat16).save_pretrained(folder)
    return folder


def really(model: Path, kind: str, scratch: Path) -> list[list[int]]:
    """Bytes of weights and of the cache, a rank, of a load by two processes."""
    (scratch / "load.py").write_text(LOAD)
    found = scratch / "found.json"
    started = [sys.executable, "-m", "torch.distributed.run", "--standalone"]
    words = [str(scratch / "load.py"), str(model), kind, str(found)]
    command = [*started, "--nproc-per-node", "2", *words]
    ran = subprocess.run(command, capture_output=True, text=True, timeout=300)
    assert ran.returncode == 0, ran.stderr
    return list(json.loads(found.read_text()))


@pytest.mark.parametrize(
    ("kind", "architecture", "fields"),
    [
        ("tp", "llama", {"intermediate_size": 50, "tie_word_embeddings": True}),
        ("fsdp", "llama", {"intermediate_size": 50}),
        ("tp", "mixtral", {"intermediate_size": 64, "num_local_experts": 3}),
    ],
)
def test_each_rank_holds_what_the_plan_says(
    kind: str, architecture: str, fields: dict[str, Any], tmp_path: Path
) -> None:
    from yaie.facts.memory import Use
    from yaie.planning.download import plan_with_files

    model = saved(architecture, tmp_path / "model", **fields)
    words = (f"model={model}", "processor=none", f"device={kind}", "device.ranks=2")
    memory = plan_with_files(yaie.compose(*words), use=Use(context=8)).memory
    assert memory is not None
    told = [[d.weights_bytes, d.kv_cache_bytes] for d in memory.devices.values()]
    assert told == really(model, kind, tmp_path)


def test_the_program_says_how_a_model_is_sharded() -> None:
    from yaie.planning.python import program

    text = program(yaie.plan("model=tiny", "device=tp", "device.ranks=2"))
    assert "distributed_config=distributed.DistributedConfig(tp_size=2)" in text
