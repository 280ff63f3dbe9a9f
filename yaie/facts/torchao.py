"""The arguments of torchao's formats (torchao.quantization 0.18), and how a recipe says them. Data.

Left out: formats by module name (`FqnToConfig`), whose parts are formats themselves, and static
ones, which take tensors; arguments that are objects (`mm_config`), and `version`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, slots=True)
class Argument:
    """What an argument takes."""

    type: str
    """The type of its data, in the normal form that `facts.types` reads."""
    made: Literal["plain", "dtype", "granularity", "mapping"] = "plain"
    """What is made of the data: a dtype, a granularity, a member of MappingType."""

    def optional(self) -> Argument:
        """The same, or null."""
        return Argument(f"{self.type} | None", self.made)


def _one_of(*words: str) -> str:
    return f"Literal[{', '.join(map(repr, words))}]"


@dataclass(frozen=True, slots=True, kw_only=True)
class Kernel:
    """What the kernels of a format run on, as its functions assert."""

    kinds: frozenset[str]
    capability: tuple[int, int] | None = None
    needs_mslk: bool = False


_BOOL = Argument("bool")
_INT = Argument("int")
_FLOAT8 = Argument(_one_of("float8_e4m3fn", "float8_e5m2"), "dtype")
_INTX = Argument(_one_of(*(f"int{bits}" for bits in range(1, 9))), "dtype")
_SCALE = Argument(_one_of("float32", "float16", "bfloat16"), "dtype").optional()
_GRANULARITY = Argument(f"{_one_of('PerRow', 'PerTensor', 'PerToken')} | dict", "granularity")
_MAPPING = Argument(_one_of("SYMMETRIC", "SYMMETRIC_NO_CLIPPING_ERR", "ASYMMETRIC"), "mapping")
_KERNEL = Argument(_one_of("auto", "torch", "mslk", "emulated", "triton"))
_FLOAT8_PACKING = Argument(
    _one_of("plain", "sparse_2d_data_2d_metadata", "sparse_1d_data_1d_metadata")
)
_INT4_PACKING = Argument(_one_of("plain", "preshuffled", "plain_int32", "tile_packed_to_4d"))
_INTX_PACKING = Argument(
    _one_of(
        "unpacked_to_int8",
        "opaque_aten_kleidiai",
        "opaque_torchao_auto",
        "opaque_torchao_kleidiai",
        "opaque_torchao_lowbit",
    )
)
_INTX_ALGORITHM = Argument(_one_of("affine", "hqq_scale_only"))

GRANULARITIES = ("PerTensor", "PerAxis", "PerGroup", "PerRow", "PerToken", "PerBlock")
"""Classes of torchao.quantization: by name alone, or with arguments, `{PerGroup: {group_size:
32}}`."""

FORMATS: Mapping[str, Mapping[str, Argument]] = {
    "Float8DynamicActivationFloat8WeightConfig": {
        "activation_dtype": _FLOAT8,
        "weight_dtype": _FLOAT8,
        "granularity": _GRANULARITY.optional(),
        "packing_format": _FLOAT8_PACKING,
        "activation_value_lb": Argument("float | None"),
        "activation_value_ub": Argument("float | None"),
        "kernel_preference": _KERNEL,
        "set_inductor_config": _BOOL,
        "alg_id": _INT,
    },
    "Float8DynamicActivationInt4WeightConfig": {"int4_packing_format": _INT4_PACKING},
    "Float8WeightOnlyConfig": {
        "weight_dtype": _FLOAT8,
        "set_inductor_config": _BOOL,
        "granularity": _GRANULARITY,
    },
    "Int4WeightOnlyConfig": {
        "group_size": _INT,
        "set_inductor_config": _BOOL,
        "int4_packing_format": _INT4_PACKING,
        "int4_choose_qparams_algorithm": Argument(_one_of("tinygemm", "hqq")),
        "int4_tile_packed_ntile": _INT,
    },
    "Int8DynamicActivationInt8WeightConfig": {
        "act_mapping_type": _MAPPING.optional(),
        "weight_only_decode": _BOOL,
        "granularity": _GRANULARITY.optional(),
        "set_inductor_config": _BOOL,
        "reduce_range": Argument("bool | None"),
    },
    "Int8DynamicActivationIntxWeightConfig": {
        "weight_dtype": _INTX,
        "weight_granularity": _GRANULARITY,
        "weight_mapping_type": _MAPPING,
        "weight_scale_dtype": _SCALE,
        "act_mapping_type": _MAPPING,
        "intx_packing_format": _INTX_PACKING,
        "intx_choose_qparams_algorithm": _INTX_ALGORITHM,
    },
    "Int8WeightOnlyConfig": {
        "group_size": Argument("int | None"),
        "granularity": _GRANULARITY.optional(),
        "set_inductor_config": _BOOL,
    },
    "IntxWeightOnlyConfig": {
        "weight_dtype": _INTX,
        "granularity": _GRANULARITY,
        "mapping_type": _MAPPING,
        "scale_dtype": _SCALE,
        "intx_packing_format": _INTX_PACKING,
        "intx_choose_qparams_algorithm": _INTX_ALGORITHM,
    },
}

_CUDA = frozenset({"cuda"})
KERNELS: Mapping[str, Kernel] = {
    # quant_api.py, _check_hardware_support
    "Float8DynamicActivationFloat8WeightConfig": Kernel(
        kinds=frozenset({"cuda", "xpu"}), capability=(8, 9)
    ),
    # quantize_/workflows/int4/int4_preshuffled_tensor.py
    "Float8DynamicActivationInt4WeightConfig": Kernel(
        kinds=_CUDA, capability=(9, 0), needs_mslk=True
    ),
}
"""The formats that do not run everywhere."""
INT4_KERNELS: Mapping[str, Kernel] = {
    # quantize_/workflows/int4: a file each
    "plain": Kernel(kinds=_CUDA, capability=(9, 0), needs_mslk=True),
    "preshuffled": Kernel(kinds=_CUDA, capability=(9, 0), needs_mslk=True),
    "plain_int32": Kernel(kinds=frozenset({"npu", "xpu"})),
    "tile_packed_to_4d": Kernel(kinds=_CUDA, capability=(8, 0)),
}
"""What `Int4WeightOnlyConfig` needs, by its `int4_packing_format`."""
FROM_64_BITS = frozenset({"Float8WeightOnlyConfig"})
"""The formats that quantise from float64; the others take floats of 16 and 32 bits."""
MSLK_MINIMUM = "1.0.0"
