"""By what the weights of a load are quantised: read by the rules of group `quantization`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from yaie.facts.facts import Facts
from yaie.facts.method import MethodFacts
from yaie.facts.quantization import METHODS, stored_method
from yaie.rules.reading import own_config, reads_weights
from yaie.spec.load_spec import LoadSpec
from yaie.spec.quantization import Unquantized


@dataclass(frozen=True, slots=True, kw_only=True)
class Quantizing:
    """The method that a load uses, because it was asked for or because the checkpoint has it."""

    method: str
    """The option's name."""
    needs: MethodFacts
    asked: bool
    stored: bool
    """Whether the weights are quantised already."""
    unpacked: bool
    """Whether the weights are asked for as floats."""
    path: str
    """What a problem is about: the option, or the checkpoint."""
    subject: str

    @property
    def instead(self) -> str | None:
        """The override that goes without."""
        return "`quantization=none`" if self.asked else None


def quantizing(spec: LoadSpec, facts: Facts) -> Quantizing | None:
    """The method of a load; None where its weights stay as they are."""
    asked = not isinstance(spec.quantization, Unquantized)
    own = stored_method(own_quantization(spec, facts)) if reads_weights(spec) else None
    method = spec.quantization.method if asked else own
    if method is None:
        return None
    stored = own is not None or (method == "gguf" and spec.model.gguf_file is not None)
    return Quantizing(
        method=method,
        needs=METHODS[method],
        asked=asked,
        stored=stored,
        unpacked=stored and bool(getattr(spec.quantization, "dequantize", False)),
        path="quantization.method" if asked else "model.id",
        subject=f"`{method}`" if asked else f"`{spec.model.id}`, quantised by `{method}`,",
    )


def own_quantization(spec: LoadSpec, facts: Facts) -> Mapping[str, Any]:
    """The quantisation that config.json tells of, its own or that of its text part."""
    config = own_config(spec, facts)
    for part in (config, config.get("text_config")):
        own = part.get("quantization_config") if isinstance(part, Mapping) else None
        if own and isinstance(own, Mapping):
            return own
    return {}


def is_unpacked(spec: LoadSpec, facts: Facts) -> bool:
    """Whether weights that are quantised already become floats as they are read: as asked, or for
    want of what the method runs on."""
    use = quantizing(spec, facts)
    if use is None or not use.stored:
        return False
    return use.unpacked or (use.needs.unpacks and not _runs(use.needs, facts))


def _runs(needs: MethodFacts, facts: Facts) -> bool:
    host = facts.host
    able = any(
        device.kind in needs.kinds
        and (needs.capability is None or (device.compute_capability or (0, 0)) >= needs.capability)
        for device in host.devices
    )
    at_hand = all(package.name in host.packages for package in needs.packages)
    return able and (at_hand or not host.packages_known)
