"""Group `adapter`: does the adapter fit the model, and can it be loaded here?"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import PurePath

from yaie.errors import Problem
from yaie.facts.adapter import INJECTED
from yaie.facts.facts import Facts
from yaie.rules.model import SAFE_UNPICKLING
from yaie.rules.packages import lacking
from yaie.rules.problems import absent, refused, said
from yaie.rules.reading import older, reads_weights
from yaie.spec.adapter import Peft
from yaie.spec.device import Sharded
from yaie.spec.load_spec import LoadSpec
from yaie.spec.quantization import Unquantized
from yaie.spec.weights import Meta
from yaie.spec.wording import all_quoted

MINIMUM = "0.20.0"
"""transformers.integrations.peft.MIN_PEFT_VERSION"""
UNMERGED = frozenset({"LILY"})
"""Types whose tuner in peft 0.21 has no merge."""


def adapter_is_named_beside_its_model(spec: LoadSpec, facts: Facts) -> Iterator[Problem]:
    """A folder that holds an adapter and no model is named as the adapter of its model.

    Upstream: from_pretrained fetches the model that adapter_config.json names, whatever it is, and
    loads the adapter into it without a word.
    """
    held = facts.checkpoint
    if held is None or held.adapter_config is None or spec.model.gguf_file is not None:
        return
    adapter = f"adapter={spec.model.id}"
    if held.config is None:
        base = held.adapter_config.get("base_model_name_or_path")
        yield refused(
            "model.id",
            f"`{spec.model.id}` holds an adapter of `{base}`, and no model",
            f"`model={base} {adapter}`" if isinstance(base, str) and base else None,
        )
    elif "peft" in facts.host.packages and reads_weights(spec):
        yield refused(
            "model.id",
            f"adapter_config.json lies beside config.json of `{spec.model.id}`: transformers would"
            " load that adapter unasked",
            "move the adapter to a folder of its own, and name it: `adapter=…`",
        )


def adapters_need_their_package(spec: LoadSpec, facts: Facts) -> Iterator[Problem]:
    """Adapters are loaded by the package peft.

    Upstream: `load_adapter` raises an ImportError, after the model was loaded.
    """
    if isinstance(spec.adapter, Peft):
        yield from lacking(
            "adapter.id",
            "an adapter",
            "peft",
            facts,
            minimum=MINIMUM,
            instead="`adapter=none`",
            install="'yaie[peft]'",
        )


def adapters_are_whole(spec: LoadSpec, facts: Facts) -> Iterator[Problem]:
    """A folder with an adapter holds adapter_config.json, and its weights.

    Upstream: `load_adapter` raises a ValueError or an OSError, after the model was loaded.
    """
    held = facts.adapter
    if held is None or not isinstance(spec.adapter, Peft) or held.commit is not None:
        return
    if held.config is None:
        yield absent(
            "adapter.id",
            f"`{spec.adapter.id}` holds no adapter_config.json, so that it is no adapter",
            "name the folder that holds adapter_config.json",
        )
    elif held.file is None:
        yield absent(
            "adapter.id",
            f"`{spec.adapter.id}` holds neither adapter_model.safetensors nor adapter_model.bin",
        )


def adapters_are_injected(spec: LoadSpec, facts: Facts) -> Iterator[Problem]:
    """An adapter is of a type that goes into the model's own modules.

    Upstream: `load_adapter` of a prompt is a ValueError after the model was loaded, that of an
    unknown type a KeyError.
    """
    held = facts.adapter
    if held is None or held.config is None or str(held.type) in INJECTED:
        return
    upper = str(held.type).upper()
    meant = f"; `{upper}` may be meant" if upper in INJECTED else ""
    yield refused(
        "adapter.id",
        f"its adapter_config.json names the type `{held.type}`, and those that go into a model's"
        f" own modules here are {all_quoted(sorted(INJECTED))}{meant}",
    )


def adapters_name_no_module_to_import(spec: LoadSpec, facts: Facts) -> Iterator[Problem]:
    """An adapter's config names no code.

    Upstream: with a `megatron_config` peft imports the module that `megatron_core` names, whatever
    that is.
    """
    if facts.adapter and (facts.adapter.config or {}).get("megatron_config"):
        named = (facts.adapter.config or {}).get("megatron_core")
        yield refused(
            "adapter.id",
            f"its adapter_config.json has peft import the module `{named}`, which is not done here",
        )


def adapters_are_of_the_model(spec: LoadSpec, facts: Facts) -> Iterator[Problem]:
    """An adapter was trained on the model that it is loaded into.

    Upstream: nothing compares the two; where the shapes agree the adapter adds noise.
    """
    base = facts.adapter.base if facts.adapter else None
    if base is None or spec.model.id is None or _same(base, spec.model.id):
        return
    yield said(
        "adapter.id",
        f"it was trained on `{base}`, and `{spec.model.id}` is loaded",
    )


def _same(base: str, id: str) -> bool:
    """Whether two names may be of one model: folders are moved, and keep their last name."""
    last = PurePath(id).name.lower()
    return PurePath(base).name.lower() == last


def pickled_adapters_need_a_safe_torch(spec: LoadSpec, facts: Facts) -> Iterator[Problem]:
    """Weights in a `.bin` file are a pickle, which older versions of torch run code from.

    Upstream: it is read with `weights_only`, and below torch 2.10 one that was made for it runs
    code.
    """
    held = facts.adapter
    if held is None or held.format != "bin":
        return
    if older(facts, "torch", SAFE_UNPICKLING):
        yield refused(
            "adapter.id",
            f"`{held.file}` is a pickle, which torch {facts.host.packages['torch']} can be made to"
            f" run code from (CVE-2026-24747); torch {SAFE_UNPICKLING} or newer reads it safely",
            "`pip install -U torch`",
        )
    elif held.tensors is None:
        yield refused(
            "adapter.id",
            f"`{held.file}` is a pickle that holds something else than tensors",
            "bring the adapter as safetensors",
        )
    else:
        yield said(
            "adapter.id",
            f"`{held.file}` is a pickle: it is read as weights only, but without the guarantees of"
            " safetensors",
        )


def adapters_are_merged_in_full_precision(spec: LoadSpec, facts: Facts) -> Iterator[Problem]:
    """An adapter is added to weights that are not packed.

    Upstream: peft unpacks each weight, adds to it and packs the sum anew, which rounds it again;
    other methods than bitsandbytes are a NotImplementedError.
    """
    if not isinstance(spec.adapter, Peft) or not spec.adapter.merge:
        return
    stored = facts.checkpoint.quantization if facts.checkpoint else None
    if not isinstance(spec.quantization, Unquantized):
        method = spec.quantization.method
        yield refused(
            "adapter.merge",
            f"`{method}` packs the weights, and the sum would be rounded once more",
            "`quantization=none`, or `adapter.merge=false`",
        )
    elif stored is not None:
        yield refused(
            "adapter.merge",
            "the checkpoint is quantised, and the sum would be rounded once more",
            "`adapter.merge=false`",
        )


def adapters_that_are_merged_can_be(spec: LoadSpec, facts: Facts) -> Iterator[Problem]:
    """An adapter that is merged is of a type that can be added to weights.

    Upstream: `merge_and_unload` is a NotImplementedError, after the model was loaded.
    """
    held = facts.adapter
    if not isinstance(spec.adapter, Peft) or not spec.adapter.merge or held is None:
        return
    if str(held.type) in UNMERGED:
        yield refused(
            "adapter.merge",
            f"peft adds no adapter of the type `{held.type}` to the weights",
            "`adapter.merge=false`",
        )


def merged_adapters_are_not_trained(spec: LoadSpec, facts: Facts) -> Iterator[Problem]:
    """What is merged is no adapter any more.

    Upstream: `merge_and_unload` drops the adapter, trainable or not.
    """
    if isinstance(spec.adapter, Peft) and spec.adapter.merge and spec.adapter.is_trainable:
        yield refused(
            "adapter.is_trainable",
            "an adapter that is merged is gone, so that it cannot be trained",
            "`adapter.merge=false`, or `adapter.is_trainable=false`",
        )


def adapters_have_numbers_and_one_process(spec: LoadSpec, facts: Facts) -> Iterator[Problem]:
    """An adapter is read into a model of numbers, by one process.

    Upstream: on `meta` its weights are read and dropped; how its layers are sharded is up to peft,
    and was never compared here.
    """
    if not isinstance(spec.adapter, Peft):
        return
    if isinstance(spec.weights, Meta):
        yield refused(
            "adapter.id", "`weights=meta` has a structure but no numbers", "`adapter=none`"
        )
    if isinstance(spec.device, Sharded):
        yield refused(
            "adapter.id",
            f"`device={spec.device.kind}` shares the weights among processes, which adapters are"
            " not loaded into yet",
            "`device=auto`, or `adapter=none`",
        )


def adapters_of_a_train_mode_are_trained(spec: LoadSpec, facts: Facts) -> Iterator[Problem]:
    """In train mode the adapter is what is trained, unless others are named.

    Upstream: `is_trainable` is false unless it is said, and the first backward pass is a
    RuntimeError.
    """
    if (
        isinstance(spec.adapter, Peft)
        and not spec.adapter.merge
        and not spec.adapter.is_trainable
        and spec.weights.mode == "train"
        and not spec.weights.trainable
    ):
        yield said(
            "adapter.is_trainable",
            "the adapter is frozen as the model is beside it, and `weights.mode` is `train`",
            "`adapter.is_trainable=true`",
        )
