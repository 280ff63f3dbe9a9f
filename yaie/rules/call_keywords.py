"""Names that from_pretrained takes for itself, and that are therefore no fields. Data."""

from __future__ import annotations

from collections.abc import Mapping
from keyword import iskeyword

INSTEAD: Mapping[str, str] = {
    "attn_implementation": "`attention=sdpa`",
    "cache_dir": "`model.cache_dir=DIR`",
    "device_map": "`device=auto`",
    "dtype": "`precision=bf16`",
    "experts_implementation": "`attention.experts=eager`",
    "gguf_file": "`model.gguf_file=NAME`",
    "ignore_mismatched_sizes": "`weights.reinitialize=['classifier.*']`",
    "max_memory": "`device.max_memory.cpu=64GiB`",
    "offload_buffers": "`device.offload_buffers=true`",
    "offload_folder": "`device.offload_folder=DIR`",
    "quantization_config": "`quantization=bnb_4bit`",
    "revision": "`model.revision=NAME`",
    "subfolder": "`model.subfolder=NAME`",
    "torch_dtype": "`precision=bf16`",
    "trust_remote_code": "`model.trust_remote_code=true`",
    "use_safetensors": "`model.use_safetensors=true`",
    "variant": "`model.variant=NAME`",
}
"""Keywords of from_pretrained that a group has a field for, and that field."""
KEYWORDS = frozenset(INSTEAD) | frozenset(
    {
        "adapter_kwargs",
        "adapter_name",
        "allow_all_kernels",
        "auto_map",
        "code_revision",
        "config",
        "device_mesh",
        "disable_mmap",
        "distributed_config",
        "force_download",
        "fusion_config",
        "generation_config",
        "kernel_config",
        "key_mapping",
        "local_files_only",
        "low_cpu_mem_usage",
        "name_or_path",
        "output_loading_info",
        "pretrained_model_name_or_path",
        "proxies",
        "return_unused_kwargs",
        "state_dict",
        "token",
        "torchscript",
        "tp_plan",
        "tp_size",
        "tqdm_class",
        "transformers_weights",
        "use_auth_token",
        "use_kernels",
        "weights_only",
    }
)
"""Keywords that from_pretrained, or what it calls, takes for itself."""
ANYWHERE = frozenset(
    {
        "_attn_implementation",
        "_attn_implementation_internal",
        "_experts_implementation",
        "_experts_implementation_internal",
        "attn_implementation",
        "auto_map",
        "experts_implementation",
        "quantization_config",
        "trust_remote_code",
    }
)
"""Names that act inside of a sub-config too."""
STORED = frozenset({"auto_map", "dtype", "quantization_config", "torch_dtype", "torchscript"}) | {
    "name_or_path",
    "transformers_weights",
}
"""Keywords that a config.json has as fields of its own."""


def is_field_name(name: str) -> bool:
    """Whether a name can be a field's at all; what is no keyword argument cannot be passed."""
    ours = name.isidentifier() and not iskeyword(name) and not name.startswith("_")
    return ours and name not in KEYWORDS
