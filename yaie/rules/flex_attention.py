"""Group `attention`: what torch's flex_attention needs."""

from __future__ import annotations

from collections.abc import Iterator

from yaie.errors import Problem
from yaie.facts.facts import Facts
from yaie.rules.attention_uses import Use, uses
from yaie.rules.placement import kinds
from yaie.rules.problems import refused, said
from yaie.rules.reading import dtype, has_numbers, setting
from yaie.spec.load_spec import LoadSpec
from yaie.spec.wording import quoted

DEVICES = frozenset({"cpu", "cuda", "hpu", "mps", "xpu"})
"""torch.nn.attention.flex_attention._validate_device."""
WITHOUT_BACKWARD = {"cpu": "a CPU", "mps": "an `mps` device"}
"""The same: where tensors that require gradients are refused."""
SINKS = frozenset(
    {
        "flint",
        "gpt_oss",
        "granite_swa",
        "granitemoe_swa",
        "openai_privacy_filter",
    }
)
"""Architectures that run on flex_attention and give it attention sinks (`s_aux`)."""


def flex_attention_needs_its_device(spec: LoadSpec, facts: Facts) -> Iterator[Problem]:
    """torch runs flex_attention on some kinds of devices.

    Upstream: the model loads, and torch raises a ValueError when it is called.
    """
    for use in _flex(spec, facts):
        if others := kinds(spec, facts) - DEVICES:
            yield refused(
                use.path,
                f"`flex_attention` runs on {quoted(sorted(DEVICES))}, and the model goes to"
                f" {quoted(sorted(others))}",
                use.instead(),
            )


def flex_attention_trains_on_accelerators(spec: LoadSpec, facts: Facts) -> Iterator[Problem]:
    """flex_attention has no backward pass on CPUs and Apple's GPUs.

    Upstream: the model loads, and torch raises a NotImplementedError when it is called.
    """
    for use in _flex(spec, facts):
        (kind, *others) = sorted(kinds(spec, facts))
        place = WITHOUT_BACKWARD.get(kind)
        if others or place is None:
            continue
        if spec.weights.mode == "train":
            yield refused(
                use.path,
                f"`flex_attention` has no backward pass on {place}, and `weights.mode` is `train`",
                use.instead(),
            )
        else:
            yield said(
                use.path,
                f"`flex_attention` on {place} runs under `torch.no_grad()` only",
                use.instead(),
            )


def flex_attention_has_no_dropout(spec: LoadSpec, facts: Facts) -> Iterator[Problem]:
    """flex_attention drops no attention weights, and a model in train mode asks for it.

    Upstream: the model loads, and raises a ValueError when it is called in train mode.
    """
    dropout = setting("attention_dropout", spec, facts)
    if spec.weights.mode != "train" or not isinstance(dropout, int | float) or dropout <= 0:
        return
    for use in _flex(spec, facts):
        if not use.part:
            yield refused(
                use.path,
                f"`flex_attention` has no dropout, and `attention_dropout` is {dropout} while"
                " `weights.mode` is `train`",
                f"`model.config.attention_dropout=0.0`, or {use.instead()}",
            )


def flex_attention_on_a_cpu_has_32_bits_at_most(spec: LoadSpec, facts: Facts) -> Iterator[Problem]:
    """torch compiles flex_attention for CPUs in float32, float16 and bfloat16.

    Upstream: the model loads, and torch cannot compile it when it is called.
    """
    for use in _flex(spec, facts):
        if "cpu" in kinds(spec, facts) and dtype(spec, facts) == "float64":
            yield refused(
                use.path,
                "`flex_attention` on a CPU computes in float32, float16 and bfloat16, and"
                " `precision.dtype` is `float64`",
                f"`precision=fp32`, or {use.instead()}",
            )


def attention_sinks_need_an_accelerator(spec: LoadSpec, facts: Facts) -> Iterator[Problem]:
    """flex_attention gives no sums on CPUs, and attention sinks are made of them.

    Upstream: the model loads, and raises a ValueError when it is called.
    """
    for use in _flex(spec, facts):
        if use.part or facts.model_type not in SINKS or "cpu" not in kinds(spec, facts):
            continue
        yield refused(
            use.path,
            f"`{facts.model_type}` has attention sinks, which `flex_attention` cannot compute on a"
            " CPU",
            use.instead(),
        )


def _flex(spec: LoadSpec, facts: Facts) -> Iterator[Use]:
    """Where flex_attention is said and will compute."""
    if has_numbers(spec):
        found = uses(spec, facts)
        yield from (use for use in found if use.kind == "flex_attention" and use.runs())
