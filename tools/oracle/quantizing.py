"""Quantisation configs as a user of transformers writes them. Imports transformers."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

METHODS: Mapping[str, str] = {
    "auto_round": "auto-round",
    "bnb_4bit": "bitsandbytes_4bit",
    "bnb_8bit": "bitsandbytes_8bit",
    "compressed_tensors": "compressed-tensors",
}
"""Options that transformers calls otherwise."""
SAID: Mapping[str, Mapping[str, Any]] = {
    "bnb_4bit": {"load_in_4bit": True},
    "bnb_8bit": {"load_in_8bit": True},
    "gptq": {"bits": 4},
    "mxfp8": {"quant_method": "mxfp8"},
}
"""What a config has to be told to be the option's."""


def config(option: str) -> Any:
    """The config of a method, all else as transformers has it by default."""
    from transformers.quantizers.auto import AUTO_QUANTIZATION_CONFIG_MAPPING

    made = AUTO_QUANTIZATION_CONFIG_MAPPING[METHODS.get(option, option)]
    if option == "torchao":
        from torchao.quantization import Int8WeightOnlyConfig

        return made(quant_type=Int8WeightOnlyConfig())
    return made(**SAID.get(option, {}))
