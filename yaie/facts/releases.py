"""What the builder reads where releases of transformers differ. Imports transformers."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from typing import Any


def attention_kinds() -> tuple[str, ...]:
    """Every kind that transformers registers, the two that need nothing first."""
    from transformers.modeling_utils import ALL_ATTENTION_FUNCTIONS

    named = sorted({*ALL_ATTENTION_FUNCTIONS.valid_keys()} - {"eager", "sdpa"})
    return ("eager", "sdpa", *named)


def experts_kinds() -> tuple[str, ...]:
    """Every way to run a mixture's experts that transformers registers."""
    from transformers.integrations.finegrained_fp8 import ALL_FP8_EXPERTS_FUNCTIONS
    from transformers.integrations.moe import ALL_EXPERTS_FUNCTIONS

    return ("eager", *sorted({*ALL_EXPERTS_FUNCTIONS.keys(), *ALL_FP8_EXPERTS_FUNCTIONS.keys()}))


def without_weights() -> AbstractContextManager[Any]:
    """Models made inside of it draw no weights."""
    from transformers import initialization

    context: AbstractContextManager[Any] = initialization.no_init_weights()
    return context


@contextmanager
def flash_packages_taken_for_granted() -> Iterator[None]:
    """FlashAttention's packages count as installed, and none of them is imported or fetched.

    What a constructor still refuses is then the answer of the class and its config. It is got by
    two replacements: the availability checks of `FLASH_ATTENTION_COMPATIBILITY_MATRIX` say yes,
    and `modeling_utils.lazy_import_flash_attention`, which would import the kernels of a kind that
    is admitted, does nothing. The flags, fallbacks and checks of classes and configs are as ever.
    """
    from transformers import modeling_flash_attention_utils, modeling_utils

    with ExitStack() as stack:
        for needs in modeling_flash_attention_utils.FLASH_ATTENTION_COMPATIBILITY_MATRIX.values():
            stack.enter_context(_item(needs, "general_availability_check", lambda: True))
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
        if hasattr(part, "get_expanded_tied_weights_keys"):
            part.config.tie_word_embeddings = True
    return dict(model.get_expanded_tied_weights_keys(all_submodels=True))


def tensor_parallel_plan(model: Any) -> dict[str, str]:
    """Modules → how they are split, of the model and all its parts."""
    return dict(model._tp_plan or {})


def declared_backends(cls: Any) -> set[str]:
    """Backends that a class says it requires, and those that it is a stand-in for the lack of."""
    said = (vars(cls).get(name, ()) for name in ("__backends", "_backends"))
    return {str(backend) for backends in said for backend in backends}


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
