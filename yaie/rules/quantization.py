"""Group `quantization`: can these weights be quantised, by what is installed, where they go?"""

from __future__ import annotations

from collections.abc import Iterator

from yaie.errors import Problem
from yaie.facts.facts import Facts
from yaie.facts.layers import CONV1D, DERIVED, LAYERS
from yaie.rules.packages import lacking
from yaie.rules.placement import kinds, targets
from yaie.rules.problems import refused, said
from yaie.rules.quantizing import Quantizing, quantizing
from yaie.rules.reading import asked_class, capability, dotted, dtype, has_numbers, reads_weights
from yaie.spec.device import Dispatched, Mapped, Unplaced
from yaie.spec.load_spec import LoadSpec
from yaie.spec.wording import all_quoted, quoted

_PRECISIONS = {"bfloat16": "bf16", "float16": "fp16", "float32": "fp32"}


def a_method_has_its_packages(spec: LoadSpec, facts: Facts) -> Iterator[Problem]:
    """Quantised weights are made and read by packages of their own.

    Upstream: the load fails with an ImportError once the config is read, one package at a time.
    """
    use = quantizing(spec, facts)
    if use is None or use.unpacked or (use.stored and use.needs.unpacks):
        return
    for package in use.needs.packages:
        if package.kinds & kinds(spec, facts):
            yield from lacking(
                use.path,
                use.subject,
                package.name,
                facts,
                minimum=package.minimum,
                below=package.below,
                instead=use.instead,
                install=package.install,
            )


def a_method_computes_by_its_packages(spec: LoadSpec, facts: Facts) -> Iterator[Problem]:
    """Some methods load without the package that they compute by.

    Upstream: the model is loaded, and its first forward pass is an ImportError.
    """
    use = quantizing(spec, facts)
    if use is None or use.unpacked or (use.stored and _cannot_run(use, spec, facts)):
        return
    unpacked = f"`quantization={use.method} quantization.dequantize=true`" if use.stored else None
    for package in use.needs.called_by:
        if has_numbers(spec) and use.needs.kinds & kinds(spec, facts):
            yield from lacking(
                use.path,
                f"computing with {use.subject.rstrip(',')}",
                package.name,
                facts,
                minimum=package.minimum,
                below=package.below,
                instead=use.instead or unpacked,
                install=package.install,
            )


def a_method_knows_the_device(spec: LoadSpec, facts: Facts) -> Iterator[Problem]:
    """A method's kernels are written for some kinds of devices.

    Upstream: some methods fail for want of a GPU; others load their layers on the CPU, where
    the first forward fails.
    """
    use = quantizing(spec, facts)
    if use is None or use.unpacked or not has_numbers(spec):
        return
    without = sorted(kinds(spec, facts) - use.needs.kinds)
    there = next((kind for kind in sorted(use.needs.kinds) if facts.host.has(kind)), None)
    if not without or (use.stored and use.needs.unpacks and there is None):
        return
    device = f"`device={there}`" if there else None
    yield refused(
        use.path,
        f"{use.subject} runs on {all_quoted(sorted(use.needs.kinds), 'or')}, and this load goes"
        f" to {quoted(without)}",
        ", or ".join(filter(None, (device, use.instead))) or None,
    )


def a_method_has_the_capability(spec: LoadSpec, facts: Facts) -> Iterator[Problem]:
    """Kernels for few bits need CUDA devices of a generation that computes in them.

    Upstream: the load fails, or the first kernel does.
    """
    use = quantizing(spec, facts)
    if use is None or use.unpacked or (use.stored and use.needs.unpacks):
        return
    least, found = use.needs.capability, capability(facts)
    if least and found and found < least and "cuda" in kinds(spec, facts):
        yield refused(
            use.path,
            f"{use.subject} needs CUDA compute capability {dotted(least)}, and {facts.host.name}"
            f" has {dotted(found)}",
            use.instead,
        )


def a_checkpoint_that_cannot_run_is_unpacked(spec: LoadSpec, facts: Facts) -> Iterator[Problem]:
    """Some checkpoints are unpacked into floats, of two bytes a weight, where their kernels are
    missing.

    Upstream: it is unpacked with a line in the log, and takes the memory of bfloat16.
    """
    use = quantizing(spec, facts)
    if use is None or use.unpacked or not use.stored or not use.needs.unpacks:
        return
    if reason := _cannot_run(use, spec, facts):
        yield said(
            use.path,
            f"{use.subject} cannot run here and is unpacked into floats, several times its size:"
            f" {reason}",
        )


