"""Group `device`: does a device map fit the model's modules?"""

from __future__ import annotations

import re
from collections.abc import Iterator

from yaie.errors import Problem
from yaie.facts.facts import Facts
from yaie.rules.problems import refused, wrong
from yaie.rules.reading import asked_class, covers, leaves, pattern, setting
from yaie.rules.wording import counted, nearest, quoted
from yaie.spec.device import Mapped
from yaie.spec.load_spec import LoadSpec

DEPTH = 4
"""Levels of modules that the catalogue lists."""
WEIGHTLESS = re.compile(
    r"(?:\w+_)?(?:act|act_fn|activation|activation_fn|activation_function|drop|drop_path|dropout"
    r"|gelu|gelu_impl|pool|pooler|padding|rotary_emb|rotary_pos_emb|position_embedder"
    r"|position_embedding|layernorm|shortcut|downsampling_layer|\*)"
)
"""Last names of modules that hold no weights, in some architecture or in all of them."""
_LAYERS = r"(?:layers?|blocks?|h)\.\*"
STACK = re.compile(rf"(?:^|\.){_LAYERS}$")
TRUNK = re.compile(rf"(?:(?:model|encoder|decoder|transformer)\.)?{_LAYERS}")
"""Stacks of a base class whose layers `num_hidden_layers` counts, in all architectures of 5.23 that
have one such stack."""


def map_names_modules(spec: LoadSpec, facts: Facts) -> Iterator[Problem]:
    """Each key of a device map is a module; accelerate only warns of one that is not."""
    model = asked_class(facts)
    if not isinstance(spec.device, Mapped) or model is None or not model.modules:
        return
    for key, device in spec.device.map.items():
        if _is_module(pattern(key), model.modules):
            continue
        near = nearest(pattern(key), model.modules)
        numbers = re.findall(r"(?<=\.)\d+(?=\.|$)", key)
        yield wrong(
            f"device.map.{key}",
            f"`{model.name}` has no module `{key}`",
            f"`~device.map.{key} device.map.{_numbered(near, numbers)}={device}`" if near else None,
        )


def _is_module(name: str, modules: tuple[str, ...]) -> bool:
    """Whether a module is listed, or lies deeper than the list goes."""
    if name == "" or name in modules:
        return True
    above = [module for module in modules if name.startswith(f"{module}.")]
    deepest = max(above, key=len, default="")
    return deepest.endswith("*") or deepest.count(".") == DEPTH - 1


def _numbered(name: str, numbers: list[str]) -> str:
    for number in numbers:
        name = name.replace("*", number, 1)
    return name


def map_names_layers_that_exist(spec: LoadSpec, facts: Facts) -> Iterator[Problem]:
    """A layer's number is below the model's number of layers."""
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
    """Every module that holds weights has a device: transformers leaves the others on the CPU."""
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


def _uncovered(spec: LoadSpec, facts: Facts, keys: dict[str, int | str]) -> list[str]:
    """Modules with weights that no key covers, layers by their numbers where those are known."""
    model, trunk = asked_class(facts), _trunk(facts)
    count = setting("num_hidden_layers", spec, facts)
    uncovered: list[str] = []
    for module in _holding(model.modules) if model else ():
        names = [module]
        if module == f"{trunk}.*" and isinstance(count, int):
            names = [f"{trunk}.{number}" for number in range(count)]
        uncovered += [name.removesuffix(".*") for name in names if not _is_covered(name, keys)]
    return uncovered


def _holding(modules: tuple[str, ...]) -> Iterator[str]:
    """Modules that surely hold weights, no one inside another: whole layers, and leaves."""
    layers = {module for module in modules if module.endswith(".*") and module.count("*") == 1}
    yield from sorted(layers, key=modules.index)
    for leaf in leaves(modules):
        inside = any(covers(layer, leaf) for layer in layers)
        if not inside and not WEIGHTLESS.fullmatch(leaf.rpartition(".")[2]):
            yield leaf


def _is_covered(name: str, keys: dict[str, int | str]) -> bool:
    """Whether keys cover a module: one of it or around it, or any inside of it."""
    known = [pattern(key) if "*" in name else key for key in keys]
    return any(covers(key, name) or covers(name, key) for key in known)


def map_offloads_whole_modules(spec: LoadSpec, facts: Facts) -> Iterator[Problem]:
    """Of two keys, one inside the other, both go to disk or none: accelerate moves the outer with
    all that is in it."""
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
    """The parts of a layer are on one accelerator, for their outputs are added to each other."""
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
