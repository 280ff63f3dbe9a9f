"""Methods that need calibration, or that only read what was quantised by them elsewhere."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import Field

from yaie.spec.quantization.method import Mappings, Method, Names, Skipping

Blocks = Annotated[tuple[Names, ...], Field(strict=False)]


class Gptq(Method):
    """Weights of two to eight bits calibrated on texts, by GPTQModel."""

    method: Literal["gptq"] = "gptq"
    bits: Literal[2, 3, 4, 8]
    """Bits a weight."""
    tokenizer: str | None = None
    """Tokenizer for the texts; None: the model's own."""
    dataset: Literal["wikitext2", "c4", "c4-new"] | Names | None = None
    """Texts to calibrate on, or the name of a set of them; a quantised checkpoint needs none."""
    group_size: int = 128
    """Weights that share a scale; -1: a column."""
    damp_percent: float = 0.1
    """Share of the Hessian's mean diagonal that is added to it."""
    desc_act: bool = False
    """Quantise columns in the order of their activations."""
    act_group_aware: bool = True
    """Order columns within groups alone; without `desc_act`."""
    sym: bool = True
    """Levels that lie evenly around zero."""
    true_sequential: bool = True
    """Quantise the layers of a block one after the other."""
    format: str = "gptq"
    """Layout of the packed weights."""
    meta: dict[str, Any] | None = None
    """What quantised, for the record."""
    backend: str | None = None
    """Kernel of GPTQModel; None: `auto`."""
    model_seqlen: int | None = None
    """Longest sequence of the model."""
    block_name_to_quantize: str | None = None
    """Module that holds the blocks; None: found by its usual names."""
    module_name_preceding_first_block: Names | None = None
    """Modules before the first block."""
    batch_size: int = 1
    """Texts at once."""
    pad_token_id: int | None = None
    """Token that fills shorter texts of a batch."""
    max_input_length: int | None = None
    """Longest input, for a kernel's buffer."""
    cache_block_outputs: bool = True
    """Keep a block's outputs as the inputs of the next."""
    modules_in_block_to_quantize: Blocks | None = None
    """Modules of a block that are quantised, in groups one after the other; None: all linear."""


class Awq(Skipping):
    """Four-bit weights of a checkpoint quantised by AWQ."""

    method: Literal["awq"] = "awq"
    bits: int = 4
    """Bits a weight."""
    group_size: int = 128
    """Weights that share a scale; -1: a column."""
    zero_point: bool = True
    """Levels that need not lie around zero."""
    backend: Literal[
        "auto",
        "auto_trainable",
        "autoawq",
        "exllama_v1",
        "exllama_v2",
        "gemm",
        "gemm_triton",
        "gemv",
        "gemv_fast",
        "llm-awq",
        "machete",
        "marlin",
        "torch_awq",
        "torch_fused_awq",
    ] = "auto"
    """Kernel of GPTQModel."""


class AutoRound(Method):
    """Weights of a checkpoint quantised by AutoRound, or by GPTQ or AWQ and read by AutoRound."""

    method: Literal["auto_round"] = "auto_round"
    bits: Literal[2, 3, 4, 5, 6, 7, 8] = 4
    """Bits a weight."""
    group_size: int = 128
    """Weights that share a scale; -1: a column."""
    sym: bool = True
    """Levels that lie evenly around zero."""
    backend: str = "auto"
    """Kernel that computes."""


class Aqlm(Method):
    """Weights of a checkpoint quantised as sums of codebook vectors, by AQLM."""

    method: Literal["aqlm"] = "aqlm"
    in_group_size: int = 8
    """Input channels a vector."""
    out_group_size: int = 1
    """Output channels a vector."""
    num_codebooks: int = 1
    """Vectors that are summed."""
    nbits_per_codebook: int = 16
    """Bits that choose a vector."""
    linear_weights_not_to_quantize: Names | None = None
    """Weights (`lm_head.weight`) that the checkpoint holds as they are."""


class Vptq(Skipping):
    """Weights of a checkpoint quantised to vectors, by VPTQ."""

    method: Literal["vptq"] = "vptq"
    enable_proxy_error: Literal[False] = False
    """For training, which transformers does not support."""
    config_for_layers: Mappings = Field(default_factory=dict)
    """Settings of each layer."""
    shared_layer_config: dict[str, Any] = Field(default_factory=dict)
    """Settings that layers share."""


class Spqr(Skipping):
    """Three-bit weights and their outliers of a checkpoint quantised by SpQR."""

    method: Literal["spqr"] = "spqr"
    bits: Literal[3] = 3
    """Bits a weight."""
    beta1: Literal[16] = 16
    """Width of a tile."""
    beta2: Literal[16] = 16
    """Height of a tile."""
    shapes: dict[str, int] | None = None
    """Shape of each tensor."""


class BitNet(Skipping):
    """Weights of -1, 0 and 1 of a checkpoint trained so."""

    method: Literal["bitnet"] = "bitnet"
    linear_class: Literal["bitlinear", "autobitlinear"] = "bitlinear"
    """The layer: packed weights, or weights that may be trained on."""
    quantization_mode: Literal["online", "offline"] = "offline"
    """Whether weights are rounded in each forward pass, or once."""
    use_rms_norm: bool = False
    """Normalise a layer's input first."""
    rms_norm_eps: float | None = 1e-6
    """Added to that norm's variance."""


class CompressedTensors(Method):
    """Weights of a checkpoint that was quantised by llm-compressor."""

    method: Literal["compressed_tensors"] = "compressed_tensors"
    config_groups: Mappings | None = None
    """Scheme of each group of modules."""
    format: str = "dense"
    """Layout of the stored weights."""
    quantization_status: str = "initialized"
    """How far quantising went."""
    kv_cache_scheme: dict[str, Any] | None = None
    """Scheme of the cache of keys and values; None: as it is."""
    global_compression_ratio: float | None = None
    """Stored bytes by unpacked bytes."""
    ignore: Names | None = None
    """Modules left unquantised, by name, class or `re:` pattern."""
    run_compressed: bool | None = None
    """Former opposite of `dequantize`."""
    dequantize: bool = False
    """Unpack the weights into the model's dtype as they are loaded."""
    use_optimized_inference: bool = False
    """Compute in eight-bit floats where weights are stored so; no training."""


class Quark(Method):
    """Weights of a checkpoint quantised by AMD's Quark, whose own config says all."""

    method: Literal["quark"] = "quark"


class GemmaQuantized(Skipping):
    """Weights of a Gemma checkpoint of two, four or eight bits."""

    method: Literal["gemma"] = "gemma"
    num_bits: Literal[2, 4, 8] = 4
    """Bits a weight."""
    quantize_embeddings: bool = False
    """Whether the embeddings are quantised too."""
    module_quant_configs: Mappings | None = None
    """Bits of single modules, by pattern: `{mlp: {num_bits: 2}}`."""


class Gguf(Method):
    """The blocks of a GGUF file, kept packed where the device has a kernel for them."""

    method: Literal["gguf"] = "gguf"
    dequantize: bool = False
    """Unpack all weights as they are loaded."""
