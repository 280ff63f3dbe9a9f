"""Declarative loading of Hugging Face models: asked, checked, planned, done, proved.

>>> import yaie
>>> loaded = yaie.load("recipes/tiny.yaml", "precision=fp32")
>>> loaded.model, loaded.tokenizer, loaded.receipt

The names below are bound when they are first used: importing yaie loads neither torch nor
transformers.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from yaie.api import check, compose, fit, inspect, load, plan, sweep
    from yaie.errors import (
        InputError,
        MismatchError,
        Problem,
        SourceError,
        UnsupportedError,
        YaieError,
    )
    from yaie.loading.loaded import Loaded
    from yaie.loading.model_loader import ModelLoader
    from yaie.loading.receipt import Receipt
    from yaie.planning.plan import LoadPlan
    from yaie.spec.load_spec import Composition, LoadSpec
    from yaie.sweeps.row import Row
    from yaie.sweeps.swept import Swept

__version__ = "0.1.0"

_HOMES = {
    "check": "yaie.api",
    "compose": "yaie.api",
    "fit": "yaie.api",
    "inspect": "yaie.api",
    "load": "yaie.api",
    "plan": "yaie.api",
    "sweep": "yaie.api",
    "Composition": "yaie.spec.load_spec",
    "InputError": "yaie.errors",
    "LoadPlan": "yaie.planning.plan",
    "LoadSpec": "yaie.spec.load_spec",
    "Loaded": "yaie.loading.loaded",
    "MismatchError": "yaie.errors",
    "ModelLoader": "yaie.loading.model_loader",
    "Problem": "yaie.errors",
    "Receipt": "yaie.loading.receipt",
    "Row": "yaie.sweeps.row",
    "SourceError": "yaie.errors",
    "Swept": "yaie.sweeps.swept",
    "UnsupportedError": "yaie.errors",
    "YaieError": "yaie.errors",
}

__all__ = [
    "Composition",
    "InputError",
    "LoadPlan",
    "LoadSpec",
    "Loaded",
    "MismatchError",
    "ModelLoader",
    "Problem",
    "Receipt",
    "Row",
    "SourceError",
    "Swept",
    "UnsupportedError",
    "YaieError",
    "__version__",
    "check",
    "compose",
    "fit",
    "inspect",
    "load",
    "plan",
    "sweep",
]


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module 'yaie' has no attribute '{name}'")
    value = getattr(import_module(_HOMES[name]), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return __all__