def _cannot_run(use: Quantizing, spec: LoadSpec, facts: Facts) -> str | None:
    least, found = use.needs.capability, capability(facts)
    if not any(facts.host.has(kind) for kind in use.needs.kinds):
        return f"it runs on {all_quoted(sorted(use.needs.kinds), 'or')}"
    if least and found and found < least:
        return f"it needs CUDA compute capability {dotted(least)}, and {dotted(found)} is here"
    for package in use.needs.packages if facts.host.packages_known else ():
        needs = lacking("", "it", package.name, facts, minimum=package.minimum, below=package.below)
        if package.kinds & kinds(spec, facts) and (problem := next(needs, None)):
            return problem.message
    return None


def a_method_takes_the_dtype(spec: LoadSpec, facts: Facts) -> Iterator[Problem]:
    """Some methods quantise from, or compute beside, some dtypes alone.

    Upstream: bitsandbytes fails at the first weight, after the download; HIGGS and SpQR refuse
    the dtype.
    """
    use = quantizing(spec, facts)
    if use is None or use.unpacked:
        return
    taken = use.needs.dtypes or (None if use.stored else use.needs.quantises)
    held = dtype(spec, facts)
    if taken is None or held is None or held in taken:
        return
    best = next(name for name in _PRECISIONS if name in taken)
    yield refused(
        "precision.dtype",
        f"{use.subject} takes {all_quoted(sorted(taken), 'or')}, and the weights would be `{held}`",
        ", or ".join(filter(None, (f"`precision={_PRECISIONS[best]}`", use.instead))),
    )


def a_method_keeps_the_dtype(spec: LoadSpec, facts: Facts) -> Iterator[Problem]:
    """Some methods compute in one dtype, and make the model's that, whatever was asked.

    Upstream: the dtype that was asked is replaced, with a line in the log.
    """
    use = quantizing(spec, facts)
    if use is None or use.unpacked or (recast := use.needs.recast) is None:
        return
    if spec.precision.dtype in recast.dtypes and recast.kinds & kinds(spec, facts):
        yield refused(
            "precision.dtype",
            f"{use.subject} makes the model `{recast.by}`, and `{spec.precision.dtype}` was asked",
            f"`precision={_PRECISIONS[recast.by]}`",
        )


def a_method_has_modules_of_the_architecture(spec: LoadSpec, facts: Facts) -> Iterator[Problem]:
    """A method for one architecture's modules would leave all of another's as they are.

    Upstream: nothing is quantised, with a line in the log.
    """
    use = quantizing(spec, facts)
    if use is None or not use.asked or use.needs.architectures is None or facts.model_type is None:
        return
    if facts.model_type not in use.needs.architectures:
        yield refused(
            use.path,
            f"{use.subject} quantises modules of {quoted(sorted(use.needs.architectures))}, and"
            f" `{facts.model_type}` has none of them",
            use.instead,
        )


def a_model_has_layers_to_quantise(spec: LoadSpec, facts: Facts) -> Iterator[Problem]:
    """Methods quantise linear layers, besides the output head, which stays as it is.

    Upstream: nothing is quantised, with a line in the log at most.
    """
    use, model = quantizing(spec, facts), asked_class(facts)
    if use is None or use.stored or not use.asked or model is None:
        return
    listed = getattr(spec.quantization, use.needs.keeps, None) if use.needs.keeps else None
    if model.name not in LAYERS or listed is not None or use.method == "gptq":
        return
    if not (LAYERS[model.name] & use.needs.layers):
        yield refused(
            use.path,
            f"{use.subject} quantises linear layers, and `{model.name}` has none of the kind that"
            " it takes",
            _others(LAYERS[model.name]),
        )


def _others(layers: frozenset[str]) -> str:
    """What takes these layers: bitsandbytes alone takes Conv1D, and it alone no derived class."""
    instead = {CONV1D: "`quantization=bnb_8bit`", DERIVED: "`quantization=quanto`"}
    return ", or ".join([*(instead[kind] for kind in sorted(layers)), "`quantization=none`"])


