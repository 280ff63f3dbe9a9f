"""MethodFacts: what transformers asks of one method of quantisation."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from yaie.facts.layers import DERIVED, LINEAR

Kinds = frozenset[str]
EVERY: Kinds = frozenset({"cpu", "cuda", "mps", "xpu", "npu", "hpu", "mlu", "musa", "sdaa"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Package:
    """A distribution that a method needs."""

    name: str
    minimum: str | None = None
    below: str | None = None
    """The first version that is too new."""
    install: str | None = None
    """What pip installs, where that is not the name."""
    kinds: Kinds = EVERY
    """The kinds of devices on which it is needed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Recast:
    """Dtypes of the unquantised weights that a method replaces by another, whatever was asked."""

    dtypes: Kinds
    by: str
    kinds: Kinds = EVERY
    """The kinds of devices on which it does."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MethodFacts:
    """One method of quantisation."""

    stored: str
    """The `quant_method` of a config.json."""
    config: str | None
    """transformers' class of its config; None: the checkpoint says all that can be said."""
    says: Mapping[str, Any] = field(default_factory=dict)
    """Arguments of that class that tell the method from others of the same class."""
    packages: tuple[Package, ...] = ()
    called_by: tuple[Package, ...] = ()
    """Packages that only the forward pass asks for."""
    kinds: Kinds = EVERY
    """The kinds of devices that it runs on."""
    capability: tuple[int, int] | None = None
    """The lowest compute capability of CUDA devices."""
    dtypes: Kinds | None = None
    """The dtypes that the rest of the model may have; None: any."""
    quantises: Kinds | None = None
    """The dtypes that it quantises from; None: any."""
    recast: Recast | None = None
    only_stored: str | None = None
    """Why weights cannot be quantised by it as they are loaded; None where they can."""
    only_fresh: str | None = None
    """Why a checkpoint that is quantised by it does not load; None where it does."""
    unpacks: bool = False
    """Where it cannot run, a checkpoint is unpacked into floats instead."""
    moves: bool = False
    """Without a device map the model goes to the accelerator."""
    single: bool = False
    """One device holds the whole model."""
    named: bool = False
    """That device is named: a map that is still to be made is refused."""
    layers: Kinds = frozenset({LINEAR, DERIVED})
    """The kinds of linear layers that it quantises."""
    architectures: Kinds | None = None
    """The model types whose modules it has; None: the linear modules of any."""
    not_fresh: Kinds = frozenset()
    """Where a map beside accelerators may not send weights that are quantised as they load."""
    not_stored: Kinds = frozenset()
    """Where a map beside accelerators may not send weights that are quantised already."""
    map_heeded_with: Kinds = EVERY
    """Kinds of devices of which the machine has one where it looks at the map at all."""
    keeps: str | None = "modules_to_not_convert"
    """The field that names the modules that stay as they are."""
    heeded: tuple[str, ...] = ()
    """Fields that count although the checkpoint says its own: `get_loading_attributes`."""
    reads: tuple[str, ...] = ()
    """Other methods whose checkpoints it reads."""
