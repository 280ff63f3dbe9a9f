"""The architectures that are loaded, by kind, and how."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

FAMILIES: Mapping[str, str] = {
    "dense": "bloom codegen cohere exaone4 falcon gemma gemma2 gemma3_text glm4 gpt2 gpt_neox gptj"
    " granite helium llama minicpm3 mistral mpt olmo2 olmo3 opt phi phi3 qwen2 qwen3 smollm3"
    " stablelm starcoder2",
    "mixture of experts": "deepseek_v3 ernie4_5_moe glm4_moe gpt_oss granitemoe llama4_text minimax"
    " mixtral olmoe phimoe qwen2_moe qwen3_moe",
    "encoder": "albert bert camembert deberta-v2 distilbert electra esmc fnet longformer modernbert"
    " mpnet roberta xlm-roberta",
    "encoder-decoder": "bart blenderbot fsmt longt5 m2m_100 marian mbart mt5 pegasus plbart t5",
    "vision": "clip dinov2 hiera mobilevit rf_detr sam segformer siglip swin videomae vit yolos",
    "audio": "audio-spectrogram-transformer hubert moonshine parakeet_ctc sew speech_to_text"
    " speecht5 wav2vec2 wavlm whisper",
    "multimodal": "blip-2 flava idefics3 internvl llava llava_next mllama paligemma qwen2_5_vl"
    " qwen2_audio qwen2_vl qwen3_vl smolvlm voxtral",
    "state-space and hybrid": "bailing_hybrid falcon_h1 falcon_mamba jamba lfm2 mamba nemotron_h"
    " qwen3_next recurrent_gemma rwkv xlstm zaya",
}
"""Kind → architectures, each as a tiny checkpoint of random weights."""

SETTINGS: Mapping[str, tuple[str, ...]] = {
    "fp32": ("precision=fp32",),
    "fp16": ("precision=fp16",),
    "bf16": ("precision=bf16",),
    "bnb 8": ("precision=bf16", "quantization=bnb_8bit"),
    "bnb 4": ("precision=bf16", "quantization=bnb_4bit"),
    "bnb 4 twice": ("quantization=bnb_4bit", "quantization.bnb_4bit_use_double_quant=true"),
    "quanto int8": ("precision=bf16", "quantization=quanto"),
    "quanto int4": ("precision=bf16", "quantization=quanto", "quantization.weights=int4"),
    "torchao int8": ("precision=bf16", "quantization=torchao"),
    "torchao float8": (
        "precision=bf16",
        "quantization=torchao",
        "quantization.quant_type=Float8WeightOnlyConfig",
    ),
}
"""What is asked, by its heading."""


def architectures() -> Iterator[tuple[str, str]]:
    """Kind and architecture."""
    for kind, names in FAMILIES.items():
        for name in names.split():
            yield kind, name


WINDOWS = ("sliding_window", "attention_window_size", "attention_chunk_size")
WINDOW = 8
RUNNABLE = {
    "num_experts_per_tok": 2,
    "num_experts_per_token": 2,
    "n_group": 1,
    "topk_group": 1,
    "rotary_dim": 8,
}
"""Fields of which the tiny config has less than the default needs to run."""


def running(config: Mapping[str, Any], path: str = "model.config") -> Iterator[str]:
    """Overrides under which the tiny model of a config runs, and slides over eight tokens."""
    for name, value in config.items():
        if isinstance(value, Mapping):
            yield from running(value, f"{path}.{name}")
        elif not isinstance(value, int):
            continue
        elif name in WINDOWS and value > WINDOW:
            yield f"{path}.{name}={WINDOW}"
        elif name in RUNNABLE and value > RUNNABLE[name]:
            yield f"{path}.{name}={RUNNABLE[name]}"
