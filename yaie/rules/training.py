"""Group `weights`: can what is asked be trained?"""

from __future__ import annotations

from collections.abc import Iterator

from yaie.errors import Problem
from yaie.facts.facts import Facts
from yaie.rules.problems import refused, said, wrong
from yaie.rules.reading import asked_class, may_match, meant_module
from yaie.spec.load_spec import LoadSpec
from yaie.spec.wording import counted, override


def checkpointing_is_what_the_class_does(spec: LoadSpec, facts: Facts) -> Iterator[Problem]:
    """Layers compute their activations anew where their class was written for it.

    Upstream: `activation_checkpointing_enable` of another class is a ValueError, after the load.
    """
    model = asked_class(facts)
    if spec.weights.gradient_checkpointing and model and not model.gradient_checkpointing:
        yield refused(
            "weights.gradient_checkpointing",
            f"`{model.name}` keeps its activations: none of its layers can compute them anew",
            "`weights.gradient_checkpointing=false`",
        )


def checkpointing_is_for_training(spec: LoadSpec, facts: Facts) -> Iterator[Problem]:
    """Activations are computed anew in train mode alone.

    Upstream: in eval mode each layer passes over it, and keeps its activations without a word.
    """
    if spec.weights.gradient_checkpointing and spec.weights.mode == "eval":
        yield said(
            "weights.gradient_checkpointing",
            "in `eval` mode nothing is computed anew; it takes effect once `model.train()` is"
            " called",
            "`weights.mode=train`",
        )


def trained_weights_are_weights_of_the_model(spec: LoadSpec, facts: Facts) -> Iterator[Problem]:
    """No pattern of `weights.freeze` and `weights.trainable` is near a module, and matches none.

    Upstream: there is nothing like it; a loop over `named_parameters` that meets no name freezes
    nothing, without a word.
    """
    model = asked_class(facts)
    if model is None or not model.modules:
        return
    for field in ("freeze", "trainable"):
        asked = getattr(spec.weights, field)
        for wanted in asked:
            near = meant_module(wanted, model.modules)
            if may_match(wanted, model.modules) or near is None:
                continue
            meant = [f"{near}.*" if name == wanted else name for name in asked]
            yield wrong(
                f"weights.{field}",
                f"`{wanted}` matches none of the {counted(len(model.modules), 'module')} of"
                f" `{model.name}`",
                f"`{override(f'weights.{field}', meant)}`",
            )
