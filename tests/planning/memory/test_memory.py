"""What a load will take and where it will lie, against the load itself."""

import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from transformers import LlamaConfig, LlamaForCausalLM

import yaie
from yaie.facts.memory import MemoryFacts, Use
from yaie.facts.setting import named
from yaie.planning.inquiry import Inquiry, inquire

LAYERS = 4


@pytest.fixture(scope="module")
def saved(tmp_path_factory: pytest.TempPathFactory) -> str:
    """A Llama of four layers of 150 kB and embeddings of 64 kB."""
    folder = tmp_path_factory.mktemp("llama")
    config = LlamaConfig(
        hidden_size=64,
        intermediate_size=128,
        num_hidden_layers=LAYERS,
        num_attention_heads=4,
        num_key_value_heads=2,
        vocab_size=256,
    )
    LlamaForCausalLM(config).save_pretrained(folder)
    return str(folder)


def found(model: str, *words: str, host: str = "this", use: Use | None = None) -> Inquiry:
    composition = yaie.compose(f"model={model}", "processor=none", *words)
    return inquire(composition, named(host), use)


def memory_of(model: str, *words: str, host: str = "this", use: Use | None = None) -> MemoryFacts:
    memory = found(model, *words, host=host, use=use).memory
    assert memory is not None
    return memory


@pytest.mark.parametrize(
    "limits",
    [
        ["device.max_memory.cpu=400KiB", "device.max_memory.disk=1GiB"],
        ["device.max_memory.cpu=1GiB"],
    ],
)
def test_modules_lie_where_the_plan_says(saved: str, limits: list[str], tmp_path: Path) -> None:
    words = ["device=auto", *limits, f"device.offload_folder={tmp_path}"]
    loaded = yaie.load(f"model={saved}", "processor=none", *words)
    assert memory_of(saved, *words).device_map == loaded.receipt.device_map


def test_weights_and_cache_of_a_layer_share_a_device(saved: str) -> None:
    use = Use(context=512, batch=3)
    memory = memory_of(saved, "device=balanced", host="2xt4", use=use)
    a_layer = 2 * 2 * 16 * 512 * 3 * 4
    for name, device in memory.devices.items():
        layers = [m for m, at in memory.device_map.items() if at == name and "layers" in m]
        if name != "cpu":
            assert device.kv_cache_bytes == a_layer * len(layers)
    assert memory.total("kv_cache_bytes") == a_layer * LAYERS


def test_what_waits_on_the_cpu_is_cached_where_it_computes(saved: str) -> None:
    words = ["device=auto", "device.max_memory.0=400KiB", "device.max_memory.cpu=1GiB"]
    memory = memory_of(saved, *words, host="t4", use=Use(context=512))
    assert memory.offloaded == ("cpu",)
    assert memory.devices["cpu"].weights_bytes > 0
    assert memory.devices["cpu"].kv_cache_bytes == 0
    assert memory.devices["cuda:0"].kv_cache_bytes == 2 * 2 * 16 * 512 * 4 * LAYERS


def test_without_a_use_nothing_is_said_of_it(saved: str) -> None:
    memory = memory_of(saved)
    assert memory.total("kv_cache_bytes") is None
    assert memory.total("activation_bytes") is None


def test_the_largest_block_is_a_layer(saved: str) -> None:
    block = memory_of(saved).block
    assert block is not None
    assert (block.name, block.kind) == ("model.layers.0", "LlamaDecoderLayer")


def test_a_load_that_goes_to_disk_unasked_is_refused_as_its_plan_is(saved: str) -> None:
    words = ["device=auto", "device.max_memory.cpu=400KiB"]
    refusals = [problem.message for problem in found(saved, *words).problems]
    with pytest.raises(yaie.UnsupportedError) as refused:
        yaie.load(f"model={saved}", "processor=none", *words)
    assert [problem.message for problem in refused.value.problems] == refusals
    assert "would go to disk, which was not asked for" in refusals[0]


def test_transformers_sends_all_to_disk_without_a_word(saved: str) -> None:
    model: Any = LlamaForCausalLM.from_pretrained(
        saved, device_map="auto", max_memory={"cpu": "1KiB"}
    )
    assert model.hf_device_map == {"": "disk"}


@pytest.mark.parametrize(("precision", "beside"), [("fp32", 0), ("bf16", 1), ("fp16", 1)])
def test_a_cast_on_the_cpu_has_the_files_mapped_beside_it(
    saved: str, precision: str, beside: int
) -> None:
    memory = memory_of(saved, f"precision={precision}", "device=cpu")
    numbers = sum(p.numel() for p in LlamaForCausalLM.from_pretrained(saved).parameters())
    assert memory.devices["cpu"].loading_bytes // (4 * numbers) == beside


def test_an_accelerator_takes_a_weight_at_a_time(saved: str) -> None:
    memory = memory_of(saved, "precision=bf16", "device=cuda:0", host="t4")
    assert memory.devices["cuda:0"].loading_bytes == 256 * 64 * 2


