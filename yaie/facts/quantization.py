"""What transformers asks of each method of quantisation. Data.

From `quantizers/quantizer_NAME.py` of transformers 5.23, NAME standing beside the functions above
each row, `utils/quantization_config.py` and, for lowest versions, `utils/import_utils.py`.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from yaie.facts.layers import CONV1D, LINEAR
from yaie.facts.method import Kinds, MethodFacts, Package, Recast

FLOATS: Kinds = frozenset({"bfloat16", "float16", "float32"})
CUDA: Kinds = frozenset({"cuda"})
CUDA_OR_XPU: Kinds = frozenset({"cuda", "xpu"})
OFFLOADED: Kinds = frozenset({"cpu", "disk"})
BITSANDBYTES: Kinds = frozenset({"cpu", "cuda", "hpu", "mps", "npu", "xpu"})
"""bitsandbytes.supported_torch_devices"""


_CALIBRATED = "it needs calibration, which transformers does not do"
_NO_OPERATION = "transformers has no operation that quantises by it as it loads"
_KERNELS = Package(
    name="kernels", minimum="0.18.2", below="0.19.0", install="'kernels>=0.18.2,<0.19'"
)
_ACCELERATE = Package(name="accelerate", minimum="1.1.0")
_BITSANDBYTES = (
    _ACCELERATE,
    Package(name="bitsandbytes", minimum="0.46.1", install="'yaie[bnb]'"),
)
_GPTQMODEL = Package(name="gptqmodel", minimum="1.4.3")
_BFLOAT16 = Recast(dtypes=frozenset({"float16", "float32", "float64"}), by="bfloat16")

METHODS: Mapping[str, MethodFacts] = {
    # bnb_8bit, bnb_4bit
    "bnb_8bit": MethodFacts(
        stored="bitsandbytes",
        config="BitsAndBytesConfig",
        says={"load_in_8bit": True},
        packages=_BITSANDBYTES,
        kinds=BITSANDBYTES,
        moves=True,
        not_fresh=OFFLOADED,
        not_stored=OFFLOADED,
        layers=frozenset({LINEAR, CONV1D}),  # integrations/bitsandbytes.py, replace_with_bnb_linear
        keeps="llm_int8_skip_modules",
    ),
    "bnb_4bit": MethodFacts(
        stored="bitsandbytes",
        config="BitsAndBytesConfig",
        says={"load_in_4bit": True},
        packages=_BITSANDBYTES,
        kinds=BITSANDBYTES,
        quantises=FLOATS,
        moves=True,
        not_fresh=OFFLOADED,
        not_stored=OFFLOADED,
        layers=frozenset({LINEAR, CONV1D}),  # integrations/bitsandbytes.py, replace_with_bnb_linear
        keeps="llm_int8_skip_modules",
    ),
    # quanto: validate_environment, is_serializable
    "quanto": MethodFacts(
        stored="quanto",
        config="QuantoConfig",
        packages=(_ACCELERATE, Package(name="optimum-quanto", install="'yaie[quanto]'")),
        only_fresh="what quanto quantised cannot be saved by transformers",
        not_fresh=OFFLOADED,
    ),
    # torchao: validate_environment; what a format needs besides stands in facts/torchao.py
    "torchao": MethodFacts(
        stored="torchao",
        config="TorchAoConfig",
        packages=(Package(name="torchao", minimum="0.15.0", install="'yaie[torchao]'"),),
        not_fresh=frozenset({"disk"}),
        not_stored=frozenset({"disk"}),
    ),
    # hqq: no get_quantize_ops for fresh weights, no get_load_operations for stored ones
    "hqq": MethodFacts(
        stored="hqq",
        config="HqqConfig",
        packages=(Package(name="hqq", minimum="0.2.1"),),
        only_stored=_NO_OPERATION,
        only_fresh="transformers has no operation that reads what it quantised",
        not_fresh=OFFLOADED,
        not_stored=OFFLOADED,
        keeps="skip_modules",
    ),
    # eetq: validate_environment
    "eetq": MethodFacts(
        stored="eetq",
        config="EetqConfig",
        packages=(_KERNELS, _ACCELERATE),
        kinds=CUDA,
        not_fresh=OFFLOADED,
        not_stored=OFFLOADED,
    ),
    # higgs: validate_environment, update_dtype; no get_quantize_ops
    "higgs": MethodFacts(
        stored="higgs",
        config="HiggsConfig",
        packages=(
            _ACCELERATE,
            Package(name="flute-kernel", minimum="0.4.1"),
            Package(name="fast-hadamard-transform"),
        ),
        kinds=CUDA,
        dtypes=frozenset({"float16", "bfloat16"}),
        only_stored=_NO_OPERATION,
        not_fresh=OFFLOADED,
        not_stored=OFFLOADED,
    ),
    # sinq: validate_environment, update_device_map
    "sinq": MethodFacts(
        stored="sinq",
        config="SinqConfig",
        packages=(Package(name="sinq"),),
        kinds=frozenset({"cpu", "cuda"}),
        moves=True,
        single=True,
    ),
    # metal: validate_environment
    "metal": MethodFacts(
        stored="metal",
        config="MetalConfig",
        packages=(_KERNELS,),
        kinds=frozenset({"mps"}),
        unpacks=True,
        moves=True,
        not_fresh=OFFLOADED,
        heeded=("dequantize",),
    ),
    # finegrained_fp8: validate_environment
    "fp8": MethodFacts(
        stored="fp8",
        config="FineGrainedFP8Config",
        packages=(_ACCELERATE,),
        called_by=(_KERNELS,),  # integrations/finegrained_fp8.py, fp8_linear
        kinds=CUDA_OR_XPU,
        capability=(8, 9),
        unpacks=True,
        not_fresh=OFFLOADED,
        layers=frozenset({LINEAR}),
        heeded=("dequantize", "modules_to_not_convert"),
    ),
    "mxfp8": MethodFacts(
        stored="mxfp8",
        config="FineGrainedFP8Config",
        says={"quant_method": "mxfp8"},
        packages=(_ACCELERATE,),
        called_by=(_KERNELS,),  # integrations/finegrained_fp8.py, fp8_linear
        kinds=CUDA_OR_XPU,
        capability=(8, 9),
        unpacks=True,
        not_fresh=OFFLOADED,
        layers=frozenset({LINEAR}),
        heeded=("dequantize", "modules_to_not_convert"),
    ),
    # fbgemm_fp8: validate_environment, update_dtype
    "fbgemm_fp8": MethodFacts(
        stored="fbgemm_fp8",
        config="FbgemmFp8Config",
        packages=(
            Package(name="fbgemm-gpu", kinds=CUDA),
            Package(name="kernels", minimum="0.18.2", below="0.19.0", kinds=frozenset({"xpu"})),
            _ACCELERATE,
        ),
        kinds=CUDA_OR_XPU,
        capability=(9, 0),
        recast=_BFLOAT16,
        not_fresh=OFFLOADED,
        heeded=("activation_scale_ub",),
    ),
    # mxfp4: validate_environment, _process_model_before_weight_loading (a CPU unpacks)
    "mxfp4": MethodFacts(
        stored="mxfp4",
        config="Mxfp4Config",
        packages=(_ACCELERATE, Package(name="triton", minimum="3.4.0"), _KERNELS),
        kinds=CUDA_OR_XPU,
        capability=(7, 5),
        unpacks=True,
        not_fresh=frozenset({"disk"}),
        architectures=frozenset({"gpt_oss"}),  # integrations/mxfp4.py, replace_with_mxfp4_linear
        heeded=("dequantize",),
    ),
    # nvfp4: validate_environment
    "nvfp4": MethodFacts(
        stored="nvfp4",
        config="NVFP4Config",
        packages=(_KERNELS,),
        kinds=CUDA,
        capability=(10, 0),
        only_fresh="transformers does not read what it quantised yet",
        single=True,
        named=True,
        not_fresh=OFFLOADED,
    ),
    # fouroversix: validate_environment
    "fouroversix": MethodFacts(
        stored="fouroversix",
        config="FourOverSixConfig",
        packages=(Package(name="fouroversix", install="fouroversix --no-build-isolation"),),
    ),
    # fp_quant: validate_environment, update_dtype
    "fp_quant": MethodFacts(
        stored="fp_quant",
        config="FPQuantConfig",
        packages=(Package(name="fp-quant", minimum="0.3.2"),),
        kinds=CUDA_OR_XPU,
        recast=_BFLOAT16,
        not_fresh=OFFLOADED,
        not_stored=OFFLOADED,
    ),
    # gptq: __init__, validate_environment; optimum.gptq calibrates
    "gptq": MethodFacts(
        stored="gptq",
        config="GPTQConfig",
        packages=(Package(name="optimum", minimum="1.24.0"), _GPTQMODEL),
        keeps=None,
        heeded=("backend", "max_input_length"),
    ),
    # awq: validate_environment, update_dtype
    "awq": MethodFacts(
        stored="awq",
        config="AwqConfig",
        packages=(Package(name="gptqmodel"), _ACCELERATE),
        recast=Recast(dtypes=frozenset({"bfloat16"}), by="float16", kinds=CUDA_OR_XPU),
        only_stored=_CALIBRATED,
        heeded=("backend", "max_input_length"),
    ),
    # auto_round: validate_environment
    "auto_round": MethodFacts(
        stored="auto-round",
        config="AutoRoundConfig",
        packages=(Package(name="auto-round", minimum="0.5.0"),),
        only_stored=_CALIBRATED,
        keeps=None,
        heeded=("backend",),
        reads=("gptq", "awq"),
    ),
    # aqlm: validate_environment
    "aqlm": MethodFacts(
        stored="aqlm",
        config="AqlmConfig",
        packages=(_ACCELERATE, Package(name="aqlm", install="'aqlm[gpu,cpu]'")),
        kinds=frozenset({"cpu", "cuda"}),
        only_stored=_CALIBRATED,
        keeps="linear_weights_not_to_quantize",
    ),
    # vptq: validate_environment
    "vptq": MethodFacts(
        stored="vptq",
        config="VptqConfig",
        packages=(_ACCELERATE, Package(name="vptq", minimum="0.0.4")),
        kinds=CUDA,
        only_stored=_CALIBRATED,
    ),
    # spqr: validate_environment, update_dtype
    "spqr": MethodFacts(
        stored="spqr",
        config="SpQRConfig",
        packages=(_ACCELERATE, Package(name="spqr-quant", install="'spqr_quant[gpu]'")),
        kinds=CUDA,
        dtypes=frozenset({"float16"}),
        only_stored=_CALIBRATED,
    ),
    # bitnet: validate_environment
    "bitnet": MethodFacts(
        stored="bitnet",
        config="BitNetQuantConfig",
        packages=(_ACCELERATE,),
        only_stored="its weights are trained so",
        not_stored=OFFLOADED,
        map_heeded_with=CUDA,
    ),
    # compressed_tensors: validate_environment
    "compressed_tensors": MethodFacts(
        stored="compressed-tensors",
        config="CompressedTensorsConfig",
        packages=(
            Package(
                name="compressed-tensors",
                minimum="0.15.0",
                install="'yaie[compressed-tensors]'",
            ),
        ),
        only_stored=_CALIBRATED,
        keeps="ignore",
        heeded=("dequantize", "use_optimized_inference"),
    ),
    # quark: validate_environment; QuarkConfig takes a checkpoint's config as a whole
    "quark": MethodFacts(
        stored="quark",
        config=None,
        packages=(Package(name="amd-quark", minimum="0.12"),),
        only_stored=_CALIBRATED,
        keeps=None,
    ),
    # gemma: requires_calibration
    "gemma": MethodFacts(
        stored="gemma",
        config="GemmaQuantizationConfig",
        only_stored=_CALIBRATED,
    ),
    # gguf: update_device_map
    "gguf": MethodFacts(
        stored="gguf",
        config="GgufConfig",
        only_stored="it reads the blocks of a GGUF file",
        not_stored=frozenset({"disk"}),
        keeps=None,
    ),
}

PACKAGES: frozenset[str] = frozenset(
    {"mslk", "qutlass", *(package.name for facts in METHODS.values() for package in facts.packages)}
)
"""Distributions that a method may need."""


_BY_STORED = {facts.stored: option for option, facts in METHODS.items()}


def stored_method(config: Mapping[str, Any]) -> str | None:
    """The option for what a checkpoint's own `quantization_config` says; None for none of them.

    bitsandbytes' two methods are told apart, and told at all, by `load_in_4bit` and `load_in_8bit`.
    """
    for bits in (4, 8):
        if config.get(f"load_in_{bits}bit"):
            return f"bnb_{bits}bit"
    method = config.get("quant_method")
    return None if method == "bitsandbytes" else _BY_STORED.get(str(method))
