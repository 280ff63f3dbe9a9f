"""Stored config: is what config.json says what transformers can read?"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from yaie.errors import Problem
from yaie.facts.architecture import ArchitectureFacts
from yaie.facts.dtypes import BITS
from yaie.facts.facts import Facts
from yaie.facts.types import mismatch
from yaie.rules.problems import absent
from yaie.rules.reading import DTYPE_NAMES, own_name, subject
from yaie.spec.load_spec import LoadSpec

LISTS = ("modules_to_not_convert", "ignored_layers", "skip_modules", "llm_int8_skip_modules")
"""Fields of a `quantization_config` that list modules."""


def config_json_is_of_its_types(spec: LoadSpec, facts: Facts) -> Iterator[Problem]:
    """Each field of config.json is of the type that the architecture declares.

    Upstream: a StrictDataclassFieldValidationError as the config is read.
    """
    config = _config(facts)
    parts = ((f"{name}.", part, config.get(name)) for name, part in _parts(facts).items())
    for prefix, architecture, stored in (("", facts.architecture, config), *parts):
        if architecture is None or not isinstance(stored, Mapping):
            continue
        for name, value in stored.items():
            if allowed := _misfit(name, value, architecture):
                yield _says(spec, f"{prefix}{name}", value, f"which is {allowed}")


def config_json_names_a_dtype(spec: LoadSpec, facts: Facts) -> Iterator[Problem]:
    """The dtype in config.json is a word that names one of torch.

    Upstream: an AttributeError (`module 'torch' has no attribute …`, `'dict' object has no
    attribute 'is_floating_point'`), whatever dtype is asked.
    """
    for name in DTYPE_NAMES:
        stated = _config(facts).get(name)
        word = stated.removeprefix("torch.") if isinstance(stated, str) else stated
        if stated is not None and (not isinstance(word, str) or word not in _DTYPES):
            yield _says(spec, name, stated, "which names a dtype as `bfloat16` does")


_DTYPES = {*BITS, "half", "float", "double"}
"""Names that torch has for dtypes."""


def quantization_config_can_be_read(spec: LoadSpec, facts: Facts) -> Iterator[Problem]:
    """`quantization_config` is a mapping that names its method by a word, and modules in lists.

    Upstream: an AttributeError or a TypeError (`unhashable type`, `object is not iterable`), some
    of them once the weights are there.
    """
    stored = _config(facts).get("quantization_config")
    if stored is None:
        return
    if not isinstance(stored, Mapping):
        yield _says(spec, "quantization_config", stored, "which is a mapping")
        return
    method = stored.get("quant_method", "")
    if not isinstance(method, str):
        yield _says(spec, "quantization_config.quant_method", method, "which is a word")
    for name in LISTS:
        listed = stored.get(name)
        if listed is not None and not isinstance(listed, list):
            yield _says(spec, f"quantization_config.{name}", listed, "which is a list of modules")


def _config(facts: Facts) -> Mapping[str, Any]:
    held = facts.checkpoint
    return held.config if held is not None and held.config is not None else {}


def _parts(facts: Facts) -> dict[str, ArchitectureFacts]:
    return {name: part for name, part in facts.sub_architectures.items() if "." not in name}


def _misfit(name: str, value: object, architecture: ArchitectureFacts) -> str | None:
    """What the type of a field allows, in words, where a value is not of it."""
    own = own_name(name, architecture)
    field = architecture.fields.get(name)
    if field is None or own != name or own in architecture.sub_configs or not field.checked:
        return None
    return mismatch(value, field.type)


def _says(spec: LoadSpec, name: str, value: object, wanted: str) -> Problem:
    return absent(
        "model.id", f"config.json of `{subject(spec)}` says `{value}` for `{name}`, {wanted}"
    )
