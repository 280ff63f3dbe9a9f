"""Tiny checkpoints of random weights, one an architecture, made once. Imports transformers."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any
from zlib import crc32

from tools.oracle import overrides
from tools.oracle.tasks import tasks, tasks_of
from yaie.facts.task_order import task_rank
from yaie.planning.upstream import quieted

MOST_PARAMETERS = 12_000_000
ONE_IN = 2
"""Share of the architectures that get one: `crc32(name) % ONE_IN == 0`."""
WIDTHS = {
    **dict.fromkeys(("hidden_size", "d_model", "n_embd", "dim", "embed_dim", "embedding_size"), 32),
    **dict.fromkeys(("emb_dim", "hidden_dim", "word_embed_proj_dim", "projection_dim"), 32),
    **dict.fromkeys(
        ("intermediate_size", "d_ff", "ffn_dim", "n_inner", "moe_intermediate_size"), 64
    ),
    **dict.fromkeys(("encoder_ffn_dim", "decoder_ffn_dim", "ffn_hidden_size"), 64),
    **dict.fromkeys(("num_attention_heads", "n_head", "n_heads", "num_heads"), 4),
    **dict.fromkeys(("encoder_attention_heads", "decoder_attention_heads"), 4),
    **dict.fromkeys(
        ("num_key_value_heads", "num_experts", "n_routed_experts", "num_local_experts"), 4
    ),
    **dict.fromkeys(("head_dim", "d_kv"), 8),
}
DEPTHS = (
    "num_hidden_layers",
    "num_layers",
    "n_layer",
    "n_layers",
    "encoder_layers",
    "decoder_layers",
    "num_decoder_layers",
    "layers",
)
TEXTS = {
    "vocab_size": 128,
    "max_position_embeddings": 64,
    "n_positions": 64,
    "max_source_positions": 64,
    "max_target_positions": 64,
    "type_vocab_size": 2,
}
RECIPES = (
    {**TEXTS, **WIDTHS},
    {**TEXTS, **{n: w for n, w in WIDTHS.items() if "head" not in n}},
    TEXTS,
)
"""Sizes to try, the smallest first."""


@cache
def folder(architecture: str, task: str) -> str | None:
    """The checkpoint's folder; None where the architecture has no tiny one, or not the task."""
    if crc32(architecture.encode()) % ONE_IN or task not in tasks_of(architecture):
        return None
    return tiny(architecture)


@cache
def tiny(architecture: str) -> str | None:
    """The folder of any architecture's checkpoint; None where no sizes make a tiny one."""
    path = _base() / architecture
    if not path.exists():
        _keep(architecture, path)
    return str(path) if (path / "config.json").is_file() else None


@cache
def shape_of(path: str) -> overrides.ConfigShape:
    """What overrides a checkpoint's config can take."""
    from transformers import AutoConfig

    return overrides.shape(AutoConfig.from_pretrained(path))


def tiny_config(architecture: str, auto: Any) -> Any | None:
    """A config whose model has few parameters; None where no recipe makes one."""
    for sizes in RECIPES:
        for config in _attempt(architecture, sizes):
            if _parameters(config, auto) <= MOST_PARAMETERS:
                return config
    return None


def _base() -> Path:
    import transformers

    name = f"yaie-oracle-{transformers.__version__}-{os.getuid()}"
    return Path(tempfile.gettempdir()) / name


def _keep(architecture: str, path: Path) -> None:
    """Saves the checkpoint, or an empty folder where there is none; whole at once."""
    path.parent.mkdir(parents=True, exist_ok=True)
    made = Path(tempfile.mkdtemp(dir=path.parent))
    _save(architecture, made)
    try:
        made.rename(path)
    except OSError:
        # Another process was first.
        shutil.rmtree(made)


def _save(architecture: str, made: Path) -> None:
    task = min(tasks_of(architecture), key=task_rank)
    auto = tasks()[task]
    config = tiny_config(architecture, auto)
    if config is None:
        return
    try:
        import torch

        torch.manual_seed(0)
        with quieted():
            auto.from_config(config).save_pretrained(made)
    except Exception:
        # A model that cannot be saved, or drawn on a CPU, makes no checkpoint.
        (made / "config.json").unlink(missing_ok=True)


def _attempt(architecture: str, sizes: Mapping[str, int]) -> Iterator[Any]:
    from transformers import AutoConfig

    try:
        default = AutoConfig.for_model(architecture)
        yield AutoConfig.for_model(architecture, **_shrunk(default, sizes))
    except Exception:
        # Sizes that do not go together in this architecture: the next recipe.
        return


def _shrunk(config: Any, sizes: Mapping[str, int]) -> dict[str, Any]:
    """The fields of a config to change, those of its parts inside."""
    found: dict[str, Any] = {}
    for name, value in vars(config).items():
        if name in config.sub_configs_defaults and hasattr(value, "sub_configs_defaults"):
            found[name] = {"model_type": value.model_type, **_shrunk(value, sizes)}
        elif name in DEPTHS and isinstance(value, int):
            found[name] = min(value, 2)
        elif name in sizes and isinstance(value, int):
            found[name] = min(value, sizes[name])
        elif name.endswith("_token_id") and isinstance(value, int) and "vocab_size" in vars(config):
            found[name] = min(value, 3)
        elif name in ("layer_types", "mlp_layer_types") and isinstance(value, list):
            found[name] = value[:2]
    return found


def _parameters(config: Any, auto: Any) -> float:
    import torch
    from transformers import initialization

    try:
        with torch.device("meta"), initialization.no_init_weights():
            model = auto.from_config(config)
    except Exception:
        # Sizes that do not go together in this architecture.
        return float("inf")
    return float(sum(parameter.numel() for parameter in model.parameters()))
