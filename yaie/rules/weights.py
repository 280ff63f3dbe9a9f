"""Group `weights`: can the numbers come from where they are wanted?"""

from __future__ import annotations

from collections.abc import Iterator

from yaie.errors import Problem
from yaie.facts.facts import Facts
from yaie.rules.problems import refused, said, wrong
from yaie.rules.reading import asked_class, may_match, meant_module
from yaie.spec.device import Dispatched, Mapped
from yaie.spec.load_spec import LoadSpec
from yaie.spec.quantization import Unquantized
from yaie.spec.weights import Pretrained, Random
from yaie.spec.wording import counted, override


def pretrained_weights_come_from_a_checkpoint(spec: LoadSpec, facts: Facts) -> Iterator[Problem]:
    """An architecture alone has no weights to load.

    Upstream: from_pretrained without an id is a TypeError.
    """
    if isinstance(spec.weights, Pretrained) and spec.model.id is None and spec.model.architecture:
        yield refused(
            "weights.kind",
            f"`pretrained` needs a checkpoint, and `model.architecture={spec.model.architecture}`"
            " names none",
            "`weights=random`, or `weights=meta`",
        )


def new_weights_are_not_quantised(spec: LoadSpec, facts: Facts) -> Iterator[Problem]:
    """transformers quantises weights as it loads them; from_config takes no quantisation.

    Upstream: `from_config` with a `quantization_config` is a TypeError of the model's class.
    """
    if isinstance(spec.weights, Pretrained) or isinstance(spec.quantization, Unquantized):
        return
    yield refused(
        "quantization.method",
        f"`{spec.quantization.method}` quantises weights that are loaded, and `weights.kind` is"
        f" `{spec.weights.kind}`",
        "`quantization=none`, or `weights=pretrained`" if spec.model.id else "`quantization=none`",
    )


def random_weights_are_on_one_device(spec: LoadSpec, facts: Facts) -> Iterator[Problem]:
    """from_config takes no device map: a new model is made on one device.

    Upstream: `from_config` with a `device_map` is a TypeError of the model's class.
    """
    if not isinstance(spec.weights, Random):
        return
    spread = isinstance(spec.device, Dispatched) and len(facts.host.devices) > 1
    if (spread and spec.device.kind != "auto") or isinstance(spec.device, Mapped):
        yield refused(
            "device.kind",
            f"`{spec.device.kind}` spreads a model over several devices, and random weights are"
            " made on one",
            f"`device={facts.host.devices[0].kind}`" if facts.host.devices else "`device=cpu`",
        )


def random_weights_heed_no_limits(spec: LoadSpec, facts: Facts) -> Iterator[Problem]:
    """Limits and offloading belong to a device map, and from_config takes none.

    Upstream: `from_config` with `max_memory` is a TypeError of the model's class.
    """
    if isinstance(spec.weights, Pretrained) or not isinstance(spec.device, Dispatched):
        return
    for field in ("max_memory", "offload_folder"):
        if getattr(spec.device, field) is not None:
            yield refused(
                f"device.{field}",
                f"`{field}` limits a device map, and `weights={spec.weights.kind}` takes none",
                f"`device.{field}=null`",
            )


def new_weights_are_weights_of_the_model(spec: LoadSpec, facts: Facts) -> Iterator[Problem]:
    """Each pattern of `weights.reinitialize` matches a module of the model that is built.

    Upstream: there is nothing like it: missing weights are drawn anew with a line in the log, and
    `ignore_mismatched_sizes` takes any damage for wanted.
    """
    model = asked_class(facts)
    if not isinstance(spec.weights, Pretrained) or model is None or not model.modules:
        return
    for wanted in spec.weights.reinitialize:
        if may_match(wanted, model.modules):
            continue
        message = (
            f"`{wanted}` matches none of the {counted(len(model.modules), 'module')} of"
            f" `{model.name}`"
        )
        if near := meant_module(wanted, model.modules):
            asked = spec.weights.reinitialize
            meant = [f"{near}.*" if name == wanted else name for name in asked]
            hint = override("weights.reinitialize", meant)
            yield wrong("weights.reinitialize", message, f"`{hint}`")
        else:
            # Parameters outside of modules (`logit_scale`) are weights too, and are not listed.
            yield said("weights.reinitialize", f"{message}; if it is no parameter, it is ignored")
