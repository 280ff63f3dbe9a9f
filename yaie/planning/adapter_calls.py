"""The calls that bring an adapter into a model."""

from __future__ import annotations

from collections.abc import Iterator

from yaie.facts.facts import Facts
from yaie.planning.calls import Call, Each, Ref, Value
from yaie.planning.locations import place_of
from yaie.spec.adapter import Peft
from yaie.spec.load_spec import LoadSpec

LOAD = "transformers.PreTrainedModel.load_adapter"
MERGE = "peft.tuners.tuners_utils.BaseTuner.merge_and_unload"
READ = "peft.load_peft_weights"
WRAP = "peft.PeftModel.from_pretrained"


def adapter_calls(spec: LoadSpec, facts: Facts, model: int, first: int) -> Iterator[Call]:
    """The calls from the `first` on.

    An adapter is loaded by transformers itself, which leaves the model of its own class.

    peft alone can merge one: it wraps the model, adds the weights up, and gives it back.
    """
    adapter = spec.adapter
    if not isinstance(adapter, Peft):
        return
    where = _where(adapter, spec.model.cache_dir)
    place = (Ref(model), place_of(adapter.id))
    if adapter.merge:
        named: dict[str, Value] = {"adapter_name": adapter.name, **where}
        yield Call(target=WRAP, args=place, kwargs=named, name="wrapped")
        yield Call(target=MERGE, args=(Ref(first, "base_model"),))
        # peft has frozen the weights that the adapter now is a part of.
        yield Call(target="torch.nn.Module.requires_grad_", args=(Ref(model), True))
        return
    kwargs: dict[str, Value] = {
        "adapter_name": adapter.name,
        "is_trainable": adapter.is_trainable,
    }
    if where:
        kwargs["adapter_kwargs"] = where
    yield Call(target=LOAD, args=place, kwargs=kwargs, name="adapter")
    held = facts.adapter
    if held is not None and (held.config or {}).get("use_dora"):
        # transformers 5.23 finds no place for DoRA's magnitudes, and leaves their first numbers.
        yield Call(target=READ, args=place[1:], kwargs={"device": "cpu", **where}, name="stored")
        yield Call(
            target="peft.set_peft_model_state_dict",
            args=(Ref(model), Ref(first + 1)),
            kwargs={"adapter_name": adapter.name},
        )
    if held is not None and any(".base_layer." in name for name in held.tensors or ()):
        # A copy of the model's embeddings, which is left trainable where it was read.
        copies = Each(Ref(model), ("*.base_layer.weight",))
        yield Call(target="torch.Tensor.requires_grad_", args=(copies, False))
    if not adapter.is_trainable:
        # Copies of whole modules (`modules_to_save`) are left trainable.
        yield Call(target="torch.nn.Module.requires_grad_", args=(Ref(model), False))


def _where(adapter: Peft, cache_dir: str | None) -> dict[str, Value]:
    said = {
        "revision": adapter.revision,
        "subfolder": adapter.subfolder or None,
        "cache_dir": cache_dir,
    }
    return {name: value for name, value in said.items() if value is not None}
