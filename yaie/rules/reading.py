"""What several rules read off a spec and its facts."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from fnmatch import fnmatchcase
from typing import Any

from yaie.facts.architecture import ArchitectureFacts, ClassFacts
from yaie.facts.facts import Facts
from yaie.facts.packages import release as release
from yaie.spec.load_spec import LoadSpec
from yaie.spec.weights import Meta, Pretrained
from yaie.spec.wording import nearest

DTYPE_NAMES = ("dtype", "torch_dtype")
"""Names under which a config.json says its dtype, today's first."""


def subject(spec: LoadSpec) -> str:
    """What the load is called in a message: the id, else the architecture."""
    return spec.model.id or spec.model.architecture or "the model"


def is_local(facts: Facts) -> bool:
    """Whether all there is of the checkpoint is at hand, so that what is missing stays missing."""
    return facts.checkpoint is not None and facts.checkpoint.commit is None


def reads_weights(spec: LoadSpec) -> bool:
    return isinstance(spec.weights, Pretrained)


def has_numbers(spec: LoadSpec) -> bool:
    """Whether tensors will lie on devices; the meta device holds none."""
    return not isinstance(spec.weights, Meta)


def own_config(spec: LoadSpec, facts: Facts) -> Mapping[str, Any]:
    """The checkpoint's config.json; while it is not at hand, what is known of it."""
    if facts.checkpoint is not None and facts.checkpoint.config is not None:
        return facts.checkpoint.config
    return spec.model.known.config if spec.model.known else {}


def is_whole(spec: LoadSpec, facts: Facts) -> bool:
    """Whether a field that no config says has its default: config.json is at hand, or known, or
    there is none."""
    if facts.checkpoint is not None and facts.checkpoint.config is not None:
        return True
    return spec.model.known is not None or spec.model.id is None


def asked_class(facts: Facts) -> ClassFacts | None:
    """The class that will be built; None while it is not known."""
    if facts.architecture is None or facts.task is None:
        return None
    return facts.architecture.classes.get(facts.task)


def told_parts(spec: LoadSpec, facts: Facts) -> dict[str, ArchitectureFacts]:
    """Sub-configs whose model_type is said, by an override or by the checkpoint's config, where
    any may stand; what was seen of the default model does not hold for these."""
    configs = (spec.model.config, own_config(spec, facts))
    return {
        name: part
        for name, part in facts.sub_architectures.items()
        if facts.architecture is not None
        and name in facts.architecture.open_sub_configs
        and any(_names_a_type(config.get(name)) for config in configs)
    }


def _names_a_type(config: object) -> bool:
    return isinstance(config, Mapping) and "model_type" in config


def own_name(name: str, architecture: ArchitectureFacts) -> str:
    """A config field by the architecture's own name: gpt2's `hidden_size` is `n_embd`."""
    return architecture.attribute_map.get(name, name)


def setting(name: str, spec: LoadSpec, facts: Facts) -> Any:
    """A config field's value: the override, else the checkpoint's, else the default that stands
    where a whole config.json is silent; None where it is not known."""
    aliases = dict(facts.architecture.attribute_map) if facts.architecture else {}
    own = aliases.get(name, name)
    names = {name, own, *(alias for alias, target in aliases.items() if target == own)}
    for config in (spec.model.config, own_config(spec, facts)):
        for spelling in sorted(names & config.keys()):
            return config[spelling]
    if facts.architecture is None or not is_whole(spec, facts):
        return None
    field = facts.architecture.fields.get(own)
    return field.default if field else None


def dtype(spec: LoadSpec, facts: Facts) -> str | None:
    """The dtype that the parameters will have; None where only the weights can tell."""
    if spec.precision.dtype != "auto":
        return spec.precision.dtype
    if spec.model.gguf_file is not None:
        return None
    config = own_config(spec, facts)
    stated = next((config[name] for name in DTYPE_NAMES if config.get(name)), None)
    return str(stated).removeprefix("torch.") if stated else None


def older(facts: Facts, package: str, minimum: str) -> bool:
    """Whether an installed package is older than a version; an absent one is not."""
    version = facts.host.packages.get(package)
    return version is not None and release(version) < release(minimum)


def capability(facts: Facts) -> tuple[int, int] | None:
    """The lowest CUDA compute capability of the machine's devices; None without any."""
    found = [d.compute_capability for d in facts.host.devices if d.compute_capability]
    return min(found, default=None)


def dotted(version: tuple[int, ...]) -> str:
    """A version or capability as it is written: `9.0`."""
    return ".".join(map(str, version))


def pattern(name: str) -> str:
    """A module's name with its layer numbers as `*`."""
    return ".".join("*" if part.isdigit() else part for part in name.split("."))


def covers(key: str, name: str) -> bool:
    """Whether a module's name is a key's own or below it; the empty key covers all."""
    return key in ("", name) or name.startswith(f"{key}.")


def leaves(modules: Iterable[str]) -> list[str]:
    """Modules that hold no other module."""
    modules = list(modules)
    parents = {name.rpartition(".")[0] for name in modules}
    return [name for name in modules if name and name not in parents]


def may_match(wanted: str, modules: tuple[str, ...]) -> bool:
    """Whether a pattern can name a weight of some module, or of one too deep to be listed."""
    head = wanted.partition("*")[0]
    stem = pattern(head.rstrip("."))
    is_module = head.endswith(".") and wanted == f"{head}*"
    return (
        not stem
        or any(fnmatchcase(f"{module}.weight", pattern(wanted)) for module in modules)
        or any(module.startswith(stem) for module in modules)
        or _may_be_unlisted(stem if is_module else stem.rpartition(".")[0], modules)
    )


def _may_be_unlisted(wanted: str, modules: tuple[str, ...]) -> bool:
    """Whether a module can be there though it is not listed, as what is below the last ones is."""
    around = [module for module in modules if covers(module, wanted)]
    if not around:
        return False
    inner = max(around, key=len)
    return inner == wanted or not any(module.startswith(f"{inner}.") for module in modules)


def meant_module(wanted: str, modules: tuple[str, ...]) -> str | None:
    """The module that a pattern was surely meant to name; None where it may name a parameter."""
    asked = wanted.removesuffix(".*")
    near = nearest(asked, modules, cutoff=_SURELY_MEANT)
    # Of `norm1` and `norm2` another config may well have both.
    return near if near and _without_numbers(near) != _without_numbers(asked) else None


def _without_numbers(name: str) -> str:
    return re.sub(r"\d+", "", name)


_SURELY_MEANT = 0.85
"""Likeness of a parameter's name to a module's stays below it in all architectures of 5.23."""
