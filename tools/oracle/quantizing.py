"""Quantisation configs as a user writes them. Imports transformers."""

from __future__ import annotations

from typing import Any

from tools.oracle.cell import Cell


def config(cell: Cell) -> Any:
    """The config that an option of yaie names, with transformers' defaults."""
    from transformers import BitsAndBytesConfig

    if cell.quantization == "bnb_4bit":
        return BitsAndBytesConfig(load_in_4bit=True)
    if cell.quantization == "bnb_8bit":
        return BitsAndBytesConfig(load_in_8bit=True)
    return _by_method(cell.quantization)


def _by_method(option: str) -> Any:
    from transformers.quantizers.auto import AUTO_QUANTIZATION_CONFIG_MAPPING

    made: Any = AUTO_QUANTIZATION_CONFIG_MAPPING[option.replace("_", "-")]
    return made()
