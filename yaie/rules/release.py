"""The release of transformers: has it what is asked, where that came with a later one?"""

from __future__ import annotations

from collections.abc import Iterator

from yaie.errors import Problem
from yaie.facts.facts import Facts
from yaie.facts.quantization import METHODS
from yaie.facts.spelling import QUANTIZATION, SHARDING, former
from yaie.rules.config_scopes import scopes
from yaie.rules.problems import refused, wrong
from yaie.spec.device import Sharded
from yaie.spec.load_spec import LoadSpec
from yaie.spec.quantization import Unquantized
from yaie.spec.wording import override


def the_release_has_the_method(spec: LoadSpec, facts: Facts) -> Iterator[Problem]:
    """A method of quantisation came with some release.

    Upstream: the class of its config cannot be imported, or is another method's.
    """
    if isinstance(spec.quantization, Unquantized) or not facts.quantization:
        return
    if METHODS[spec.quantization.method].stored not in facts.quantization:
        yield refused(
            "quantization.method",
            f"transformers {facts.transformers} does not have the method"
            f" `{spec.quantization.method}`",
            "`quantization=none`",
        )


def the_release_has_the_fields(spec: LoadSpec, facts: Facts) -> Iterator[Problem]:
    """A field of a method came with some release; one at its default is left out before.

    Upstream: the constructor takes the field and makes nothing of it, or raises a TypeError.
    """
    if isinstance(spec.quantization, Unquantized):
        return
    known = facts.quantization.get(METHODS[spec.quantization.method].stored)
    if known is None or not known.fields:
        return
    for name, field in type(spec.quantization).model_fields.items():
        there = former(QUANTIZATION, name, facts.transformers) or name
        said = name != "method" and getattr(spec.quantization, name) != field.default
        if said and not name.startswith("quant_type") and there not in known.fields:
            yield refused(
                f"quantization.{name}",
                f"`{known.config}` of transformers {facts.transformers} has no field `{name}`",
                f"`~quantization.{name}`",
            )


def the_release_shards_so(spec: LoadSpec, facts: Facts) -> Iterator[Problem]:
    """Weights are sharded by FSDP as they load where the release does that; by tensor parallelism
    they are in all.

    Upstream: `DistributedConfig(fsdp_size=2)` is a TypeError in 5.0 and before.
    """
    earlier = former(SHARDING, "distributed_config", facts.transformers)
    if earlier and isinstance(spec.device, Sharded) and spec.device.kind != "tp":
        yield refused(
            "device.kind",
            f"transformers {facts.transformers} shards weights by `tp` alone as it loads them",
            f"`{override('device', 'tp')} {override('device.ranks', spec.device.ranks or 2)}`",
        )


def numbers_are_numbers_where_no_type_is_checked(spec: LoadSpec, facts: Facts) -> Iterator[Problem]:
    """A release whose configs check no types takes text for a number, and none is one.

    Upstream: the config is built, and most models fail where they compute with the text, by a
    TypeError that names no field; the others carry it along.
    """
    for scope in scopes(spec, facts):
        fields = scope.architecture.fields
        if any(field.checked for field in fields.values()):
            continue
        for name, value in scope.overrides.items():
            field = fields.get(scope.own(name))
            if isinstance(value, str) and field and isinstance(field.default, int | float):
                yield wrong(
                    scope.below(name),
                    f"`{value}` was given, and `{name}` is `{field.default}` by default;"
                    f" transformers {facts.transformers} does not say that it is no text",
                )
