"""Group `device`: does a device map fit the model's modules?"""

from __future__ import annotations

import re
from collections.abc import Iterator

from yaie.errors import Problem
from yaie.facts.facts import Facts
from yaie.rules.problems import refused, said, wrong
from yaie.rules.reading import asked_class, covers, leaves, pattern, setting
from yaie.spec.device import Mapped
from yaie.spec.load_spec import LoadSpec
from yaie.spec.wording import counted, nearest, quoted

HOLDERS = frozenset(
    {
        "classifier",
        "embed_in",
        "embed_tokens",
        "embeddings",
        "final_layer_norm",
        "final_layernorm",
        "layernorm_embedding",
        "lm_head",
        "ln_f",
        "multi_modal_projector",
        "norm_f",
        "score",
        "shared",
        "word_embeddings",
        "wpe",
        "wte",
    }
)
"""Names of modules that hold weights wherever they occur, asked of 1,053 classes of 5.23."""
NORM_WITHOUT_WEIGHTS = ("nanochat", "olmo")
"""Architectures whose last norm has no weights; everywhere else the `norm` after the layers has."""
_LAYERS = r"(?:layers?|blocks?|h)\.\*"
STACK = re.compile(rf"(?:^|\.){_LAYERS}$")
TRUNK = re.compile(rf"(?:(?:model|encoder|decoder|transformer)\.)?{_LAYERS}")
"""Stacks of a base class whose layers `num_hidden_layers` counts, in all architectures of 5.23 that
have one such stack."""


def map_names_modules(spec: LoadSpec, facts: Facts) -> Iterator[Problem]:
    """Each key of a device map is a module; accelerate only warns of one that is not.

    Upstream: the key is ignored, with a warning at most, and the module stays where an outer key or
    the CPU has it.
    """
    model = asked_class(facts)
    if not isinstance(spec.device, Mapped) or model is None or not model.modules:
        return
    for key, device in spec.device.map.items():
        if _may_be_module(pattern(key), model.modules):
            continue
        message = f"`{model.name}` has no module `{key}`"
        if near := nearest(pattern(key), model.modules, cutoff=_SURELY_MEANT):
            meant = _numbered(near, re.findall(r"(?<=\.)\d+(?=\.|$)", key))
            hint = f"`~device.map.{key} device.map.{meant}={device}`"
            yield wrong(f"device.map.{key}", message, hint)
        else:
            # Parameters outside of modules (`logit_scale`) are keys too, and are not listed.
            yield said(f"device.map.{key}", f"{message}; if it is no parameter, it is ignored")


_SURELY_MEANT = 0.85
"""Likeness of a parameter's name to a module's stays below it in all architectures of 5.23."""


def _may_be_module(name: str, modules: tuple[str, ...]) -> bool:
    """Whether a module is listed, or is inside of one whose parts are not, or may differ."""
    if name == "" or name in modules:
        return True
    layers = (module for module in modules if module.endswith("*"))
    return any(name.startswith(f"{module}.") for module in (*leaves(modules), *layers))


def _numbered(name: str, numbers: list[str]) -> str:
    for number in numbers:
        name = name.replace("*", number, 1)
    return name


def map_names_layers_that_exist(spec: LoadSpec, facts: Facts) -> Iterator[Problem]:
    """A layer's number is below the model's number of layers.

    Upstream: the key is ignored in silence.
    """
    trunk = _trunk(facts)
    count = setting("num_hidden_layers", spec, facts)
    if not isinstance(spec.device, Mapped) or trunk is None or not isinstance(count, int):
        return
    for key in spec.device.map:
        found = re.match(rf"{re.escape(trunk)}\.(\d+)(?:\.|$)", key)
        if found and int(found[1]) >= count:
            yield wrong(
                f"device.map.{key}",
                f"layer {found[1]} was placed, and the model has {counted(count, 'layer')}, counted"
                " from 0",
                f"`~device.map.{key}`",
            )


def _trunk(facts: Facts) -> str | None:
    """The one stack of layers that `num_hidden_layers` counts; None where it counts several."""
    base = facts.architecture.classes.get("base") if facts.architecture else None
    model = asked_class(facts)
    stacks = [name for name in (base.modules if base else ()) if STACK.search(name)]
    if model is None or len(stacks) != 1 or not TRUNK.fullmatch(stacks[0]):
        return None
    inside = [name for name in model.modules if f".{name}".endswith(f".{stacks[0]}")]
    return inside[0].removesuffix(".*") if len(inside) == 1 else None


