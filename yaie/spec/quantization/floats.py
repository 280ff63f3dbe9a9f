"""Weights in floats of eight and four bits."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from yaie.spec.quantization.method import Mappings, Method, Names, Skipping

Block = Annotated[tuple[int, int], Field(strict=False)]
Rule = Literal["mse", "mae", "abs_max", "static_6", "static_4"]
Fp4 = Literal["nvfp4", "mxfp4"]


class FbgemmFp8(Skipping):
    """Eight-bit floats, a scale a row, by the kernels of fbgemm-gpu."""

    method: Literal["fbgemm_fp8"] = "fbgemm_fp8"
    activation_scale_ub: float = 1200.0
    """Upper bound of the scale that activations are quantised with."""


class _FineGrainedFp8(Skipping):
    activation_scheme: Literal["dynamic", "static"] = "dynamic"
    """Whether the scale of activations is computed as they come, or stored."""
    weight_block_size: Block | None = (128, 128)
    """Rows and columns that share a scale; None: one scale a weight."""
    dequantize: bool = False
    """Unpack a checkpoint's weights into the model's dtype."""
    modules_to_convert: Names | None = None
    """Modules besides the linear ones, such as embeddings, that the checkpoint holds quantised."""
    scale_fmt: Literal["float", "ue8m0"] = "float"
    """How scales are stored: in float32, or as a power of two in one byte."""
    expert_dtype: Literal["fp8", "fp4"] = "fp8"
    """Format of the experts' weights."""


class Fp8(_FineGrainedFp8):
    """Eight-bit floats, a scale a block, as in DeepSeek-V3."""

    method: Literal["fp8"] = "fp8"


class Mxfp8(_FineGrainedFp8):
    """Eight-bit floats with a power of two for each block as scale (OCP MX)."""

    method: Literal["mxfp8"] = "mxfp8"


class Mxfp4(Skipping):
    """Four-bit floats with a power of two for each 32 as scale, for the experts of gpt-oss."""

    method: Literal["mxfp4"] = "mxfp4"
    dequantize: bool = False
    """Unpack a checkpoint's weights into bfloat16."""


class Nvfp4(Skipping):
    """Four-bit floats with an eight-bit scale for each 16, for tensor cores of Blackwell."""

    method: Literal["nvfp4"] = "nvfp4"


class FourOverSix(Method):
    """NVFP4 whose blocks are scaled to a largest value of four or six, whichever is nearer."""

    method: Literal["fouroversix"] = "fouroversix"
    activation_dtype: Fp4 | None = None
    """Format of activations; None: as `dtype`."""
    activation_scale_rule: Rule | None = None
    """How scales of activations are chosen; None: as `scale_rule`."""
    dtype: Fp4 = "nvfp4"
    """Format of weights, activations and gradients."""
    gradient_dtype: Fp4 | None = None
    """Format of gradients; None: as `dtype`."""
    gradient_scale_rule: Rule | None = None
    """How scales of gradients are chosen; None: as `scale_rule`."""
    keep_master_weights: bool = False
    """Keep the weights as they are, and quantise them in each forward pass, for training."""
    matmul_backend: Literal["cutlass", "pytorch"] | None = None
    """What multiplies; None: CUTLASS where it is there."""
    output_dtype: Literal["bfloat16", "float16"] | None = "bfloat16"
    """Dtype of a layer's output."""
    quantize_backend: Literal["cuda", "triton", "pytorch"] | None = None
    """What quantises; None: the fastest that is there."""
    scale_rule: Rule = "mse"
    """How the scale of a block is chosen."""
    weight_dtype: Fp4 | None = None
    """Format of weights; None: as `dtype`."""
    weight_scale_2d: bool = False
    """Scale weights in square blocks, for training."""
    weight_scale_rule: Rule | None = None
    """How scales of weights are chosen; None: as `scale_rule`."""
    module_config_overrides: Mappings | None = None
    """Other settings for single modules, by name."""
    modules_to_not_convert: Names | None = ("lm_head",)
    """Modules left unquantised."""


class FpQuant(Skipping):
    """Four-bit floats after a Hadamard transform, by FP-Quant."""

    method: Literal["fp_quant"] = "fp_quant"
    forward_dtype: Fp4 = "nvfp4"
    """Format in the forward pass."""
    forward_method: Literal["abs_max", "quest"] = "abs_max"
    """How scales are chosen; `quest` is for training."""
    backward_dtype: Literal["bf16", "mxfp8", "mxfp4"] = "bf16"
    """Format in the backward pass."""
    store_master_weights: bool = False
    """Keep the weights as they are besides, for training."""
    hadamard_group_size: Literal[16, 32, 64, 128] | None = None
    """Channels that are transformed together; None: 16 for `nvfp4`, 32 for `mxfp4`."""
    pseudoquantization: bool = False
    """Emulate it by Triton, on devices before Blackwell: as exact, and no faster."""
    transform_init: Literal["hadamard", "identity", "gsr"] = "hadamard"
    """The transform to begin with."""
