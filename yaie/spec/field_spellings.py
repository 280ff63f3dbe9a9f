"""Spellings that transformers dropped or renamed, or that other tools use, and today's. Data."""

from __future__ import annotations

from dataclasses import dataclass

from yaie.spec.free_choice import free_choice
from yaie.spec.option_spellings import OTHER_WORDS


@dataclass(frozen=True, slots=True)
class Former:
    """One spelling, and how the same is said today."""

    says: str
    """Ends the sentence that begins with the spelling."""
    today: str | None = None
    """An override, `…` standing for the value; None where nothing is to be said."""
    elsewhere: str | None = None
    """What to do instead, where no override says it."""


_LOG_IN = "is a secret, and is never part of a config; log in once"
_ALWAYS = "is how transformers always loads today; leave it out"
_SAFETENSORS = "is gone from transformers: what is saved is always safetensors; leave it out"
_CACHE = "is read no more; set the variable HF_HOME, or name the folder of the hub cache"
_CONVERTED = "is gone from transformers, which reads PyTorch weights alone; convert the checkpoint"

FORMER: dict[str, Former] = {
    "torch_dtype": Former("is the former name of `dtype`; here it is a group", "precision=…"),
    "dtype": Former("is the group `precision` here", "precision=…"),
    "load_in_8bit": Former("is gone from transformers 5; it is an option", "quantization=bnb_8bit"),
    "load_in_4bit": Former("is gone from transformers 5; it is an option", "quantization=bnb_4bit"),
    "quantization_config": Former(
        "is the group `quantization` here, its fields by their own names", "quantization=bnb_4bit"
    ),
    "device_map": Former("is the group `device` here", "device=…"),
    "attn_implementation": Former("is the group `attention` here", "attention=…"),
    "_attn_implementation": Former("is the group `attention` here", "attention=…"),
    "use_flash_attention_2": Former(
        "is gone from transformers; it is an option", "attention=flash_attention_2"
    ),
    "experts_implementation": Former("is a field of `attention` here", "attention.experts=…"),
    "activation_checkpointing": Former(
        "is `gradient_checkpointing` here, a field of `weights`", "weights.gradient_checkpointing=…"
    ),
    "peft": Former("is the group `adapter` here", "adapter=…"),
    "lora": Former("is the group `adapter` here", "adapter=…"),
    "adapters": Former("is the group `adapter` here", "adapter=…"),
    "peft_model_id": Former("is the group `adapter` here", "adapter=…"),
    "adapter_name_or_path": Former("is the group `adapter` here", "adapter=…"),
    "low_cpu_mem_usage": Former(_ALWAYS),
    "_fast_init": Former(_ALWAYS),
    "offload_state_dict": Former(_ALWAYS),
    "from_tf": Former(_CONVERTED),
    "from_flax": Former(_CONVERTED),
    "from_pt": Former(_ALWAYS),
    "safe_serialization": Former(_SAFETENSORS),
    "use_auth_token": Former(_LOG_IN, elsewhere="run `hf auth login`"),
    "token": Former(_LOG_IN, elsewhere="run `hf auth login`"),
    "TRANSFORMERS_CACHE": Former(
        _CACHE,
        "model.cache_dir=…",
    ),
    "PYTORCH_TRANSFORMERS_CACHE": Former(
        _CACHE,
        "model.cache_dir=…",
    ),
    "pretrained_model_name_or_path": Former("is the model's `id` here", "model.id=…"),
    "model_name_or_path": Former("is the model's `id` here", "model.id=…"),
    "model_name": Former("is the model's `id` here", "model.id=…"),
    "model_id": Former("is the model's `id` here", "model.id=…"),
    "model_path": Former("is the model's `id` here", "model.id=…"),
    "path": Former("is the model's `id` here", "model.id=…"),
    "name_or_path": Former("is the model's `id` here", "model.id=…"),
    "model_type": Former("is the model's `architecture` here", "model.architecture=…"),
    "architectures": Former("is the group `task` here", "task=…"),
    "auto_class": Former("is the group `task` here", "task=…"),
    "model_class": Former("is the group `task` here", "task=…"),
    "use_cache": Former("is a field of the model's config", "model.config.use_cache=…"),
    "output_attentions": Former(
        "is a field of the model's config", "model.config.output_attentions=…"
    ),
    "output_hidden_states": Former(
        "is a field of the model's config", "model.config.output_hidden_states=…"
    ),
    "ignore_mismatched_sizes": Former(
        "would accept any damage; name the weights that are wanted new", "weights.reinitialize=[…]"
    ),
    "tp_plan": Former("is deprecated in transformers; tensor parallelism is yet to come here"),
    "force_download": Former("is no part of a config: files are checked before they are used"),
    "resume_download": Former("is always so today; leave it out"),
    "local_files_only": Former("is said by the environment", elsewhere="set `HF_HUB_OFFLINE=1`"),
    "proxies": Former("is said by the environment", elsewhere="set `HTTPS_PROXY`"),
    "offload_dir": Former("is the former name of `offload_folder`", "device.offload_folder=…"),
    "compute_dtype": Former(
        "is named in full, as transformers does", "quantization.bnb_4bit_compute_dtype=…"
    ),
    "use_fast_tokenizer": Former("is a field of `processor`", "processor.use_fast=…"),
    "tokenizer": Former("is the group `processor` here", "processor=auto"),
    "training": Former("is a mode of `weights`", "weights.mode=train"),
    "cuda": Former("is an option of `device`", "device=cuda"),
    "onnx": Former("was the package transformers.onnx; transformers.exporters took its place"),
}

IN_CONFIG = (
    "torch_dtype",
    "dtype",
    "quantization_config",
    "attn_implementation",
    "_attn_implementation",
    "_attn_implementation_internal",
    "experts_implementation",
    "_experts_implementation",
    "auto_map",
)
"""Fields of config.json that a group of yaie decides, and that would decide against it there."""


def hint(former: Former, value: str | None) -> str | None:
    """What to type today for the value that was given (None: a list or mapping)."""
    override = _override(former, value)
    return f"`{override}`" if override else former.elsewhere


def _override(former: Former, value: str | None) -> str | None:
    if former.today is None or "…" not in former.today:
        return None if value in ("false", "False") else former.today
    group = former.today.partition("=")[0]
    if value is None:
        return "device=map" if group == "device" else None
    if known := OTHER_WORDS.get(group, {}).get(value):
        return known
    if group == "model.id" and free_choice("model", value):
        return f"model={value}"
    return former.today.replace("…", value)