def map_covers_the_model(spec: LoadSpec, facts: Facts) -> Iterator[Problem]:
    """Every module that holds weights has a device: transformers leaves the others on the CPU.

    Upstream: modules without a device are loaded on the CPU in silence.
    """
    model = asked_class(facts)
    if not isinstance(spec.device, Mapped) or model is None:
        return
    uncovered = _uncovered(spec, facts, spec.device.map)
    if not uncovered:
        return
    device = list(spec.device.map.values())[-1]
    hint = " ".join(f"device.map.{name}={device}" for name in uncovered[:_HINTED])
    yield refused(
        "device.map",
        f"no device for {quoted(uncovered)} of `{model.name}`",
        f"`{hint}`" if len(uncovered) <= _HINTED else "`device=auto` places every module",
    )


_HINTED = 8
_COUNTED = 10_000
"""Layers up to which each is looked for; no model has as many."""


def _uncovered(spec: LoadSpec, facts: Facts, keys: dict[str, int | str]) -> list[str]:
    """Modules with weights that no key covers, layers by their numbers where those are known."""
    model, trunk = asked_class(facts), _trunk(facts)
    count = setting("num_hidden_layers", spec, facts)
    uncovered: list[str] = []
    for module in _holding(facts, model.modules, trunk) if model else ():
        names = [module]
        if module == f"{trunk}.*" and isinstance(count, int) and count <= _COUNTED:
            names = [f"{trunk}.{number}" for number in range(count)]
        uncovered += [name.removesuffix(".*") for name in names if not _is_covered(name, keys)]
    return uncovered


def _holding(facts: Facts, modules: tuple[str, ...], trunk: str | None) -> Iterator[str]:
    """Modules that surely hold weights: the layers, and what every architecture has around them."""
    layers = f"{trunk}.*"
    above = layers.removesuffix(".*").rpartition(".")[0]
    last_norm = f"{above}.norm".removeprefix(".")
    has_norm = trunk is not None and facts.model_type not in NORM_WITHOUT_WEIGHTS
    around = [layers, last_norm] if has_norm else [layers]
    for module in modules:
        holds = module.rpartition(".")[2] in HOLDERS and not covers(layers, module)
        if holds or module in around:
            yield module


def _is_covered(name: str, keys: dict[str, int | str]) -> bool:
    """Whether keys cover a module: one of it or around it, or any inside of it."""
    known = [pattern(key) if "*" in name else key for key in keys]
    return any(covers(key, name) or covers(name, key) for key in known)


def map_offloads_whole_modules(spec: LoadSpec, facts: Facts) -> Iterator[Problem]:
    """Of two keys, one inside the other, both go to disk or none: accelerate moves the outer with
    all that is in it.

    Upstream: the load, or the first forward, raises a ValueError: a weight `is on the meta device`.
    """
    if not isinstance(spec.device, Mapped):
        return
    placed = spec.device.map
    for inner, target in placed.items():
        outer = next((key for key in placed if key != inner and covers(key, inner)), None)
        if outer is not None and (target == "disk") != (placed[outer] == "disk"):
            around = outer or '""'
            yield refused(
                f"device.map.{inner}",
                f"`{inner}` goes to `{target}`, but lies inside of `{around}`, which goes to"
                f" `{placed[outer]}`; a map to `disk` needs keys that do not overlap",
                f"`device.map.{inner}={placed[outer]}`",
            )


def map_keeps_layers_whole(spec: LoadSpec, facts: Facts) -> Iterator[Problem]:
    """The parts of a layer are on one accelerator, for their outputs are added to each other.

    Upstream: the model loads, and the first forward fails on tensors of two devices.
    """
    model = asked_class(facts)
    if not isinstance(spec.device, Mapped) or model is None or not model.no_split_modules:
        return
    for layer, devices in _split_layers(spec.device.map, model.modules).items():
        if len(devices) > 1:
            parts = [f"~device.map.{key}" for key in spec.device.map if key.startswith(f"{layer}.")]
            yield refused(
                f"device.map.{layer}",
                f"`{layer}` is split over {quoted(devices)}, and a `{model.no_split_modules[0]}`"
                " works on one accelerator alone",
                f"`{' '.join(parts)} device.map.{layer}={devices[0]}`",
            )


def _split_layers(
    placed: dict[str, int | str], modules: tuple[str, ...]
) -> dict[str, list[int | str]]:
    """Layers that keys reach into, with the accelerators of their parts."""
    found: dict[str, list[int | str]] = {}
    for key, target in placed.items():
        layer = re.match(r"(.+?\.\d+)\.", key)
        if layer and pattern(layer[1]) in modules and target not in ("cpu", "disk"):
            devices = found.setdefault(layer[1], [])
            devices += [target] if target not in devices else []
    return found
