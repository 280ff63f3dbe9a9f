"""A valid spec and true facts, made by hand, so that a test changes one thing."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from yaie.facts.architecture import ArchitectureFacts, ClassFacts, FieldFacts
from yaie.facts.capabilities import computed
from yaie.facts.checkpoint import CheckpointFacts
from yaie.facts.facts import Facts
from yaie.facts.host import DeviceFacts, HostFacts
from yaie.spec.load_spec import LoadSpec

GIB = 2**30
TASKS = {
    "base": "AutoModel",
    "causal-lm": "AutoModelForCausalLM",
    "masked-lm": "AutoModelForMaskedLM",
    "image-text-to-text": "AutoModelForImageTextToText",
    "seq2seq-lm": "AutoModelForSeq2SeqLM",
    "sequence-classification": "AutoModelForSequenceClassification",
    "token-classification": "AutoModelForTokenClassification",
}
ATTENTION = (
    "eager",
    "sdpa",
    "flash_attention_2",
    "flash_attention_3",
    "flash_attention_4",
    "flex_attention",
    "paged|eager",
)
KNOWN = {"source": "our memory", "config": {"num_hidden_layers": 2}}
BODY = ("embed_tokens", "layers", "layers.*", "norm", "rotary_emb")


def spec(**groups: Mapping[str, Any]) -> LoadSpec:
    """A Llama of the hub on the CPU, with the given fields of groups on top."""
    model = {"id": "org/llama", "architecture": "llama", "known": KNOWN} | dict(
        groups.pop("model", {})
    )
    device = groups.pop("device", {"kind": "single", "device": "cpu"})
    return LoadSpec.model_validate({"model": model, "device": device, **groups})


def model_class(name: str, *, head: str = "", **changes: Any) -> ClassFacts:
    prefix = "model." if head else ""
    inside = tuple(f"{prefix}{module}" for module in BODY)
    declared = ClassFacts(
        name=name,
        attention=ATTENTION,
        no_split_modules=("LlamaDecoderLayer",),
        keep_in_fp32=(),
        can_generate=head == "lm_head",
        gradient_checkpointing=True,
        modules=("model", *inside, head) if head else inside,
    )
    return replace(declared, **changes)


def fields(**types: str) -> dict[str, FieldFacts]:
    return {name: FieldFacts(type=type_, default=None) for name, type_ in types.items()}


LLAMA = ArchitectureFacts(
    model_type="llama",
    config_class="LlamaConfig",
    fields=fields(
        hidden_size="int",
        num_attention_heads="int",
        hidden_act="str",
        attention_dropout="float | int",
        rope_parameters="dict | None",
    )
    | {"num_hidden_layers": FieldFacts(type="int", default=2)},
    attribute_map={},
    properties=("num_labels", "output_attentions"),
    sub_configs={},
    classes={
        "base": model_class("LlamaModel"),
        "causal-lm": model_class("LlamaForCausalLM", head="lm_head"),
        "sequence-classification": model_class("LlamaForSequenceClassification", head="score"),
        "token-classification": model_class("LlamaForTokenClassification", head="score"),
    },
    processors=("tokenizer",),
)
GPT2 = replace(
    LLAMA,
    model_type="gpt2",
    config_class="GPT2Config",
    fields=fields(n_embd="int", n_layer="int"),
    attribute_map={"hidden_size": "n_embd", "num_hidden_layers": "n_layer"},
)
VISION = replace(
    LLAMA,
    model_type="clip_vision_model",
    config_class="CLIPVisionConfig",
    fields=fields(depth="int"),
)
LLAVA = replace(
    LLAMA,
    model_type="llava",
    config_class="LlavaConfig",
    fields=fields(image_token_index="int"),
    sub_configs={"text_config": "llama", "vision_config": "clip_vision_model"},
)
CPU = HostFacts(
    packages={
        "accelerate": "1.15.0",
        "bitsandbytes": "0.50.2",
        "gguf": "0.19.0",
        "torch": "2.13.0+cpu",
        "transformers": "5.23.0",
    },
    devices=(),
    memory_bytes=16 * GIB,
)


def gpus(number: int = 1, *, capability: tuple[int, int] = (9, 0), **packages: str) -> HostFacts:
    """A machine with CUDA devices, and with packages beside the usual ones."""
    devices = tuple(
        DeviceFacts(
            kind="cuda",
            index=index,
            name="H100",
            memory_bytes=80 * GIB,
            compute_capability=capability,
            dtypes=computed(capability),
        )
        for index in range(number)
    )
    named = {name.replace("_", "-"): version for name, version in packages.items()}
    return HostFacts(
        packages=CPU.packages | {"torch": "2.13.0+cu130"} | named,
        devices=devices,
        memory_bytes=64 * GIB,
    )


def facts(**changes: Any) -> Facts:
    """A causal Llama of which the architecture alone is known, on a CPU."""
    true = Facts(
        transformers="5.23.0",
        tasks=TASKS,
        model_types=("bert", "gpt2", "llama", "llava"),
        architecture=LLAMA,
        sub_architectures={},
        checkpoint=None,
        host=CPU,
        model_type="llama",
        task="causal-lm",
    )
    return replace(true, **changes)


def checkpoint(**changes: Any) -> CheckpointFacts:
    """A local folder that holds a whole causal Llama."""
    files = ("config.json", "model.safetensors", "tokenizer.json")
    held = CheckpointFacts(
        folder=Path("llama"),
        commit=None,
        files=dict.fromkeys(files, 1),
        config={
            "architectures": ["LlamaForCausalLM"],
            "dtype": "bfloat16",
            "model_type": "llama",
            "num_hidden_layers": 2,
        },
        format="safetensors",
        weight_files=("model.safetensors",),
        has_tokenizer=True,
        has_processor=False,
    )
    return replace(held, **changes)


def holding(*files: str, **changes: Any) -> CheckpointFacts:
    """A local folder with these files beside config.json and tokenizer."""
    names = ("config.json", "tokenizer.json", *files)
    return checkpoint(files=dict.fromkeys(names, 1), **changes)


FLASH = gpus(flash_attn="2.8.3")
"""A machine with a GPU and FlashAttention-2."""


def attending(kind: str, *, dtype: str = "bfloat16", **groups: Any) -> LoadSpec:
    """A Llama in bfloat16 on what the machine has, by an attention kind."""
    return spec(
        attention={"kind": kind},
        precision={"dtype": dtype},
        **({"device": {"kind": "auto"}} | groups),
    )
