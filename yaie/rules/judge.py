"""Every rule run over one spec; the order of problems is the order of the groups.

A rule is a public generator function of a group's module, `(spec, facts) -> Iterator[Problem]`.
A new one is written there and is found: a leading underscore marks what is not a rule.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from inspect import isfunction
from types import ModuleType

from yaie.errors import Problem
from yaie.facts.facts import Facts
from yaie.rules import (
    adapter,
    adapter_config,
    attention,
    config,
    config_counts,
    config_limits,
    config_names,
    config_parts,
    config_pretrained,
    config_rope,
    default_model,
    device,
    device_map,
    flash_attention,
    flex_attention,
    hub_kernels,
    model,
    precision,
    processor,
    quantization,
    quantization_fields,
    quantization_torchao,
    quantized,
    release,
    sharding,
    stored_config,
    stored_weights,
    task,
    training,
    unasked_kernels,
    weights,
)
from yaie.spec.load_spec import LoadSpec

Rule = Callable[[LoadSpec, Facts], Iterator[Problem]]

GROUPS: tuple[ModuleType, ...] = (
    model,
    default_model,
    config_rope,
    release,
    config,
    config_limits,
    config_counts,
    config_names,
    config_parts,
    config_pretrained,
    task,
    weights,
    training,
    stored_config,
    stored_weights,
    precision,
    device,
    device_map,
    sharding,
    quantized,
    quantization,
    quantization_fields,
    quantization_torchao,
    attention,
    flash_attention,
    flex_attention,
    hub_kernels,
    unasked_kernels,
    processor,
    adapter,
    adapter_config,
)


def rules_of(module: ModuleType) -> tuple[Rule, ...]:
    """The rules that a group's module defines, in the order in which they stand there."""
    return tuple(
        value
        for name, value in vars(module).items()
        if isfunction(value) and value.__module__ == module.__name__ and not name.startswith("_")
    )


RULES: tuple[Rule, ...] = tuple(rule for module in GROUPS for rule in rules_of(module))


def judge(spec: LoadSpec, facts: Facts) -> tuple[Problem, ...]:
    """All that is wrong with a spec, or worth saying about it, in view of the facts."""
    return tuple(problem for rule in RULES for problem in rule(spec, facts))
