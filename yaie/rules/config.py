"""`model.config`: is each override a field of the config, of its type, and one that takes hold?"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from math import isfinite
from typing import Any

from yaie.errors import Problem
from yaie.facts.architecture import ArchitectureFacts, FieldFacts
from yaie.facts.facts import Facts
from yaie.facts.types import mismatch
from yaie.rules.config_scopes import IDENTITY, ROOT, is_former, scopes
from yaie.rules.problems import refused, wrong
from yaie.rules.reading import own_config, own_name
from yaie.spec.load_spec import LoadSpec
from yaie.spec.task import HEAD_FIELDS
from yaie.spec.weights import Pretrained
from yaie.spec.wording import nearest, override, quoted


def overrides_leave_identity_alone(spec: LoadSpec, facts: Facts) -> Iterator[Problem]:
    """What a checkpoint is cannot be overridden, only what it is built with.

    Upstream: `model_type` is changed with a warning, and one architecture's weights are loaded into
    another's model.
    """
    for name in spec.model.config:
        if name in IDENTITY:
            yield wrong(
                f"model.config.{name}",
                f"`{name}` says what the checkpoint is and cannot be overridden",
                f"say it by `{IDENTITY[name]}=…`",
            )


def labels_are_said_in_their_group(spec: LoadSpec, facts: Facts) -> Iterator[Problem]:
    """The fields of a head are of the group `task`, and are said once.

    Upstream: a head that has no labels carries the number along in silence.
    """
    for name, value in spec.model.config.items():
        if name in HEAD_FIELDS:
            yield wrong(
                f"model.config.{name}",
                f"`{name}` has a place of its own, `task.{name}`",
                f"`{override(f'task.{name}', value)}`",
            )


def overrides_are_fields(spec: LoadSpec, facts: Facts) -> Iterator[Problem]:
    """Every override names a field of the architecture's config, by its name or an alias.

    Upstream: `hidden_sizee=3` is taken along by the config, and read by nothing.
    """
    for path, name, _, architecture in _judged(spec, facts):
        if _is_field(name, architecture) or name in _stored(path, spec, facts):
            continue
        if is_former(name, architecture):
            continue
        yield wrong(
            f"{path}.{name}",
            f"`{architecture.config_class}` has no field `{name}`{_near_it(name, architecture)}",
            _field_hint(path, name, spec, facts, architecture),
        )


def _judged(spec: LoadSpec, facts: Facts) -> Iterator[tuple[str, str, Any, ArchitectureFacts]]:
    """Each override with the config that it is of: path of that config, name, value, facts."""
    for scope in scopes(spec, facts):
        for name, value in scope.overrides.items():
            yield scope.path, name, value, scope.architecture


def _is_field(name: str, architecture: ArchitectureFacts) -> bool:
    return (
        name in architecture.fields
        or name in architecture.attribute_map
        or name in architecture.sub_configs
        or name in architecture.properties
    )


def _stored(path: str, spec: LoadSpec, facts: Facts) -> Mapping[str, Any]:
    """The config.json, or the part of it, that an override lies upon: its fields read back too."""
    return next((scope.stored for scope in scopes(spec, facts) if scope.path == path), {})


def _near_it(name: str, architecture: ArchitectureFacts) -> str:
    """The name that was probably meant, told even where its value would be wrong too."""
    near = _near(name, architecture)
    return f"; it has `{near}`" if near else ""


def _near(name: str, architecture: ArchitectureFacts) -> str | None:
    """`is_encoder_decoder`, which every config has, is near to `is_decoder` and its contrary."""
    names = [*architecture.fields, *architecture.attribute_map]
    found = nearest(name, [known for known in names if known != "is_encoder_decoder"])
    return nearest(name, names, cutoff=0.85) or found


def _field_hint(
    path: str, name: str, spec: LoadSpec, facts: Facts, architecture: ArchitectureFacts
) -> str | None:
    """The field that was probably meant: one of a sub-config by the same name, else a near one."""
    near = _near(name, architecture)
    value = _said_at(path, spec)[name]
    if path == ROOT:
        for part, sub in facts.sub_architectures.items():
            if _is_field(name, sub):
                return f"`{override(f'{path}.{part}.{name}', value)}`"
    return f"`{override(f'{path}.{near}', value)}`" if near else None


def _said_at(path: str, spec: LoadSpec) -> Any:
    """The overrides of the config at a path."""
    said: Any = spec.model.config
    for part in path.removeprefix(ROOT).split(".")[1:]:
        said = said[part]
    return said


def overrides_are_of_their_type(spec: LoadSpec, facts: Facts) -> Iterator[Problem]:
    """Every override is a value that the field's declared type admits.

    Upstream: a StrictDataclassFieldValidationError; of a field said by an alias nothing is checked.
    """
    absent = {scope.path: scope.limits.absent_parts for scope in scopes(spec, facts)}
    for path, name, value, architecture in _judged(spec, facts):
        own = own_name(name, architecture)
        if own in architecture.sub_configs:
            if not isinstance(value, Mapping) and not (value is None and own in absent[path]):
                yield wrong(f"{path}.{name}", f"`{value}` is no config; `{name}` holds fields")
            continue
        field = architecture.fields.get(own)
        if field is None or not field.checked or _is_partial(value, field):
            continue
        if allowed := mismatch(value, field.type):
            yield wrong(f"{path}.{name}", f"`{value}` was given, and `{name}` is {allowed}")


def overrides_are_json(spec: LoadSpec, facts: Facts) -> Iterator[Problem]:
    """A config.json holds no `nan` and no `inf`.

    Upstream: it is written to config.json in a form that other readers do not know.
    """
    for path, value in _numbers("model.config", spec.model.config):
        if not isfinite(value) and not _has_endless_default(path, spec, facts):
            yield wrong(path, f"`{value}` is no number that a config.json can hold")


def _has_endless_default(path: str, spec: LoadSpec, facts: Facts) -> bool:
    """Whether the field is of a default that JSON has no number for: `time_step_limit` of Mamba2
    ends in infinity."""
    for scope, name, _, architecture in _judged(spec, facts):
        field = architecture.fields.get(own_name(name, architecture))
        if field is not None and path.startswith(f"{scope}.{name}."):
            return field.default is None and "None" not in field.type.split(" | ")
    return False


def _numbers(path: str, value: Any) -> Iterator[tuple[str, float]]:
    """Each float of a value, with its path."""
    if isinstance(value, float):
        yield path, value
    elif isinstance(value, Mapping | list | tuple):
        items = value.items() if isinstance(value, Mapping) else enumerate(value)
        for name, inside in items:
            yield from _numbers(f"{path}.{name}", inside)


def _is_partial(value: object, field: FieldFacts) -> bool:
    """Whether a mapping will be merged into the checkpoint's own before it has to fit."""
    return isinstance(value, Mapping) and "dict" in field.type


