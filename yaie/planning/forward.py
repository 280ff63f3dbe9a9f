"""A forward pass on `meta`, of inputs without numbers. Imports torch."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from inspect import signature
from typing import Any

from yaie.facts.memory import Use
from yaie.planning.kv_cache import NoCacheError, unpadded
from yaie.planning.kv_cache import _inputs as text_inputs
from yaie.planning.layers import two_of_each


class NoForwardError(Exception):
    """A model's forward pass cannot go on `meta`; says why."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Forward:
    """A pass that can be run at several lengths, or at one."""

    run: Callable[[int], Any]
    """Makes the pass with texts of so many tokens."""
    sized: bool
    """Whether its length is a number of tokens; else it is always the same."""
    told: str
    """What it is a pass of: `an image of 224 × 224`."""

    def basis(self, use: Use) -> str:
        """What the pass is, in words."""
        what = f"{use.context:,} tokens" if self.sized else self.told
        return f"a forward pass on `meta` of {what}, batch {use.batch}"


def forward(model: Any, *, batch: int) -> Forward:
    """The pass that a model makes of what it mainly reads.

    A generator's is that of a prompt, of which the last token alone has logits. Raises
    NoForwardError for a model of whose inputs no size is known.
    """
    keywords = _keywords(model)
    name = model.main_input_name
    if name == "pixel_values":
        image = _image(model, batch)
        return Forward(
            run=lambda _: _pass(model, {"pixel_values": image}),
            sized=False,
            told=f"images of {' × '.join(map(str, image.shape[2:]))}",
        )
    if name not in ("input_ids", "input_features"):
        raise NoForwardError(f"`{type(model).__name__}` reads `{name}`, whose size is not known")
    return Forward(
        run=lambda length: _pass(model, {**text_inputs(model, batch, length), **keywords}),
        sized=True,
        told="",
    )


def _keywords(model: Any) -> dict[str, Any]:
    known = signature(model.forward).parameters
    wanted = {"use_cache": False, "logits_to_keep": 1}
    return {name: value for name, value in wanted.items() if name in known}


def _image(model: Any, batch: int) -> Any:
    import torch

    config = model.config
    size = getattr(config, "image_size", None)
    channels = getattr(config, "num_channels", 3)
    if size is None:
        raise NoForwardError(f"`{type(model).__name__}` reads images of any size")
    height, width = size if isinstance(size, list | tuple) else (size, size)
    shape = (batch, channels, height, width)
    return torch.empty(shape, dtype=model.dtype, device="meta")


def _pass(model: Any, inputs: Mapping[str, Any]) -> Any:
    with foreseeable(model), unpadded(), two_of_each(model):
        return model(**inputs)


@contextmanager
def foreseeable(model: Any) -> Any:
    """Turns what a pass raises for want of numbers into a NoForwardError."""
    try:
        yield
    except NoCacheError:
        raise
    except Exception as error:
        said = " ".join(str(error).split())[:200]
        raise NoForwardError(
            f"the forward pass of `{type(model).__name__}` needs numbers: {said}"
        ) from error
