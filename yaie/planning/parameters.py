"""The parameters that a load brings, read from its model on `meta`. Imports transformers."""

from __future__ import annotations

from collections.abc import Iterator

from yaie.errors import Problem, YaieError
from yaie.facts.facts import Facts
from yaie.facts.parameters import ParameterFacts
from yaie.planning.memory.adapters import injected
from yaie.planning.memory.structure import Structure, bare_model, structure_of
from yaie.planning.upstream import quieted
from yaie.rules.parameters import judge_parameters
from yaie.rules.problems import said
from yaie.spec.adapter import Peft
from yaie.spec.load_spec import LoadSpec, keeps_adapter


def parameters_judged(spec: LoadSpec, facts: Facts) -> Iterator[Problem]:
    """What is to be said of the parameters that are named; those that cannot be foreseen are judged
    once the load is done."""
    if not spec.weights.freeze and not spec.weights.trainable:
        return
    try:
        with quieted():
            parameters = parameters_of(spec, facts)
    except YaieError as error:
        yield from error.problems
    except Exception as error:
        why = f"{type(error).__name__}: {' '.join(str(error).split())[:200]}"
        yield said("", f"the parameters cannot be foreseen: {why}")
    else:
        yield from judge_parameters(spec, parameters)


def parameters_of(spec: LoadSpec, facts: Facts) -> ParameterFacts:
    """The parameters of a load that the rules allow; raises what transformers does on the way."""
    structure = structure_of(spec, facts)
    model_class = type(structure.model).__name__
    packed, model = frozenset(_packed(structure)), structure.model
    tied = dict(getattr(model, "all_tied_weights_keys", {}))
    if keeps_adapter(spec) and isinstance(spec.adapter, Peft) and facts.adapter is not None:
        model = bare_model(spec, facts)
        injected(model, spec.adapter, facts)
        # A layer that an adapter is put around keeps its weight under another name.
        packed = packed | {_wrapped(name) for name in packed}
    names = tuple(name for name, _ in model.named_parameters(remove_duplicate=False))
    return ParameterFacts(
        model_class=model_class, names=names, packed=packed & frozenset(names), tied=tied
    )


def _wrapped(name: str) -> str:
    module, _, own = name.rpartition(".")
    return f"{module}.base_layer.{own}"


def _packed(structure: Structure) -> list[str]:
    named = structure.model.named_parameters(remove_duplicate=False)
    return [
        name
        for name, parameter in named
        if structure.is_quantised(name) or not parameter.is_floating_point()
    ]
