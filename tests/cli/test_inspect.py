"""`inspect`: the modules as a folded tree, before a load and after one."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest

import yaie
from yaie.cli.program import main
from yaie.planning.tree.held import Tensor
from yaie.planning.tree.module_tree import ModuleTree
from yaie.planning.tree.node import Branch, node

_REPEATED = re.compile(r"layers\.|^one of")
Captured = pytest.CaptureFixture[str]
META = ["model=architecture", "task=causal-lm", "weights=meta"]


@pytest.fixture(autouse=True)
def eighty_columns(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "80")


def shown(capsys: Captured, *words: str) -> str:
    assert main(["inspect", *words, "-q"]) == 0
    return capsys.readouterr().out


def told(capsys: Captured, *words: str) -> dict[str, Any]:
    return dict(json.loads(shown(capsys, *words, "--json")))


def test_a_model_is_a_screenful(capsys: Captured) -> None:
    assert shown(capsys, "model=tiny", "precision=bf16") == TINY


def test_it_is_what_a_load_shows_after_its_receipt(capsys: Captured) -> None:
    assert main(["model=tiny", "precision=bf16", "--architecture", "-q"]) == 0
    _, _, tree = capsys.readouterr().out.partition("\n\n")
    assert tree == TINY


def test_a_tree_is_printed_as_it_is_drawn() -> None:
    words = ("model=tiny", "precision=bf16")
    assert f"{yaie.inspect(*words)}\n" == f"{yaie.load(*words).tree()}\n" == TINY


def test_an_architecture_is_looked_at_without_a_checkpoint(capsys: Captured) -> None:
    named = ["model=architecture", "task=causal-lm", "model.architecture=llama"]
    where = ["precision=bf16", "--host", "2xa100-80gb"]
    found = told(capsys, *named, *where)
    assert (list(found["dtypes"]), list(found["devices"])) == (["bfloat16"], ["cuda:0"])
    assert found == told(capsys, *named, "weights=random", *where)


def test_it_is_the_document_of_a_load_too(capsys: Captured) -> None:
    before = told(capsys, "model=tiny", "quantization=bnb_4bit")
    assert main(["model=tiny", "quantization=bnb_4bit", "--architecture", "--json"]) == 0
    after = json.loads(capsys.readouterr().out)
    assert before == after["architecture"] | {"problems": []}
    assert before["parameters"] == after["parameters"]


def test_the_totals_are_those_of_the_plan(capsys: Captured) -> None:
    words = ["model=tiny", "quantization=bnb_4bit"]
    found = told(capsys, *words)
    assert main(["plan", *words, "--json"]) == 0
    memory = json.loads(capsys.readouterr().out)["memory"]
    assert found["bytes"] == memory["weights_bytes"]
    assert found["quantization_state_bytes"] == memory["quantization_state_bytes"]


def test_a_packed_module_is_told_as_it_is(capsys: Captured) -> None:
    out = shown(capsys, "model=tiny", "quantization=bnb_4bit", "--module", "*.layers.0.mlp")
    row = next(line.split() for line in out.splitlines() if "up_proj" in line)
    assert row[2:5] == ["Linear4bit", "[448,", "128]"]
    assert row[7:9] == ["4", "bits"]


def test_dense_layers_before_experts_are_a_row_of_their_own(capsys: Captured) -> None:
    out = shown(capsys, *META, "model.architecture=deepseek_v3", "--depth", "2")
    assert "layers.0-2 (3×)  DeepseekV3DecoderLayer" in out
    assert "layers.3-60 (58×)  DeepseekV3DecoderLayer" in out


def test_layers_on_two_devices_are_two_rows(capsys: Captured) -> None:
    places = [f"device.map.model.layers.{place}={place // 2}" for place in range(4)]
    others = ["model.embed_tokens", "model.norm", "model.rotary_emb", "lm_head"]
    words = ["device=map", *places, *(f"device.map.{name}=0" for name in others)]
    out = shown(capsys, "model=tiny", *words, "--host", "2xt4")
    first, second, one = [line.split() for line in out.splitlines() if _REPEATED.search(line)]
    assert (first[2], first[4], first[-3]) == ("layers.0-1", "LlamaDecoderLayer", "cuda:0")
    assert (*second[2:6], second[-3]) == ("layers.2-3", "(2×)", "as", "layers.0-1", "cuda:1")
    assert one[:4] == ["one", "of", "4", "LlamaDecoderLayer:"]
    assert out.count("gate_proj") == 1


def test_state_that_is_not_known_is_said() -> None:
    tensor = Tensor(
        name="weight",
        kind="parameter",
        shape=(8, 8),
        dtype="uint8",
        device="cuda:0",
        bytes=32,
        state_bytes=None,
        quantised=True,
    )
    root = node("Linear", [tensor], [])
    tree = ModuleTree(branches=(Branch(names=("",), node=root),), sums=root.sums)
    _, row, _, *totals = tree.lines()
    assert row.split(maxsplit=5)[3:] == ["64", "100.0%", "32 B + ?"]
    assert totals == [
        "parameters    64 in 4 bits",
        "memory        32 B on cuda:0; the quantisation's state beside it is not known",
    ]
    assert tree.as_json()["quantization_state_bytes"] is None


def test_a_quantiser_that_cannot_run_here_is_told(capsys: Captured) -> None:
    assert main(["inspect", "model=tiny", "quantization=fp8", "--host", "h100", "-q"]) == 3
    assert capsys.readouterr().err == (
        "the modules cannot be foreseen: RuntimeError: No GPU or XPU found. A GPU or XPU is needed"
        " for FP8 quantization.\n\nhint: `quantization=none` shows them before they are quantised\n"
    )


def test_what_does_not_fit_is_shown_with_a_warning(capsys: Captured) -> None:
    words = ["model=tiny", "device=auto", "device.max_memory.cpu=400KiB"]
    assert main(["plan", *words]) == 3
    refused = capsys.readouterr().err.partition("   (")[0]
    assert main(["inspect", *words]) == 0
    out, err = capsys.readouterr()
    assert "1,016,960 in bfloat16" in out
    assert err.startswith(f"warning: {refused}")


@pytest.mark.parametrize("depth", ["-1", "lots", "1.5", "9" * 40, "²"])
def test_a_depth_is_a_number_of_levels(depth: str, capsys: Captured) -> None:
    assert main(["inspect", "model=tiny", f"--depth={depth}"]) == 2
    assert capsys.readouterr().err == (
        f"`--depth {depth}` is no whole number from 0 to 1,000,000\n\nhint: `--depth 2`\n"
    )


def test_a_module_that_is_not_there_is_told(capsys: Captured) -> None:
    assert main(["inspect", "model=tiny", "--module", "layers.0"]) == 2
    assert capsys.readouterr().err == (
        "`layers.0` names no module of LlamaForCausalLM\n\nhint: `--module model.layers.0`\n"
    )


@pytest.mark.parametrize("columns", [40, 80, 132])
def test_rows_are_no_wider_than_the_terminal(
    columns: int, capsys: Captured, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", str(columns))
    out = shown(capsys, "model=tiny", "quantization=bnb_4bit")
    rows = out.partition("\n\n")[0].splitlines()
    assert max(map(len, rows)) <= max(columns, 60)
    assert len(rows) == 20


TINY = """\
                                                         params   share   memory
