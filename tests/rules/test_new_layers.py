"""Does a method find whole weights to quantise?"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.rules.making import spec
from yaie.facts.keys import KeyFacts
from yaie.rules.new_layers import no_weight_is_cut_for_a_quantiser_of_whole_ones
from yaie.rules.problems import refused

CUT = KeyFacts(asked_class="JinaModel", own_class="JinaModel", cut=("layers.0.mixer.Wqkv.weight",))


def problems(method: str) -> tuple[Any, ...]:
    quantization = {
        "method": method,
        **({"quant_type": "Int8WeightOnlyConfig"} if method == "torchao" else {}),
    }
    asked = spec(quantization=quantization)
    return tuple(no_weight_is_cut_for_a_quantiser_of_whole_ones(asked, CUT))


def test_a_weight_that_is_cut_is_not_quantised_by_torchao() -> None:
    assert problems("torchao") == (
        refused(
            "quantization.method",
            "1 tensor of the checkpoint is cut into several weights, `layers.0.mixer.Wqkv.weight`"
            " for one, and `torchao` would take the first of them alone",
            "`quantization=bnb_8bit`, or `quantization=none`",
        ),
    )


def test_a_weight_that_is_cut_is_quantised_by_bitsandbytes() -> None:
    assert problems("bnb_8bit") == ()


def test_transformers_fails_to_cut_weights_for_quanto(tmp_path: Path) -> None:
    from transformers import AutoConfig, AutoModel, QuantoConfig

    sizes = {"hidden_size": 8, "intermediate_size": 16, "num_hidden_layers": 1, "vocab_size": 16}
    config = AutoConfig.for_model("tipsv2_text_model", num_attention_heads=2, **sizes)
    AutoModel.from_config(config).save_pretrained(tmp_path)
    with pytest.raises(RuntimeError, match="conversion of the weights"):
        AutoModel.from_pretrained(tmp_path, quantization_config=QuantoConfig(weights="int8"))
