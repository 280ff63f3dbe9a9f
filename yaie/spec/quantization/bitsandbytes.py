"""Four- and eight-bit weights by bitsandbytes."""

from __future__ import annotations

from typing import Literal

from yaie.spec.precision import DType
from yaie.spec.quantization.method import Method, Names


class _BitsAndBytes(Method):
    llm_int8_skip_modules: Names | None = None
    """Modules left unquantised; None: transformers chooses the output head."""
    llm_int8_enable_fp32_cpu_offload: bool = False
    """Let modules that the device map sends to CPU stay there in float32."""


class Bnb8bit(_BitsAndBytes):
    """LLM.int8() weights, by bitsandbytes."""

    method: Literal["bnb_8bit"] = "bnb_8bit"
    llm_int8_threshold: float = 6.0
    """Magnitude above which a hidden state is an outlier and is computed in 16 bits."""
    llm_int8_has_fp16_weight: bool = False
    """Keep 16-bit main weights, for training."""


class Bnb4bit(_BitsAndBytes):
    """Four-bit weights, by bitsandbytes."""

    method: Literal["bnb_4bit"] = "bnb_4bit"
    bnb_4bit_compute_dtype: DType = "bfloat16"
    """Dtype of the matrix products; storage stays four-bit."""
    bnb_4bit_quant_type: Literal["nf4", "fp4"] = "nf4"
    """The sixteen values a weight can take."""
    bnb_4bit_use_double_quant: bool = False
    """Quantise the quantisation constants too: 0.4 bits a weight less."""
    bnb_4bit_quant_storage: DType | Literal["uint8", "int8"] = "uint8"
    """Dtype of the tensor that packs the weights."""
