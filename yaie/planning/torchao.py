"""torchao's formats as calls: dtypes and classes are named in a recipe, and made here."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from yaie.facts.torchao import FORMATS
from yaie.planning.calls import Named, Nested, Value
from yaie.spec.quantization.integers import TorchAo

_ROOM = "torchao.quantization"


def quant_type(spec: TorchAo) -> Nested:
    """The call that makes the format."""
    arguments = FORMATS[spec.quant_type]
    made = {name: arguments[name].made for name in spec.quant_type_kwargs}
    kwargs = {name: _made(made[name], value) for name, value in spec.quant_type_kwargs.items()}
    return Nested(f"{_ROOM}.{spec.quant_type}", kwargs=kwargs)


def _made(kind: str, value: Any) -> Value:
    match kind, value:
        case _, None:
            return None
        case "dtype", str():
            return Named(f"torch.{value}")
        case "mapping", str():
            return Named(f"{_ROOM}.MappingType.{value}")
        case "granularity", str():
            return Nested(f"{_ROOM}.{value}")
        case "granularity", Mapping():
            ((name, arguments),) = value.items()
            return Nested(f"{_ROOM}.{name}", kwargs=arguments or {})
        case _:
            return value