def test_modules_that_may_wait_on_the_cpu_are_quantised_where_they_do_not(saved: str) -> None:
    words = ["quantization=bnb_8bit", "quantization.llm_int8_enable_fp32_cpu_offload=true"]
    loaded = yaie.load(f"model={saved}", "processor=none", *words)
    (sizes,) = loaded.receipt.memory.values()
    assert sizes["predicted_bytes"] == sizes["measured_bytes"]
    assert loaded.receipt.quantization["modules"] == 7 * LAYERS


def test_a_load_wholly_on_disk_is_one(saved: str) -> None:
    words = ["device=map", "device.map.model=disk", "device.map.lm_head=disk"]
    loaded = yaie.load(f"model={saved}", "processor=none", *words)
    assert set(loaded.receipt.device_map.values()) == {"disk"}


def test_packed_weights_are_told_by_their_bits(saved: str) -> None:
    modules = memory_of(saved, "quantization=bnb_4bit").modules
    assert set(modules["model.layers.*"]) == {"4 bits", "float32"}


def test_an_image_is_no_text_of_tokens() -> None:
    words = ("model=architecture", "model.architecture=vit", "task=base", "weights=meta")
    memory = yaie.plan(*words, context=8, batch=2).memory
    assert memory is not None
    assert memory.read == "images of 224 × 224"
    assert memory.total("kv_cache_bytes") == 0


def test_every_device_that_is_too_small_is_told() -> None:
    words = ["precision=fp32", "attention=auto", "device=balanced", "quantization=none"]
    (cell,) = yaie.fit("model=llama2", *words, host="2xrtx4060", context=8192)
    devices = [problem.message.partition("do not fit ")[2][:8] for problem in cell.problems]
    assert devices == ["`cuda:0`", "`cuda:1`"]


def test_the_hint_for_a_block_holds_the_whole_model(saved: str) -> None:
    (problem,) = found(saved, "device=auto", "device.max_memory.cpu=1KiB").problems
    assert problem.hint == "`device.max_memory.cpu=1MiB`"
    (tiny,) = found("tiny", "device=auto", "device.max_memory.cpu=1KiB").problems
    assert tiny.hint == "`device.max_memory.cpu=3MiB`"


def test_four_bits_that_a_cpu_does_not_compute_with_are_told(tmp_path: Path) -> None:
    """Whichever this CPU is: bitsandbytes' own modules say whether it fails."""
    import torch
    from bitsandbytes.functional import has_avx512bf16
    from transformers import AutoModelForCausalLM, BitsAndBytesConfig

    narrow = {"hidden_size": 32, "intermediate_size": 64, "num_attention_heads": 4}
    LlamaForCausalLM(LlamaConfig(**narrow, num_hidden_layers=1, vocab_size=64)).save_pretrained(
        tmp_path
    )
    words = ("quantization=bnb_4bit", "device=cpu")
    elsewhere = found(str(tmp_path), *words, host="cpu").problems
    (problem,) = [p for p in elsewhere if p.path == "quantization"]
    assert problem.message == (
        "6 modules of four-bit weights, `model.layers.0.self_attn.q_proj` the first, have rows that"
        " are no multiple of 32 or columns that are none of 64: on a CPU with AVX512-BF16"
        " bitsandbytes fails at the first forward pass"
    )
    assert problem.hint == "`quantization=bnb_8bit`"
    assert not found(str(tmp_path), *words, "weights.mode=train", host="cpu").problems
    here = bool(memory_of(str(tmp_path), *words).unpackable)
    assert here == has_avx512bf16()
    model = AutoModelForCausalLM.from_pretrained(
        tmp_path, quantization_config=BitsAndBytesConfig(load_in_4bit=True), device_map="cpu"
    )
    if here:
        with pytest.raises(RuntimeError, match="is invalid for input"), torch.no_grad():
            model(torch.arange(4)[None])


PEAK = """
import re, sys, yaie
import subprocess
import sys
from pathlib import Path
from transformers.models.llama import modeling_llama

words = (f"model={sys.argv[1]}", f"model.gguf_file={sys.argv[2]}", "processor=none", *sys.argv[3:])
foreseen = yaie.plan(*words).memory.devices["cpu"].peak_bytes

def told(name):
    return int(re.search(rf"{name}:\\s+(\\d+)", Path("/proc/self/status").read_text())[1]) * 1024

before = told("VmRSS")
Path("/proc/self/clear_refs").write_text("5")  # The peak begins anew.
yaie.load(*words)
print(foreseen, told("VmHWM") - before)
"""


@pytest.mark.skipif(not Path("/proc/self/clear_refs").exists(), reason="the peak is not told here")
def test_a_gguf_file_takes_its_own_room_and_its_largest_tensor_unpacked(smollm2: Path) -> None:
    (file,) = smollm2.glob("*.gguf")
    words = (str(smollm2), file.name, "precision=fp32", "device=cpu")
    done = subprocess.run([sys.executable, "-c", PEAK, *words], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    foreseen, had = map(int, done.stdout.split())
    assert foreseen == pytest.approx(had, rel=0.15)
