"""Group `device`: can weights be sharded over so many processes?"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from yaie.errors import Problem
from yaie.facts.facts import Facts
from yaie.facts.limits import size
from yaie.rules.placement import ranks
from yaie.rules.problems import refused, said
from yaie.rules.quantizing import quantizing
from yaie.rules.reading import asked_class, has_numbers, own_config, reads_weights, setting
from yaie.spec.device import Sharded
from yaie.spec.load_spec import LoadSpec
from yaie.spec.wording import counted, override

KEYS = ("k_proj", "qkv_proj", "query_key_value")
"""Projections that make the keys of attention, alone or with queries and values
(transformers.distributed.tensor_parallel.get_kv_heads_per_rank)."""
QUERIES = ("q_proj", "qkv_proj", "query_key_value")


def ranks_are_known(spec: LoadSpec, facts: Facts) -> Iterator[Problem]:
    """Over how many processes weights are sharded is said, by `device.ranks` or by torchrun.

    Upstream: a size of one shards nothing, and the model lies on the CPU without a word; a size
    other than torchrun's is a RuntimeError, `The parallel mesh requires 4 processes`.
    """
    if not isinstance(spec.device, Sharded):
        return
    asked, started = spec.device.ranks, facts.host.ranks
    if asked and started and asked != started:
        yield refused(
            "device.ranks",
            f"{asked} ranks were asked, and torchrun started {started}",
            f"`device.ranks={started}`",
        )
    elif ranks(spec, facts) < 2:
        yield refused(
            "device.ranks",
            f"`{spec.device.kind}` shards weights over several processes, and neither"
            " `device.ranks` nor the machine tells over how many",
            "`device.ranks=2`",
        )


def ranks_have_devices(spec: LoadSpec, facts: Facts) -> Iterator[Problem]:
    """Each rank has an accelerator of its own where the machine has any; without, ranks share the
    CPU.

    Upstream: torch raises an AcceleratorError, `invalid device ordinal`; a RuntimeError on mps.
    """
    devices = facts.host.devices
    if not isinstance(spec.device, Sharded) or not devices:
        return
    if devices[0].kind == "mps":
        yield refused(
            "device.kind",
            f"`{spec.device.kind}` needs accelerators that processes can talk between, and `mps`"
            " is none",
            _else(spec),
        )
    elif spec.device.ranks and not facts.host.ranks and spec.device.ranks > len(devices):
        yield refused(
            "device.ranks",
            f"{spec.device.ranks} ranks were asked, and {facts.host.name} has"
            f" {counted(len(devices), 'accelerator')}",
            f"`device.ranks={len(devices)}`" if len(devices) > 1 else _else(spec),
        )


def sharded_weights_are_read(spec: LoadSpec, facts: Facts) -> Iterator[Problem]:
    """Weights are sharded as they are read from a checkpoint.

    Upstream: `from_config` with a `distributed_config` is a TypeError of the model's class.
    """
    if isinstance(spec.device, Sharded) and has_numbers(spec) and not reads_weights(spec):
        yield refused(
            "device.kind",
            f"`{spec.device.kind}` shards weights that are loaded, and `weights.kind` is"
            f" `{spec.weights.kind}`",
            _else(spec, "`weights=pretrained`" if spec.model.id else None),
        )


def class_has_a_plan(spec: LoadSpec, facts: Facts) -> Iterator[Problem]:
    """Tensor parallelism goes by a plan that the model's class has.

    Upstream: a ValueError, `tp_size=2 was requested, but … has no tp_plan`, after the weights were
    downloaded.
    """
    model = asked_class(facts)
    if not isinstance(spec.device, Sharded) or spec.device.kind != "tp" or model is None:
        return
    if model.seen and not model.tensor_parallel:
        yield refused(
            "device.kind",
            f"`{model.name}` has no plan for tensor parallelism",
            f"`{override('device', 'fsdp')} {override('device.ranks', ranks(spec, facts) or 2)}`",
        )


def heads_divide_by_ranks(spec: LoadSpec, facts: Facts) -> Iterator[Problem]:
    """Every rank has as many heads of attention as the others, and none has a part of one.

    Upstream: the weights are cut amid a head, and the first forward pass is a RuntimeError,
    `shape is invalid for input`.
    """
    model, number = asked_class(facts), ranks(spec, facts)
    if number < 2 or getattr(spec.device, "kind", "") != "tp" or model is None:
        return
    split = {
        name.rpartition(".")[2] for name, how in model.tensor_parallel.items() if how == "colwise"
    }
    for field, projections in (("num_attention_heads", QUERIES), ("num_key_value_heads", KEYS)):
        heads = _text_setting(field, spec, facts)
        if heads is None or heads < 1 or not split & set(projections) or heads % number == 0:
            continue
        fitting = [n for n in range(2, number) if heads % n == 0]
        kind = "heads" if field == "num_attention_heads" else "heads of keys and values"
        yield refused(
            "device.ranks",
            f"{number} ranks share {heads} {kind}, and cannot share them evenly",
            f"`device.ranks={fitting[-1]}`, or `device=fsdp device.ranks={number}`"
            if fitting
            else f"`device=fsdp device.ranks={number}`",
        )
        return


def _text_setting(name: str, spec: LoadSpec, facts: Facts) -> int | None:
    """A field of the model's config, or of its text part's where that has it."""
    if (own := setting(name, spec, facts)) is not None:
        return size(own)
    for config in (spec.model.config, own_config(spec, facts)):
        part = config.get("text_config")
        if isinstance(part, Mapping) and name in part:
            return size(part[name])
    text = facts.sub_architectures.get("text_config")
    field = text.fields.get(name) if text else None
    return size(field.default) if field else None


QUANTISED_APART = ("torchao", "quanto")
"""Methods of which each rank can quantise the pieces that it holds, where it computes with them."""


def packed_weights_are_not_sharded(spec: LoadSpec, facts: Facts) -> Iterator[Problem]:
    """What bitsandbytes packs cannot be cut into shards, and what torchao and quanto pack not into
    those of FSDP, which are put together again.

    Upstream: an AttributeError (`'Tensor' object has no attribute 'CB'`) or a RuntimeError of
    shapes amid the load; of FSDP in the first forward pass, an AttributeError, `'Int8Tensor' object
    has no attribute '_local_tensor'`.
    """
    use = quantizing(spec, facts)
    if not isinstance(spec.device, Sharded) or use is None:
        return
    apart = spec.device.kind == "fsdp" and use.method in QUANTISED_APART
    if apart or use.method.startswith("bnb"):
        yield refused(
            "device.kind",
            f"{use.subject} packs weights whole, and `{spec.device.kind}` cuts them into shards",
            _else(spec, use.instead),
        )


def ranks_quantise_apart(spec: LoadSpec, facts: Facts) -> Iterator[Problem]:
    """Each rank quantises the pieces that it holds, by scales of their own: numbers are near to
    those of the whole model, quantised alike, and not equal.

    Upstream: not a word is said.
    """
    use = quantizing(spec, facts)
    if not isinstance(spec.device, Sharded) or spec.device.kind != "tp" or use is None:
        return
    if use.method in QUANTISED_APART and not use.stored:
        yield said(
            "device.kind",
            f"each rank quantises its own pieces by {use.subject}, whose scales are not those of"
            " the whole weights",
        )


def _else(spec: LoadSpec, first: str | None = None) -> str | None:
    """What goes instead; `device=auto` does where no ranks are said, for it has none."""
    named = isinstance(spec.device, Sharded) and spec.device.ranks
    return ", or ".join(filter(None, (first, None if named else "`device=auto`"))) or None
