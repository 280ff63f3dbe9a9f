"""The calls that yield the model: its seed, its config, its weights."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from yaie.facts.facts import Facts
from yaie.planning import keywords
from yaie.planning.calls import Call, Nested, Ref, Value
from yaie.planning.kernel_guards import kernel_guards, unpacked_gguf
from yaie.planning.locations import location
from yaie.planning.overrides import asked, full, grown, own_config
from yaie.rules.placement import ranks
from yaie.spec.device import Dispatched, Single
from yaie.spec.load_spec import LoadSpec
from yaie.spec.weights import Meta, Pretrained, Random


def model_calls(spec: LoadSpec, facts: Facts, auto_class: str) -> Iterator[Call]:
    """The calls in order; the one named `model` yields the model."""
    target = f"transformers.{auto_class}"
    if _draws_weights(spec, facts):
        yield Call(target="torch.manual_seed", args=(spec.weights.seed,))
    match spec.weights:
        case Pretrained() as weights:
            yield from _from_pretrained(spec, facts, target, weights)
        case Random() | Meta():
            yield from _from_config(spec, facts, target)


def renewal_calls(spec: LoadSpec, model: int) -> Iterator[Call]:
    """Draws the modules that are wanted new, though the checkpoint holds weights that fit them.

    Moving a module to `meta` and back gives it new parameters, without the mark by which
    transformers knows that a weight was loaded and must not be drawn.
    """
    patterns = spec.weights.reinitialize if isinstance(spec.weights, Pretrained) else ()
    names = [p.removesuffix(".*") for p in patterns if p.endswith(".*")]
    modules = [name for name in names if "*" not in name]
    if not modules:
        return
    # The model's device is that of its first parameter, which may be on meta by the next line.
    yield Call(target="builtins.getattr", args=(Ref(model), "device"), name="device")
    for name in modules:
        module = Nested("torch.nn.Module.get_submodule", (Ref(model), name))
        emptied = Nested("torch.nn.Module.to_empty", (module,), {"device": "meta"})
        renewed = Nested("torch.nn.Module.to_empty", (emptied,), {"device": Ref(model + 1)})
        yield Call(target="torch.nn.Module.apply", args=(renewed, Ref(model, "_init_weights")))
    yield Call(target="transformers.PreTrainedModel.tie_weights", args=(Ref(model),))


def _draws_weights(spec: LoadSpec, facts: Facts) -> bool:
    """Whether any weight may be drawn at random: all of them, or a new head."""
    match spec.weights:
        case Meta():
            return False
        case Random():
            return True
        case Pretrained() as weights if weights.reinitialize:
            return True
    if facts.checkpoint is None:
        return spec.task.name not in ("auto", spec.model.natural_task)
    classes = facts.architecture.classes if facts.architecture else {}
    asked_class = classes.get(facts.task or "")
    return asked_class is None or facts.checkpoint.architectures[:1] != (asked_class.name,)


def _from_pretrained(
    spec: LoadSpec, facts: Facts, target: str, weights: Pretrained
) -> Iterator[Call]:
    guards = list(kernel_guards(spec, facts))
    yield from guards
    arguments: dict[str, Value] = {}
    if overrides := grown(own_config(spec, facts), asked(spec, facts), facts):
        yield _read_config(spec, overrides)
        arguments["config"] = Ref(int(_draws_weights(spec, facts)) + len(guards))
    arguments |= keywords.repository(spec.model) | keywords.weight_files(spec.model)
    arguments |= keywords.dtype(spec.precision)
    arguments |= keywords.placement(spec.device, ranks(spec, facts))
    arguments |= keywords.quantization(spec.quantization) | unpacked_gguf(spec, facts)
    arguments |= keywords.attention(spec.attention, facts)
    if weights.reinitialize:
        arguments["ignore_mismatched_sizes"] = True
    yield Call(
        target=f"{target}.from_pretrained", args=(location(spec),), kwargs=arguments, name="model"
    )


def _read_config(spec: LoadSpec, overrides: dict[str, Any]) -> Call:
    where = keywords.repository(spec.model)
    return Call(
        target="transformers.AutoConfig.from_pretrained",
        args=(location(spec),),
        # No override may change what is read, nor whose code is run.
        kwargs=where | {name: value for name, value in overrides.items() if name not in where},
        name="config",
    )


def _from_config(spec: LoadSpec, facts: Facts, target: str) -> Iterator[Call]:
    yield _built_config(spec, facts)
    arguments: dict[str, Value] = {}
    if spec.precision.dtype != "auto":
        arguments |= keywords.dtype(spec.precision)
    yield Call(
        target=f"{target}.from_config",
        args=(Ref(int(_draws_weights(spec, facts))),),
        kwargs=arguments | keywords.attention(spec.attention, facts),
        context=_built_on(spec, facts),
        name="model",
    )


def _built_config(spec: LoadSpec, facts: Facts) -> Call:
    """The config by name and fields where they are known, else read from the repository.

    A known config is built from all its fields at once, so that fields which follow from an
    overridden one (`head_dim` from `hidden_size`) follow from it as they would in config.json.
    """
    own, overrides = own_config(spec, facts), asked(spec, facts)
    unread = facts.checkpoint is None or facts.checkpoint.config is None
    by_name = spec.model.id is None or (own is not None and (unread or bool(overrides)))
    if not by_name or facts.architecture is None:
        return _read_config(spec, grown(own, overrides, facts))
    return Call(
        target="transformers.AutoConfig.for_model",
        args=(facts.model_type,),
        kwargs=_chosen(facts) | full(own or {}, overrides, facts),
        name="config",
    )


def _chosen(facts: Facts) -> dict[str, Value]:
    """The class that is wanted, where transformers reads from a config which of several it is."""
    classes = facts.architecture.classes if facts.architecture else {}
    model = classes.get(facts.task or "")
    return {"architectures": [model.name]} if model is not None and model.one_of_several else {}


def _built_on(spec: LoadSpec, facts: Facts) -> Nested | None:
    """The device that parameters are made on; None: the CPU."""
    match spec.weights, spec.device:
        case Meta(), _:
            device = "meta"
        case _, Single(device=device):
            pass
        case _, Dispatched() if facts.host.devices:
            device = facts.host.devices[0].kind
        case _:
            return None
    return Nested("torch.device", (device,)) if device != "cpu" else None
