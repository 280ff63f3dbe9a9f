"""`model.config`: do the overrides leave pretrained weights what they were trained as?

Refused is what no reading of the weights makes right: other sizes, and heads cut otherwise. What
scales or bounds the computation (rotary bases, windows, dropout, experts per token) is let go, for
models are used so; another activation is let go and said.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Any

from yaie.errors import Problem
from yaie.facts.facts import Facts
from yaie.rules.activations import NAMES
from yaie.rules.config_scopes import Scope, scopes
from yaie.rules.problems import refused, said
from yaie.rules.reading import asked_class
from yaie.spec.load_spec import LoadSpec
from yaie.spec.weights import Pretrained

SHAPING = ("num_hidden_layers", "hidden_size", "intermediate_size", "vocab_size")
"""Fields that no architecture can change and keep its weights; others were seen to be such."""
HEADS = re.compile(
    r"(^|_)(heads|heads_per_layer|heads_per_stage|head_dim|dim_head|d_head)$|^(n_head|d_kv)$"
)
"""Names of the number of attention heads, and of their width."""

_TANH = {"gelu_new", "gelu_fast", "gelu_accurate", "gelu_pytorch_tanh", "gelu_python_tanh"}
SAME = ({"gelu", "gelu_python", *_TANH}, {"silu", "swish"})
"""Activations that differ by less than 0.001 anywhere."""


def overrides_leave_the_weights_their_shape(spec: LoadSpec, facts: Facts) -> Iterator[Problem]:
    """Pretrained weights have the number of layers and the widths that they were trained with.

    Upstream: a RuntimeError of mismatched sizes after the download; of layers, random weights or
    layers dropped, and a line of log.
    """

    def shapes(scope: Scope, own: str) -> bool:
        return _shapes(scope, own, facts.task) and not _cuts_heads(scope, own)

    if isinstance(spec.weights, Pretrained) and not spec.weights.reinitialize:
        for scope, name, value, trained in _changed(spec, facts, shapes):
            path = scope.below(name)
            hint = f"`~{path}`, or `weights=random`"
            if scope.own(name) not in {scope.own(side) for side in SHAPING}:
                hint += ", or name the weights that are to be new: `weights.reinitialize=[…]`"
            yield refused(path, f"`{value}` was asked, and {_made_for(trained)}", hint)


def overrides_leave_the_weights_their_heads(spec: LoadSpec, facts: Facts) -> Iterator[Problem]:
    """Pretrained weights are cut into the heads that they were trained as.

    Upstream: where the shapes stay the same, the numbers are cut into other heads in silence, and
    the model computes nothing that was learnt; a RuntimeError of mismatched sizes elsewhere.
    """
    if isinstance(spec.weights, Pretrained) and not _renews_layers(spec.weights, facts):
        changed = list(_changed(spec, facts, _cuts_heads))
        back = " ".join(f"~{scope.below(name)}" for scope, name, _, _ in changed)
        for scope, name, value, trained in changed:
            yield refused(
                scope.below(name),
                f"`{value}` was asked, and {_made_for(trained)}: cut otherwise they do not fit,"
                " or compute nothing that was learnt",
                f"`{back}`, or `weights=random`",
            )


def overrides_leave_the_embeddings_tied(spec: LoadSpec, facts: Facts) -> Iterator[Problem]:
    """Embeddings of input and output are one matrix in a checkpoint, or two, and stay so.

    Upstream: two that are to be tied are left apart, with a warning, and the config says that they
    are tied; one that is to be two leaves the output's random, with a line in the log.
    """
    if not isinstance(spec.weights, Pretrained):
        return
    for scope, name, value, trained in _changed(spec, facts, _ties):
        if value is True and trained is False and _has_both(facts):
            yield refused(
                scope.below(name),
                "the checkpoint's embeddings of input and output are two matrices, and transformers"
                " does not tie what differs",
                f"`~{scope.below(name)}`",
            )
        elif value is False and trained is True and not spec.weights.reinitialize:
            yield said(
                scope.below(name),
                "the checkpoint's embeddings of input and output are one matrix: if it holds no"
                " other, the output's is missing",
                f"`~{scope.below(name)}`",
            )


def overrides_leave_the_weights_their_activation(spec: LoadSpec, facts: Facts) -> Iterator[Problem]:
    """Pretrained weights compute with the activation that they were trained with.

    Upstream: the weights are loaded, and the model computes something else in silence.
    """
    if not isinstance(spec.weights, Pretrained):
        return
    for scope, name, value, trained in _changed(spec, facts, _activates):
        if value not in NAMES or trained not in NAMES or _is_same_activation(value, trained):
            continue
        yield said(
            scope.below(name),
            f"`{value}` was asked, and the checkpoint's weights were trained with `{trained}`",
            f"`~{scope.below(name)}`",
        )


def _changed(
    spec: LoadSpec, facts: Facts, concerns: Callable[[Scope, str], bool]
) -> Iterator[tuple[Scope, str, Any, Any]]:
    """Overrides of some fields by other values than the checkpoint's, each with that."""
    for scope in scopes(spec, facts):
        for name, value in scope.overrides.items():
            trained = _trained(scope, scope.own(name))
            if concerns(scope, scope.own(name)) and trained not in (None, value):
                yield scope, name, value, trained