def offloaded_modules_may_be_quantised(spec: LoadSpec, facts: Facts) -> Iterator[Problem]:
    """Beside accelerators, CPU and disk hold quantised modules only where a method can do that.

    Upstream: the load fails once the files are there.
    """
    use = quantizing(spec, facts)
    if use is None or use.unpacked or not isinstance(spec.device, Mapped):
        return
    if not any(kind in use.needs.map_heeded_with for kind in _there(facts)):
        return
    named = {str(target) for target in targets(spec)}
    away = sorted(named & (use.needs.not_stored if use.stored else use.needs.not_fresh))
    if not away or (named == {"cpu"} and len(spec.device.map) == 1):
        return
    allowed = getattr(spec.quantization, _FLAG, None)
    if use.method.startswith("bnb") and use.asked:
        if not allowed and named != {"cpu"}:
            yield _in_32_bits(away)
        return
    yield refused(
        "device.map",
        f"{use.subject} leaves no modules on {quoted(away)}, where the device map sends some",
        use.instead,
    )


def _there(facts: Facts) -> set[str]:
    return {"cpu", *(device.kind for device in facts.host.devices)}


_FLAG = "llm_int8_enable_fp32_cpu_offload"


def _in_32_bits(away: list[str]) -> Problem:
    return refused(
        f"quantization.{_FLAG}",
        f"the device map sends modules to {quoted(away)}, where they stay in 32 bits, and that has"
        " to be allowed",
        f"`quantization.{_FLAG}=true`",
    )


def a_method_may_need_one_device(spec: LoadSpec, facts: Facts) -> Iterator[Problem]:
    """Some methods hold their state on one device.

    Upstream: the load fails; NVFP4 calls `auto` an offload.
    """
    use = quantizing(spec, facts)
    if use is None or not use.needs.single:
        return
    spread = len(targets(spec)) > 1
    if spread or (use.needs.named and isinstance(spec.device, Dispatched) and facts.host.devices):
        there = facts.host.devices[0].kind if facts.host.devices else "cpu"
        yield refused(
            "device.kind",
            f"{use.subject} holds a model on one device, and `{spec.device.kind}` may spread it",
            f"`device={there}`",
        )


def quantised_models_are_placed(spec: LoadSpec, facts: Facts) -> Iterator[Problem]:
    """Without a device map some methods put a model on the accelerator by themselves.

    Upstream: the model is on the accelerator, though no device was asked.
    """
    use = quantizing(spec, facts)
    if use is None or not use.needs.moves or not isinstance(spec.device, Unplaced):
        return
    there = next((d.kind for d in facts.host.devices if d.kind in use.needs.kinds), None)
    on = there or (None if "cpu" in use.needs.kinds else min(use.needs.kinds))
    if reads_weights(spec) and on:
        device = f"`device={there}`, or `device=cpu`" if there else "`device=cpu`"
        yield refused(
            "device.kind",
            f"`none` leaves a model on the CPU, but {use.subject} would put it on `{on}`",
            device,
        )


def four_bit_floats_of_fp_quant_have_kernels(spec: LoadSpec, facts: Facts) -> Iterator[Problem]:
    """FP-Quant computes in four bits on Blackwell, by qutlass; elsewhere Triton emulates it.

    Upstream: the load fails for want of qutlass, or the kernel does for want of Blackwell.
    """
    asked = spec.quantization
    if asked.method != "fp_quant" or not facts.host.has("cuda"):
        return
    if not asked.pseudoquantization:
        least = (10, 0)
        yield from lacking(
            "quantization.pseudoquantization",
            "`fp_quant` in four bits",
            "qutlass",
            facts,
            minimum="0.2.0",
            instead="`quantization.pseudoquantization=true`",
        )
    else:
        least = (9, 0) if asked.forward_dtype == "nvfp4" else (0, 0)
    found = capability(facts)
    if found and found < least:
        yield refused(
            "quantization.forward_dtype",
            f"`{asked.forward_dtype}` needs CUDA compute capability {dotted(least)} here, and"
            f" {facts.host.name} has {dotted(found)}",
            "`quantization.forward_dtype=mxfp4`"
            if asked.pseudoquantization
            else "`quantization.pseudoquantization=true`",
        )


def new_weights_are_not_drawn_quantised(spec: LoadSpec, facts: Facts) -> Iterator[Problem]:
    """Weights that are wanted new are drawn from floats, which quantised weights are not.

    Upstream: drawing from a normal distribution fails for packed integers.
    """
    use = quantizing(spec, facts)
    if use is None or use.unpacked or not getattr(spec.weights, "reinitialize", ()):
        return
    by = f"`{use.method}`" if use.asked else f"the checkpoint's `{use.method}`"
    yield refused(
        "weights.reinitialize",
        f"weights that are quantised by {by} cannot be drawn anew",
        "`weights.reinitialize=[]`" + (", or `quantization=none`" if use.asked else ""),
    )
