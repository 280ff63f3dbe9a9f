"""Quantised loads on a CPU: what is quantised as it loads, and what was quantised before."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch

import yaie
from tests import quantised as packing

# BitNet's layers compile a function, for which torch 2.13 imports what it deprecates.
pytestmark = pytest.mark.filterwarnings("ignore:`torch.jit:DeprecationWarning")

Load = Callable[..., yaie.Loaded]
FLAT = "quantization.quant_type"


def logits(loaded: yaie.Loaded) -> torch.Tensor:
    with torch.no_grad():
        computed: torch.Tensor = loaded.model(torch.tensor([[1, 2, 3]])).logits
    return computed.float()


def apart(loaded: yaie.Loaded, plain: yaie.Loaded) -> float:
    """The largest difference of logits, which are about 0.1 large in an untrained model."""
    return float((logits(loaded) - logits(plain)).abs().max())


@pytest.mark.parametrize(
    ("words", "method", "stored"),
    [
        (("quantization=quanto",), "quanto", "int8"),
        (("quantization=quanto", "quantization.weights=float8"), "quanto", "float8_e4m3fn"),
        (("quantization=torchao",), "torchao", "int8"),
        (
            ("quantization=torchao", f"{FLAT}=Float8WeightOnlyConfig"),
            "torchao",
            "float8_e4m3fn",
        ),
        (
            ("quantization=torchao", f"{FLAT}=Int8DynamicActivationInt8WeightConfig"),
            "torchao",
            "int8",
        ),
    ],
)
def test_weights_are_quantised_as_they_load(
    load: Load, saved_llama: Path, words: tuple[str, ...], method: str, stored: str
) -> None:
    loaded = load(saved_llama, *words, "device=cpu")
    assert loaded.receipt.quantization == {"method": method, "modules": 14}
    assert stored in loaded.receipt.dtypes
    assert loaded.receipt.memory_bytes < load(saved_llama).receipt.memory_bytes * 0.6
    assert apart(loaded, load(saved_llama)) < 0.05


def test_modules_that_are_named_stay(load: Load, saved_llama: Path) -> None:
    kept = "quantization.modules_to_not_convert=[lm_head,model.layers.0]"
    loaded = load(saved_llama, "quantization=quanto", kept, "device=cpu")
    assert loaded.receipt.quantization["modules"] == 7


@pytest.mark.parametrize("method", ["gemma", "bitnet", "compressed_tensors"])
def test_a_quantised_checkpoint_loads_as_it_is(
    load: Load, saved_llama: Path, tmp_path: Path, method: str
) -> None:
    folder = packing.write(tmp_path, str(saved_llama), packing.CONFIGS[method])
    receipt = load(folder, "device=cpu").receipt
    assert receipt.quantization == {"method": method.replace("_", "-"), "modules": 14}
    assert (receipt.missing_keys, receipt.unexpected_keys) == ((), ())


@pytest.mark.parametrize("method", ["fp8", "mxfp8"])
def test_eight_bit_floats_are_unpacked_on_a_cpu(
    load: Load, saved_llama: Path, tmp_path: Path, method: str
) -> None:
    folder = packing.write(tmp_path, str(saved_llama), packing.CONFIGS[method])
    loaded = load(folder, "device=cpu")
    assert loaded.receipt.quantization == {}
    assert loaded.receipt.problems[0].message.endswith("it runs on `cuda` or `xpu`")
    assert apart(loaded, load(saved_llama)) < 0.05


@pytest.mark.parametrize("method", ["fp8", "compressed_tensors"])
def test_a_quantised_checkpoint_is_unpacked_where_that_is_asked(
    load: Load, saved_llama: Path, tmp_path: Path, method: str
) -> None:
    folder = packing.write(tmp_path, str(saved_llama), packing.CONFIGS[method])
    words = [f"quantization={method}", "quantization.dequantize=true", "device=cpu"]
    if method == "fp8":
        words.append("quantization.modules_to_not_convert=[lm_head]")
    loaded = load(folder, *words)
    assert loaded.receipt.quantization == {}
    assert apart(loaded, load(saved_llama)) < 0.05


def test_what_torchao_quantised_is_saved_and_loaded(
    load: Load, saved_llama: Path, tmp_path: Path
) -> None:
    first = load(saved_llama, "quantization=torchao", "device=cpu")
    first.model.save_pretrained(tmp_path)
    second = load(tmp_path, "device=cpu", "processor=none")
    assert second.receipt.quantization == {"method": "torchao", "modules": 14}
    assert torch.equal(logits(first), logits(second))


def gpt_oss(folder: Path) -> Any:
    """A gpt-oss of one layer, whose two experts hold four-bit floats."""
    from safetensors.torch import load_file, save_file
    from transformers import AutoConfig, AutoModelForCausalLM

    sizes = {"hidden_size": 32, "intermediate_size": 32, "num_hidden_layers": 1, "head_dim": 16}
    heads = {"num_attention_heads": 2, "num_key_value_heads": 2, "vocab_size": 64}
    experts = {"num_local_experts": 2, "num_experts_per_tok": 1}
    config = AutoConfig.for_model("gpt_oss", **sizes, **heads, **experts)
    base = folder / "base"
    AutoModelForCausalLM.from_config(config).save_pretrained(base)
    tensors = load_file(base / "model.safetensors")
    for name in [name for name in tensors if name.endswith(("gate_up_proj", "down_proj"))]:
        experts_, inputs, outputs = tensors.pop(name).shape
        blocks = (experts_, outputs, inputs // 32, 16)
        tensors[f"{name}_blocks"] = torch.randint(0, 256, blocks, dtype=torch.uint8)
        tensors[f"{name}_scales"] = torch.full(blocks[:-1], 120, dtype=torch.uint8)
    save_file(tensors, base / "model.safetensors", metadata={"format": "pt"})
    return packing.write(folder / "packed", str(base), {"quant_method": "mxfp4"})


def test_four_bit_experts_are_unpacked_on_a_cpu(load: Load, tmp_path: Path) -> None:
    loaded = load(gpt_oss(tmp_path), "device=cpu", "processor=none")
    assert loaded.receipt.quantization == {}
    assert {p.dtype for p in loaded.model.parameters()} <= {torch.bfloat16, torch.float32}
    assert logits(loaded).isfinite().all()


TAGGER = ("task=token-classification", "task.num_labels=3", "device=cpu")


@pytest.mark.parametrize("method", ["bnb_8bit", "bnb_4bit", "quanto"])
def test_a_new_head_that_would_be_replaced_is_refused(
    load: Load, tiny_bert_base: Path, method: str
) -> None:
    field = "llm_int8_skip_modules" if method.startswith("bnb") else "modules_to_not_convert"
    with pytest.raises(yaie.UnsupportedError) as raised:
        load(tiny_bert_base, *TAGGER, f"quantization={method}")
    (problem,) = [p for p in raised.value.problems if p.severity == "error"]
    assert problem.hint == f"`quantization.{field}=[classifier]`, or `quantization=none`"


@pytest.mark.parametrize("method", ["bnb_8bit", "bnb_4bit"])
def test_transformers_loads_such_a_head_and_cannot_compute_with_it(
    tiny_bert_base: Path, method: str
) -> None:
    from transformers import AutoModelForTokenClassification, BitsAndBytesConfig

    config = BitsAndBytesConfig(**{f"load_in_{method[-4:]}": True})
    model = AutoModelForTokenClassification.from_pretrained(
        tiny_bert_base, quantization_config=config, num_labels=3
    )
    with pytest.raises((AttributeError, AssertionError, RuntimeError)):
        model(torch.tensor([[1, 2, 3]]))


def test_a_new_head_that_is_named_stays(load: Load, tiny_bert_base: Path) -> None:
    kept = "quantization.llm_int8_skip_modules=[classifier]"
    loaded = load(tiny_bert_base, *TAGGER, "quantization=bnb_8bit", kept)
    assert type(loaded.model.classifier) is torch.nn.Linear
    assert logits(loaded).isfinite().all()


def test_torchao_leaves_a_new_head_as_it_is(load: Load, tiny_bert_base: Path) -> None:
    loaded = load(tiny_bert_base, *TAGGER, "quantization=torchao")
    assert type(loaded.model.classifier.weight) is torch.nn.Parameter
    assert logits(loaded).isfinite().all()


def test_torchao_is_refused_for_a_class_that_names_no_embeddings(
    load: Load, tmp_path: Path
) -> None:
    from transformers import AutoModel, SEWConfig, SEWModel, TorchAoConfig

    sizes = {"hidden_size": 32, "intermediate_size": 64, "num_hidden_layers": 1}
    narrow = {"conv_dim": (8,), "conv_stride": (5,), "conv_kernel": (10,), "squeeze_factor": 1}
    heads = {"num_attention_heads": 2, "num_conv_pos_embedding_groups": 2}
    SEWModel(SEWConfig(**sizes, **narrow, **heads)).save_pretrained(tmp_path)
    with pytest.raises(yaie.UnsupportedError, match="`SEWModel` does not name them"):
        load(tmp_path, "quantization=torchao", "device=cpu")
    format_ = pytest.importorskip("torchao.quantization").Int8WeightOnlyConfig()
    with pytest.raises(RuntimeError, match="conversion of the weights"):
        AutoModel.from_pretrained(tmp_path, quantization_config=TorchAoConfig(format_))


@pytest.mark.parametrize("verb", ["plan", "load"])
def test_what_torchao_cannot_use_here_is_not_told(verb: str) -> None:
    import subprocess
    import sys

    words = [sys.executable, "-m", "yaie", verb, "device=cpu", "--json"]
    ran = subprocess.run(words, capture_output=True, text=True, check=True)
    assert "Failed to load" not in ran.stderr
    assert "register_constant" not in ran.stderr
