"""What the builder reads where releases of transformers differ. Imports transformers."""

from __future__ import annotations

import inspect
import re
from collections.abc import Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from importlib import import_module
from importlib.util import find_spec
from typing import Any

from yaie.facts.architecture import QuantizationFacts


def attention_kinds() -> tuple[str, ...]:
    """Every kind that transformers registers, the two that need nothing first."""
    from transformers.modeling_utils import ALL_ATTENTION_FUNCTIONS

    named = sorted({*ALL_ATTENTION_FUNCTIONS.valid_keys()} - {"eager", "sdpa"})
    return ("eager", "sdpa", *named)


def experts_kinds() -> tuple[str, ...]:
    """Every way to run a mixture's experts that transformers registers."""
    if find_spec("transformers.integrations.moe") is None:
        # Before 5 no implementation can be chosen.
        return ()
    from transformers.integrations.moe import ALL_EXPERTS_FUNCTIONS

    return ("eager", *sorted({*ALL_EXPERTS_FUNCTIONS.keys(), *_fp8_experts_kinds()}))


def _fp8_experts_kinds() -> tuple[str, ...]:
    try:
        module = import_module("transformers.integrations.finegrained_fp8")
    except ImportError:
        # 5.0's imports triton, and registers none.
        return ()
    return tuple(getattr(module, "ALL_FP8_EXPERTS_FUNCTIONS", {}).keys())


def quantization_methods() -> dict[str, QuantizationFacts]:
    """Method, as the `quant_method` of a config.json spells it → its class."""
    from transformers.quantizers.auto import AUTO_QUANTIZATION_CONFIG_MAPPING

    return {
        re.sub("_[48]bit$", "", method): QuantizationFacts(
            config=cls.__name__, fields=_parameters(cls)
        )
        for method, cls in sorted(AUTO_QUANTIZATION_CONFIG_MAPPING.items())
    }


def without_weights() -> AbstractContextManager[Any]:
    """Models made inside of it draw no weights."""
    # Before 5 it is in modeling_utils.
    today = find_spec("transformers.initialization") is not None
    home = import_module(f"transformers.{'initialization' if today else 'modeling_utils'}")
    context: AbstractContextManager[Any] = home.no_init_weights()
    return context


@contextmanager
def flash_packages_taken_for_granted() -> Iterator[None]:
    """FlashAttention's packages count as installed, and none of them is imported or fetched.

    What a constructor still refuses is then the answer of the class and its config. It is got by
    two replacements: the availability checks of `FLASH_ATTENTION_COMPATIBILITY_MATRIX`, or those
    that modeling_utils imports where there is none, say yes, and
    `modeling_utils.lazy_import_flash_attention`, which would import the kernels of a kind that is
    admitted, does nothing. The flags, fallbacks and checks of classes and configs are as ever.
    """
    from transformers import modeling_flash_attention_utils, modeling_utils

    table = "FLASH_ATTENTION_COMPATIBILITY_MATRIX"
    with ExitStack() as stack:
        for needs in getattr(modeling_flash_attention_utils, table, {}).values():
            stack.enter_context(_item(needs, "general_availability_check", lambda: True))
        for check in ("is_flash_attn_2_available", "is_flash_attn_3_available"):
            if hasattr(modeling_utils, check):
                stack.enter_context(_attribute(modeling_utils, check, lambda: True))
        nothing = _attribute(modeling_utils, "lazy_import_flash_attention", lambda *_, **__: None)
        stack.enter_context(nothing)
        yield


@contextmanager
def backends_asked() -> Iterator[set[str]]:
    """The names of the backends that `requires_backends` is called for, as they come in."""
    from transformers.utils.import_utils import BACKENDS_MAPPING

    asked: set[str] = set()

    def noting(name: str, available: Any) -> Any:
        def check() -> bool:
            asked.add(name)
            return bool(available())

        return check

    with ExitStack() as stack:
        for name, (available, message) in dict(BACKENDS_MAPPING).items():
            stack.enter_context(_item(BACKENDS_MAPPING, name, (noting(name, available), message)))
        yield asked


def tied_weights(model: Any) -> dict[str, str]:
    """Weight → the one that it is tied to where every config of a model says to tie."""
    for part in model.modules():
        if hasattr(part, "tie_weights"):
            part.config.tie_word_embeddings = True
    if not hasattr(model, "get_expanded_tied_weights_keys"):
        return _tied_by_identity(model)
    try:
        return dict(model.get_expanded_tied_weights_keys(all_submodels=True))
    except ValueError:
        # 5.0 does not find the weights that some classes (CamembertForCausalLM) say are tied.
        return {}


def checkpoints(model: Any) -> bool:
    """Whether a model lets its layers compute activations anew; it is left doing so."""
    name = "activation_checkpointing_enable"
    try:
        getattr(model, name if hasattr(model, name) else "gradient_checkpointing_enable")()
    except ValueError:
        return False
    return True


def tensor_parallel_plan(model: Any) -> dict[str, str]:
    """Modules → how they are split, of the model and all its parts."""
    return dict(getattr(model, "_tp_plan", None) or {})


def declared_backends(cls: Any) -> set[str]:
    """Backends that a class says it requires, and those that it is a stand-in for the lack of."""
    said = (vars(cls).get(name, ()) for name in ("__backends", "_backends"))
    return {str(backend) for backends in said for backend in backends}


def _parameters(cls: Any) -> tuple[str, ...]:
    parameters = list(inspect.signature(cls.__init__).parameters.values())[1:]
    return tuple(p.name for p in parameters if p.kind is not inspect.Parameter.VAR_KEYWORD)


def _tied_by_identity(model: Any) -> dict[str, str]:
    """Before 5 a model says its ties by having one parameter in two places, of which the first is
    where it is made."""
    try:
        model.tie_weights()
    except AttributeError:
        # The embeddings of some (CsmBackboneModel) are no layer that can be tied.
        return {}
    first: dict[int, str] = {}
    tied: dict[str, str] = {}
    for name, parameter in model.named_parameters(remove_duplicate=False):
        source = first.setdefault(id(parameter), name)
        if source != name:
            tied[name] = source
    return tied


@contextmanager
def _item(mapping: Any, key: Any, value: Any) -> Iterator[None]:
    before = mapping[key]
    mapping[key] = value
    try:
        yield
    finally:
        mapping[key] = before


@contextmanager
def _attribute(owner: Any, name: str, value: Any) -> Iterator[None]:
    before = getattr(owner, name)
    setattr(owner, name, value)
    try:
        yield
    finally:
        setattr(owner, name, before)
