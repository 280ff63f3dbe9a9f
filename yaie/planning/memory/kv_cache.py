"""Bytes of the cache that generation keeps, from a forward pass on `meta`.

Imports torch and transformers. The pass is short. A cache that grows with the text is then grown by
its own `update`, which knows what slides and what keeps its size (transformers.cache_utils), so
that a long context costs no more than a short one.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from inspect import signature
from itertools import zip_longest
from typing import Any

from yaie.planning.memory.inputs import text_inputs
from yaie.planning.memory.layers import two_of_each_part
from yaie.planning.memory.meta_modes import fused_kernels, unpadded

SHORT = 16
"""Tokens of the pass."""


KEPT = frozenset({"use_cache", "past_key_values", "cache_params", "mems", "state"})
"""Arguments of which a model that keeps something has one."""


class NoCacheError(Exception):
    """The model's forward pass keeps nothing from one token to the next."""


def kv_cache_bytes(model: Any, *, context: int, batch: int) -> int:
    """Bytes of the cache of `batch` texts of `context` tokens, as kv_cache_layers has them."""
    return sum(kv_cache_layers(model, context=context, batch=batch))


def kv_cache_layers(model: Any, *, context: int, batch: int) -> list[int]:
    """Bytes of the cache a layer, for `batch` texts of `context` tokens; of an encoder-decoder both
    its texts have as many.

    Raises NoCacheError where the model keeps none, and what its forward pass raises where that
    cannot go without numbers, a sound or a picture.
    """
    import torch

    if not model.can_generate() and not KEPT & signature(model.forward).parameters.keys():
        raise NoCacheError(type(model).__name__)
    with torch.no_grad(), unpadded(), fused_kernels():
        try:
            return _layers_of(model, batch, context)
        except (AttributeError, TypeError, ValueError):
            # It wants a picture beside its text; what it keeps is in the part that reads the text.
            part = _text_part(model)
            if part is None:
                raise
        return _layers_of(part, batch, context)


def _layers_of(model: Any, batch: int, context: int) -> list[int]:
    length = min(context, SHORT)
    cache = _filled(model, batch, length)
    text = model.main_input_name == "input_ids"
    if context > length and not _grown(cache, context - length, reads_text=text):
        cache = _filled(model, batch, context)
    return _layers_bytes(cache)


def _text_part(model: Any) -> Any | None:
    """The part of a model of text and pictures that writes; None where it reads with an encoder."""
    if model.config.is_encoder_decoder:
        return None
    for name in ("language_model", "text_decoder", "text_model"):
        for holder in (model, getattr(model, "model", None)):
            if (part := getattr(holder, name, None)) is not None:
                return part
    return None


def cache_bytes(cache: Any) -> int:
    """Bytes of the tensors of a cache, be it on `meta` or real."""
    return sum(_layers_bytes(cache))


def _layers_bytes(cache: Any) -> list[int]:
    """Bytes of a cache a layer; a tensor that two share is the first's."""
    seen: set[int] = set()
    return [sum(_sizes(layers, seen)) for layers in _stacked(cache)]


def _stacked(cache: Any) -> Iterator[tuple[Any, ...]]:
    """What each layer of a model caches: of an encoder-decoder its own and its encoder's."""
    if hasattr(cache, "self_attention_cache"):
        both = (cache.self_attention_cache, cache.cross_attention_cache)
        yield from zip_longest(*(list(_layers(each)) for each in both))
        return
    yield from ((layer,) for layer in _layers(cache))


def _sizes(layers: tuple[Any, ...], seen: set[int]) -> Iterator[int]:
    for layer in layers:
        for tensor in _tensors(_values(layer)) if layer is not None else ():
            if id(tensor) not in seen:
                seen.add(id(tensor))
                yield tensor.numel() * tensor.element_size()


def _values(layer: Any) -> Any:
    return layer if isinstance(layer, list | tuple | Mapping) else vars(layer)


def _filled(model: Any, batch: int, length: int) -> Any:
    inputs = text_inputs(model, batch, length)
    with two_of_each_part(model):
        output = model(**inputs, use_cache=True)
    for name in CACHES:
        if (cache := getattr(output, name, None)) is not None:
            return cache
    if not _takes_a_cache(model):
        raise NoCacheError(type(model).__name__)
    return _given(model, inputs)


CACHES = ("past_key_values", "cache_params", "mems", "state")
"""What the outputs of models name it."""


def _takes_a_cache(model: Any) -> bool:
    named = signature(model.forward).parameters
    return bool(getattr(model, "can_generate", bool)() and "past_key_values" in named)


def _given(model: Any, inputs: Mapping[str, Any]) -> Any:
    """The cache that a generation gives to a model that makes none by itself."""
    from transformers import DynamicCache

    cache = DynamicCache(config=model.config.get_text_config(decoder=True))
    model(**inputs, use_cache=True, past_key_values=cache)
    if not cache_bytes(cache):
        raise NoCacheError(type(model).__name__)
    return cache


def _grown(cache: Any, tokens: int, *, reads_text: bool) -> bool:
    """Whether every layer of the cache could be grown by so many tokens."""
    # What an encoder made of a text grows with it; what it made of a sound is of one length.
    whole = cache if reads_text else getattr(cache, "self_attention_cache", cache)
    layers = list(_layers(whole))
    if not all(type(layer).__module__ == "transformers.cache_utils" for layer in layers):
        return False
    for layer in layers:
        _grow(layer, tokens)
    return True


def _grow(layer: Any, tokens: int) -> None:
    keys, values = getattr(layer, "keys", None), getattr(layer, "values", None)
    if keys is None or values is None or not keys.numel():
        return
    layer.update(_more(keys, tokens, -2), _more(values, tokens, -2))
    for name in ("indexer_keys", "indexer_position_ids"):
        held = getattr(layer, name, None)
        if held is not None:
            along = -2 if name == "indexer_keys" else -1
            setattr(layer, name, _more(held, tokens + held.shape[along], along))


def _more(tensor: Any, tokens: int, along: int) -> Any:
    shape = list(tensor.shape)
    shape[along] = tokens
    return tensor.new_empty(shape)


def _layers(cache: Any) -> Iterator[Any]:
    """The layers of a cache, or of the two of an encoder-decoder; a cache without is one itself."""
    for name in ("self_attention_cache", "cross_attention_cache"):
        if hasattr(cache, name):
            yield from _layers(getattr(cache, name))
    if hasattr(cache, "self_attention_cache"):
        return
    yield from getattr(cache, "layers", None) or [cache]


def _tensors(values: Any) -> Iterator[Any]:
    """Every tensor with a dimension in mappings and lists of them."""
    if hasattr(values, "element_size"):
        if values.dim():
            yield values
    elif isinstance(values, Mapping):
        for value in values.values():
            yield from _tensors(value)
    elif isinstance(values, list | tuple):
        for value in values:
            yield from _tensors(value)
