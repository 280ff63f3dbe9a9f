"""The calls that leave a model as it is to be trained: what is frozen, its mode, its memory."""

from __future__ import annotations

from collections.abc import Iterator

from yaie.planning.calls import Call, Each, Ref
from yaie.spec.adapter import Peft
from yaie.spec.load_spec import LoadSpec, keeps_adapter
from yaie.spec.weights import Pretrained


def training_calls(spec: LoadSpec, model: int) -> Iterator[Call]:
    """The calls on the model that an earlier one yields, in order."""
    yield from _freezing(spec, Ref(model))
    yield from _mode(spec, Ref(model))
    if spec.weights.gradient_checkpointing:
        yield Call(
            target="transformers.PreTrainedModel.activation_checkpointing_enable",
            args=(Ref(model),),
            # The default of 4.x is true, which asks the inputs of each layer for a gradient.
            kwargs={"activation_checkpointing_kwargs": {"use_reentrant": False}},
        )


def _freezing(spec: LoadSpec, model: Ref) -> Iterator[Call]:
    weights = spec.weights
    if weights.trainable and not keeps_adapter(spec):
        # Beside an adapter all others are frozen already.
        yield Call(target="torch.nn.Module.requires_grad_", args=(model, False))
    if weights.trainable:
        yield _each(model, weights.trainable, True)
    if weights.freeze:
        yield _each(model, weights.freeze, False)


def _each(model: Ref, patterns: tuple[str, ...], trained: bool) -> Call:
    return Call(target="torch.Tensor.requires_grad_", args=(Each(model, patterns), trained))


def _mode(spec: LoadSpec, model: Ref) -> Iterator[Call]:
    """from_pretrained leaves a model in eval mode, from_config in train mode; what an adapter does
    to it depends on both."""
    left_in = "eval" if isinstance(spec.weights, Pretrained) else "train"
    if isinstance(spec.adapter, Peft):
        left_in = ""
    if spec.weights.mode != left_in:
        yield Call(target=f"torch.nn.Module.{spec.weights.mode}", args=(model,))
