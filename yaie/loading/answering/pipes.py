"""transformers' pipelines around a model that is loaded already: they fetch nothing then."""

from __future__ import annotations

from typing import Any

from yaie.loading.answering.parts import part, reading
from yaie.loading.brought import Brought


def piped(loaded: Brought, pipeline: str, parts: tuple[str, ...], *inputs: Any, **said: Any) -> Any:
    """What a pipeline class makes of an input, fed by the named parts of the processor.

    The class and not `transformers.pipeline`, which looks for parts that are absent on the hub; the
    model stays on its device, where a pipeline left alone moves it to the first accelerator.
    """
    import transformers

    model = loaded.model
    given = {name: part(loaded.processor, name) for name in parts}
    if "processor" in parts:
        given["processor"] = loaded.processor
    if getattr(model, "hf_device_map", None) is None:
        given["device"] = model.device
    pipe = getattr(transformers, pipeline)(model=model, task="", **given)
    with reading(loaded):
        return pipe(*inputs, **said)
