"""The model that a load would bring, on `meta`: every tensor's place and size, no numbers.

Imports torch and transformers.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass
from typing import Any

from yaie.facts.dtypes import dtype_name
from yaie.facts.facts import Facts
from yaie.facts.headers import stored_tensors
from yaie.planning.execute import carry_out, evaluated
from yaie.planning.keywords import quantization
from yaie.planning.local_calls import at_hand
from yaie.planning.memory.packing import Packer, settle
from yaie.planning.resolve import resolve
from yaie.rules.quantizing import is_unpacked
from yaie.rules.reading import capability
from yaie.rules.reading import dtype as stated_dtype
from yaie.spec.adapter import NoAdapter
from yaie.spec.attention import AttentionSpec
from yaie.spec.device import DeviceSpec, Dispatched, Mapped
from yaie.spec.load_spec import LoadSpec
from yaie.spec.precision import PrecisionSpec
from yaie.spec.processor import NoProcessing
from yaie.spec.quantization import Unquantized
from yaie.spec.weights import Meta, Pretrained

Upcast = Callable[[str], Any]
"""A weight's name → the torch.dtype that its architecture keeps it in, or None."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TensorPlan:
    """One parameter or buffer as it will lie in memory."""

    name: str
    kind: str
    """`parameter` or `buffer`."""
    shape: tuple[int, ...]
    """As the model computes with it; a packed weight's is that of its numbers."""
    dtype: str
    """`bfloat16`; of a quantised weight the dtype that it is made of."""
    bytes: int
    """Of its numbers."""
    state_bytes: int | None = 0
    """Of what a quantiser keeps beside them; None where that is not known."""
    quantised: bool = False
    stored: str | None = None
    """dtype of a quantised weight's numbers; None of others, and where it is not known."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Structure:
    """The model on `meta`, its modules replaced by those of its quantiser."""

    model: Any
    quantizer: Any | None
    """None too where quantised weights are unpacked into floats as they are read."""
    dtype: Any
    """The torch.dtype of the weights that are not quantised."""
    upcast: Upcast
    packer: Packer | None

    def tensors(self) -> Iterator[TensorPlan]:
        """Every parameter and buffer; tied ones once, by the name that the others are tied to."""
        tied = set(getattr(self.model, "all_tied_weights_keys", {}))
        seen: set[int] = set()
        for name, kind, tensor in _named(self.model):
            if name in tied or id(tensor) in seen:
                continue
            seen.add(id(tensor))
            if kind == "parameter" and self.is_quantised(name):
                yield self._packed(name, tensor)
            else:
                # What no checkpoint holds is not cast as it is read.
                upcast = None if kind == "computed" else self.upcast(name)
                yield _plain(name, kind, tensor, upcast)

    def is_quantised(self, name: str) -> bool:
        """Whether the quantiser packs a weight."""
        return self.quantizer is not None and bool(
            self.quantizer.param_needs_quantization(self.model, name)
        )

    def _packed(self, name: str, tensor: Any) -> TensorPlan:
        assert self.quantizer is not None
        assert self.packer is not None
        packed = self.packer.packed(self.model.get_submodule(name.rpartition(".")[0]), tensor)
        size = tensor.numel() * self.quantizer.param_element_size(self.model, name, tensor)
        return TensorPlan(
            name=name,
            kind="parameter",
            shape=tuple(tensor.shape),
            dtype=dtype_name(tensor.dtype),
            bytes=packed.numbers if packed else int(size),
            state_bytes=packed.state if packed else None,
            quantised=True,
            stored=packed.dtype if packed else None,
        )


def _named(model: Any) -> Iterator[tuple[str, str, Any]]:
    """Name, kind and tensor, under each of its names; a buffer of no checkpoint is `computed`."""
    computed = {name for name, _ in model.named_non_persistent_buffers()}
    for name, tensor in model.named_parameters(remove_duplicate=False):
        yield name, "parameter", tensor
    for name, tensor in model.named_buffers(remove_duplicate=False):
        yield name, "computed" if name in computed else "buffer", tensor


def _plain(name: str, kind: str, tensor: Any, upcast: Any) -> TensorPlan:
    dtype = upcast if upcast and tensor.is_floating_point() else tensor.dtype
    return TensorPlan(
        name=name,
        kind="buffer" if kind == "computed" else kind,
        shape=tuple(tensor.shape),
        dtype=dtype_name(dtype),
        bytes=tensor.numel() * dtype.itemsize,
    )


def structure_of(spec: LoadSpec, facts: Facts) -> Structure:
    """The structure of a load that the rules allow.

    Whatever transformers raises on the way is raised.
    """
    import torch

    dtype = getattr(torch, settled_dtype(spec, facts))
    quantizer = quantizer_of(spec, facts)
    if quantizer is not None:
        dtype = quantizer.update_dtype(dtype)
    model = _skeleton(spec, facts, dtype)
    if quantizer is not None:
        with _building(model, dtype):
            quantizer.preprocess_model(
                model=model,
                dtype=dtype,
                device_map=_device_map(spec.device),
                checkpoint_files=None,
                use_kernels=False,
            )
            settle(quantizer, model)
    fresh = not isinstance(spec.weights, Pretrained)
    return Structure(
        model=model,
        quantizer=quantizer,
        dtype=dtype,
        upcast=(lambda _: None) if fresh else _upcast(model, dtype),
        packer=None if quantizer is None else Packer(quantizer),
    )


def _device_map(device: DeviceSpec) -> Any:
    """What from_pretrained hands to a quantiser: a map of its own is made after that."""
    match device:
        case Mapped(map=placed):
            return dict(placed)
        case Dispatched(kind=kind):
            return kind
        case _:
            return {"": "cpu"}


def bare_model(spec: LoadSpec, facts: Facts) -> Any:
    """The model of a load as it is before its quantiser."""
    import torch

    return _skeleton(spec, facts, getattr(torch, settled_dtype(spec, facts)))


def settled_dtype(spec: LoadSpec, facts: Facts) -> str:
    """The dtype of the floating weights: as asked, else as config.json says, else as the first
    floating tensor is stored, else float32 (transformers.modeling_utils._get_dtype)."""
    if stated := stated_dtype(spec, facts):
        return stated
    if facts.checkpoint is not None and isinstance(spec.weights, Pretrained):
        for tensor in (stored_tensors(facts.checkpoint) or {}).values():
            if tensor.dtype.startswith(("float", "bfloat")):
                return tensor.dtype
    return "float32"


def _skeleton(spec: LoadSpec, facts: Facts, dtype: Any) -> Any:
    """The model before its quantiser, by the calls that `weights=meta` would make."""
    from transformers.initialization import no_tie_weights

    bare = spec.model_copy(
        update={
            "weights": Meta(),
            "processor": NoProcessing(),
            "adapter": NoAdapter(),
            "quantization": Unquantized(),
            "attention": _attention(spec.attention),
            "precision": PrecisionSpec.model_validate({"dtype": dtype_name(dtype)}),
        }
    )
    plan = resolve(bare, facts)
    values: list[Any] = []
    # A load ties weights once they are read; a quantiser sees the model before that.
    loaded = isinstance(spec.weights, Pretrained)
    with no_tie_weights() if loaded else nullcontext():
        for call in plan.calls[: plan.model + 1]:
            values.append(carry_out(at_hand(call, facts), values))
    return values[plan.model].eval()


def _attention(asked: AttentionSpec) -> AttentionSpec:
    """The kernel that a pass on `meta` can go with: the weights are the same with all of them."""
    return AttentionSpec(kind=asked.kind if asked.kind in ("eager", "sdpa") else "auto")


def quantizer_of(spec: LoadSpec, facts: Facts) -> Any | None:
    """transformers' quantiser for what was asked, or for what the checkpoint is."""
    from transformers.quantizers import AutoHfQuantizer

    if not isinstance(spec.weights, Pretrained) or is_unpacked(spec, facts):
        return None
    asked = evaluated(quantization(spec.quantization), ()).get("quantization_config")
    stored = facts.checkpoint.quantization if facts.checkpoint else None
    if stored is None:
        return asked and AutoHfQuantizer.from_config(asked, pre_quantized=False)
    merged = AutoHfQuantizer.merge_quantization_configs(dict(stored), asked)
    quantizer = AutoHfQuantizer.from_config(merged, pre_quantized=True)
    if type(quantizer).__name__ == "CompressedTensorsHfQuantizer":
        # What its validate_environment finds of this machine, found of the one that is asked about.
        wanted = quantizer.quantization_config.use_optimized_inference
        able = facts.host.has("xpu") or (capability(facts) or (0, 0)) >= (8, 9)
        quantizer.use_fp8_kernel = bool(wanted and able)
    return quantizer


@contextmanager
def _building(model: Any, dtype: Any) -> Iterator[None]:
    """As transformers builds modules: on `meta`, of the model's dtype."""
    import torch
    from transformers.modeling_utils import local_torch_dtype

    with torch.device("meta"), local_torch_dtype(dtype, type(model).__name__):
        yield


def _upcast(model: Any, dtype: Any) -> Upcast:
    """By transformers' own plan of what a model keeps in float32."""
    from transformers.core_model_loading import build_glob_alternation

    plan = model._get_dtype_plan(dtype)
    if not plan:
        return lambda _: None
    matches, groups, _ = build_glob_alternation(list(plan))

    def found(name: str) -> Any:
        match = matches.search(name)
        return plan[groups[match.lastgroup]] if match else None

    return found