LlamaForCausalLM                                          1.02M  100.0%  2.03 MB
├─ model  LlamaModel                                      1.02M  100.0%  2.03 MB
│  ├─ embed_tokens  Embedding [1024, 128]                  131k   12.9%   262 kB
│  ├─ layers.0-3 (4×)  LlamaDecoderLayer                   886k   87.1%  1.77 MB
│  │  ├─ self_attn  LlamaAttention                         197k   19.3%   393 kB
│  │  │  ├─ q_proj  Linear [128, 128]                     65.5k    6.4%   131 kB
│  │  │  ├─ k_proj  Linear [64, 128]                      32.8k    3.2%  65.5 kB
│  │  │  ├─ v_proj  Linear [64, 128]                      32.8k    3.2%  65.5 kB
│  │  │  └─ o_proj  Linear [128, 128]                     65.5k    6.4%   131 kB
│  │  ├─ mlp  LlamaMLP                                     688k   67.7%  1.38 MB
│  │  │  ├─ gate_proj  Linear [448, 128]                   229k   22.6%   459 kB
│  │  │  ├─ up_proj  Linear [448, 128]                     229k   22.6%   459 kB
│  │  │  ├─ down_proj  Linear [128, 448]                   229k   22.6%   459 kB
│  │  │  └─ act_fn  SiLUActivation
│  │  ├─ input_layernorm  LlamaRMSNorm [128]                512    0.1%  1.02 kB
│  │  └─ post_attention_layernorm  LlamaRMSNorm [128]       512    0.1%  1.02 kB
│  ├─ norm  LlamaRMSNorm [128]                              128   <0.1%    256 B
│  └─ rotary_emb  LlamaRotaryEmbedding + 2 buffers                         128 B
└─ lm_head  Linear [1024, 128] tied to model.embed_tokens

parameters    1,016,960 in bfloat16
memory        2.03 MB on cpu
one of 4      LlamaDecoderLayer: 221,440 parameters, 443 kB
"""