def overrides_are_said_once(spec: LoadSpec, facts: Facts) -> Iterator[Problem]:
    """A field is not overridden by its name and by an alias of it, to different values.

    Upstream: the alias wins.
    """
    if facts.architecture is None:
        return
    said: dict[str, str] = {}
    for name, value in spec.model.config.items():
        own = own_name(name, facts.architecture)
        first = said.setdefault(own, name)
        if first != name and spec.model.config[first] != value:
            yield wrong(
                f"model.config.{name}",
                f"{quoted([first, name])} are two names of one field, and say"
                f" `{spec.model.config[first]}` and `{value}`",
                f"`~model.config.{name}`",
            )


def layer_types_are_as_many_as_layers(spec: LoadSpec, facts: Facts) -> Iterator[Problem]:
    """Where config.json lists each layer's type, a new number of layers needs a new list.

    Upstream: an IndexError or a StrictDataclassClassValidationError.
    """
    count = spec.model.config.get("num_hidden_layers")
    listed = own_config(spec, facts).get("layer_types")
    if not isinstance(count, int) or not isinstance(listed, list) or not listed:
        return
    if "layer_types" in spec.model.config or count == len(listed):
        return
    if count < len(listed) and isinstance(spec.weights, Pretrained):
        return
    types = [listed[number % len(listed)] for number in range(min(count, _LISTED))]
    yield refused(
        "model.config.num_hidden_layers",
        f"`{count}` layers were asked, and `layer_types` of config.json lists {len(listed)}",
        f"`{override('model.config.layer_types', types)}`" if count <= _LISTED else None,
    )


_LISTED = 100
"""Layers up to which a hint spells the list of their types."""