def _trained(scope: Scope, own: str) -> Any:
    """The checkpoint's own value of a field; None where it is not known.

    What a part of config.json leaves out has its default only if the part is there.
    """
    stored = {scope.own(name): value for name, value in scope.stored.items()}
    if stored.get(own) is not None:
        return stored[own]
    if not scope.whole or not (scope.is_outermost or stored):
        return None
    values = {name: f.default for name, f in scope.architecture.fields.items()} | stored
    heads, width = (values.get(scope.own(n)) for n in ("num_attention_heads", "hidden_size"))
    if values.get(own) is None and own == "num_key_value_heads":
        return heads
    if values.get(own) is None and own == "head_dim" and isinstance(width, int):
        return width // heads if isinstance(heads, int) and heads > 0 else None
    return values.get(own)


def _shapes(scope: Scope, own: str, task: str | None) -> bool:
    """Whether the weights of the task's class follow a field; of a part those of any class.

    What a head alone follows makes weights that are new, not others: the load says so.
    """
    if own in {scope.own(name) for name in SHAPING}:
        return True
    spared = scope.limits.shaping.get(own)
    if spared is None or "base" in spared:
        return False
    return task not in spared if scope.is_outermost else not spared


def _cuts_heads(scope: Scope, own: str) -> bool:
    return HEADS.search(own) is not None and "loss" not in own


def _has_both(facts: Facts) -> bool:
    """Whether a checkpoint holds what would be tied, beside what it would be tied to, or may."""
    model, held = asked_class(facts), facts.checkpoint
    if model is not None and model.modules and not model.tied_weights:
        # It was built, all its configs said to tie, and no weight of it was: it has no output's.
        return False
    if model is None or not model.tied_weights or held is None or held.tensors is None:
        return True
    return any(name in held.tensors for name in model.tied_weights)


def _ties(scope: Scope, own: str) -> bool:
    return own == "tie_word_embeddings"


def _activates(scope: Scope, own: str) -> bool:
    return _ACTIVATION.search(own) is not None


_ACTIVATION = re.compile(r"(^|_)act($|_)|activation|^feed_forward_proj$")


def _is_same_activation(one: object, other: object) -> bool:
    return any({one, other} <= names for names in SAME)


def _made_for(trained: object) -> str:
    return f"the checkpoint's weights are made for `{trained}`"


def _renews_layers(weights: Pretrained, facts: Facts) -> bool:
    """Whether weights inside of layers are drawn anew, rather than a head's beside them."""
    model = asked_class(facts)
    layers = [name for name in model.modules if name.endswith(".*")] if model else []
    inside = [f"{name.removesuffix('.*')}.0." for name in layers]
    return any(_reaches(pattern, layer) for pattern in weights.reinitialize for layer in inside)


def _reaches(pattern: str, layer: str) -> bool:
    head = pattern.partition("*")[0]
    number = re.sub(r"\.\d+\.", ".0.", head)
    return number.startswith(layer) or (head != pattern and layer.startswith(head))
