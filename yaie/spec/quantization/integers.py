"""Weights in integers of a few bits, quantised as they are loaded."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import Field

from yaie.spec.quantization.method import Mappings, Method, Names, Skipping


class Quanto(Skipping):
    """Weights of two, four or eight bits on any device, by optimum-quanto."""

    method: Literal["quanto"] = "quanto"
    weights: Literal["float8", "int8", "int4", "int2"] = "int8"
    """Format of the weights."""
    activations: Literal["int8", "float8"] | None = None
    """Format of activations, which transformers leaves to quanto itself."""


class TorchAo(Skipping):
    """Any of torchao's formats for weights and activations."""

    method: Literal["torchao"] = "torchao"
    quant_type: Literal[
        "Float8DynamicActivationFloat8WeightConfig",
        "Float8DynamicActivationInt4WeightConfig",
        "Float8WeightOnlyConfig",
        "Int4WeightOnlyConfig",
        "Int8DynamicActivationInt8WeightConfig",
        "Int8DynamicActivationIntxWeightConfig",
        "Int8WeightOnlyConfig",
        "IntxWeightOnlyConfig",
    ]
    """The class of torchao.quantization that says the format."""
    quant_type_kwargs: dict[str, Any] = Field(default_factory=dict)
    """That class's arguments: `{group_size: 32}`; dtypes and classes by their names."""
    include_input_output_embeddings: bool = False
    """Quantise embeddings and output head too."""
    untie_embedding_weights: bool = False
    """Give the output head weights of its own where the embeddings it shares are quantised."""


class Hqq(Method):
    """Weights of one to eight bits without calibration, by HQQ."""

    method: Literal["hqq"] = "hqq"
    nbits: Literal[8, 4, 3, 2, 1] = 4
    """Bits a weight."""
    group_size: int = 64
    """Weights that share a scale."""
    view_as_float: bool = False
    """Keep the packed weights as floats, for distributed training."""
    axis: Literal[0, 1] | None = None
    """Axis of the groups; None: 1, which the faster kernels need."""
    dynamic_config: Mappings | None = None
    """Other settings for single layers, by their tag (`self_attn.q_proj`)."""
    skip_modules: Names = ("lm_head",)
    """Modules left unquantised."""


class Eetq(Skipping):
    """Eight-bit weights by the kernels of EETQ."""

    method: Literal["eetq"] = "eetq"
    weights: Literal["int8"] = "int8"
    """Format of the weights."""


class Higgs(Skipping):
    """Weights of two to four bits on a grid after a Hadamard transform, by HIGGS."""

    method: Literal["higgs"] = "higgs"
    bits: Literal[2, 3, 4] = 4
    """Bits a weight."""
    p: Literal[1, 2] = 2
    """Dimension of the grid."""
    hadamard_size: int = 512
    """Channels that are transformed together; a multiple of `group_size`."""
    group_size: Literal[64, 128, 256] = 256
    """Weights that share a scale."""
    tune_metadata: dict[str, Any] | None = None
    """What tuning found for each module; filled by the load."""


class Sinq(Skipping):
    """Weights with a scale a row and a column, without calibration, by SINQ."""

    method: Literal["sinq"] = "sinq"
    nbits: int = 4
    """Bits a weight."""
    group_size: int = 64
    """Weights that share a scale; a multiple of 8."""
    tiling_mode: Literal["1D", "2D"] = "1D"
    """Shape of the groups."""


class Metal(Skipping):
    """Weights of two to eight bits on Apple's GPUs, by kernels of MLX."""

    method: Literal["metal"] = "metal"
    bits: Literal[2, 4, 8] = 4
    """Bits a weight."""
    group_size: int = 64
    """Weights that share a scale."""
    dequantize: bool = False
    """Unpack a checkpoint's weights into the model's dtype."""
