"""Group `quantization`: fewer bits a weight; fields bear upstream's own names."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from yaie.spec.group import Group
from yaie.spec.quantization.bitsandbytes import Bnb4bit, Bnb8bit
from yaie.spec.quantization.calibrated import (
    Aqlm,
    AutoRound,
    Awq,
    BitNet,
    CompressedTensors,
    GemmaQuantized,
    Gguf,
    Gptq,
    Quark,
    Spqr,
    Vptq,
)
from yaie.spec.quantization.floats import (
    FbgemmFp8,
    FourOverSix,
    Fp8,
    FpQuant,
    Mxfp4,
    Mxfp8,
    Nvfp4,
)
from yaie.spec.quantization.integers import Eetq, Higgs, Hqq, Metal, Quanto, Sinq, TorchAo

__all__ = ["Bnb4bit", "Bnb8bit", "QuantizationSpec", "Quantized", "Unquantized"]


class Unquantized(Group):
    """Weights as the precision says."""

    method: Literal["none"] = "none"


Quantized = (
    Bnb8bit
    | Bnb4bit
    | Quanto
    | TorchAo
    | Hqq
    | Eetq
    | Higgs
    | Sinq
    | Metal
    | Fp8
    | Mxfp8
    | FbgemmFp8
    | Mxfp4
    | Nvfp4
    | FourOverSix
    | FpQuant
    | Gptq
    | Awq
    | AutoRound
    | Aqlm
    | Vptq
    | Spqr
    | BitNet
    | CompressedTensors
    | Quark
    | GemmaQuantized
    | Gguf
)

QuantizationSpec = Annotated[Unquantized | Quantized, Field(discriminator="method")]
