"""Group `attention`: what FlashAttention needs of the machine, the dtype and the config."""

from __future__ import annotations

from collections.abc import Iterator

from yaie.errors import Problem
from yaie.facts.facts import Facts
from yaie.facts.flash_attention import FLASH, SOFTCAP_SINCE, WITHOUT_PACKAGE, FlashFacts
from yaie.rules.attention_needs import fetches, other_dtype, there, too_new, too_old
from yaie.rules.attention_uses import Use, uses
from yaie.rules.packages import lacking
from yaie.rules.placement import kinds
from yaie.rules.problems import refused, said
from yaie.rules.reading import has_numbers, older, setting
from yaie.spec.device import Unplaced
from yaie.spec.load_spec import LoadSpec
from yaie.spec.wording import quoted


def flash_attention_needs_its_package(spec: LoadSpec, facts: Facts) -> Iterator[Problem]:
    """FlashAttention is a package; without it transformers fails, or fetches a hub kernel.

    Upstream: an ImportError, or a kernel that is downloaded and run with no more than a warning.
    """
    if WITHOUT_PACKAGE & there(facts):
        return
    for use, flash in _flash(spec, facts):
        absent = flash.package not in facts.host.packages
        if absent and facts.host.packages_known and fetches(facts):
            yield refused(
                use.path,
                f"`{use.kind}` needs the package `{flash.package}`, which is not installed, and"
                " transformers would fetch a kernel from the hub in its place",
                f"{use.instead()}, or `pip install {flash.package}`",
            )
            continue
        yield from lacking(
            use.path,
            f"`{use.kind}`",
            flash.package,
            facts,
            minimum=flash.minimum,
            instead=use.instead(),
        )


def flash_attention_needs_an_accelerator(spec: LoadSpec, facts: Facts) -> Iterator[Problem]:
    """FlashAttention has kernels for CUDA, and version 2 for some others; none for CPUs.

    Upstream: an ImportError where the machine has no device; else the model loads and fails when it
    is called.
    """
    for use, flash in _flash(spec, facts):
        # transformers asks for the device even where a model is built on `meta`.
        if not flash.devices & there(facts):
            yield refused(
                use.path,
                f"`{use.kind}` needs a CUDA device, and {facts.host.name} has none",
                use.instead(),
            )
            continue
        found = kinds(spec, facts)
        if found & flash.devices or not has_numbers(spec):
            continue
        if isinstance(spec.device, Unplaced):
            yield said(
                use.path,
                f"`{use.kind}` computes on a CUDA device, and the model is left on the CPU, to be"
                " moved before it is called",
                "`device=auto`",
            )
        else:
            yield refused(
                use.path,
                f"`{use.kind}` needs a CUDA device, and the model goes to {quoted(sorted(found))}",
                use.instead(),
            )


def flash_attention_needs_a_new_device(spec: LoadSpec, facts: Facts) -> Iterator[Problem]:
    """FlashAttention's kernels are for Ampere and newer, version 4's for Hopper and newer, and
    version 3's for none newer than Hopper.

    Upstream: the model loads, and fails when it is called.
    """
    if not has_numbers(spec) or "cuda" not in kinds(spec, facts):
        return
    for use, flash in _flash(spec, facts):
        old = too_old(use.kind, flash.capability, facts)
        if message := old or too_new(use.kind, flash.below, facts):
            yield refused(use.path, message, use.instead())


def flash_attention_needs_16_bit(spec: LoadSpec, facts: Facts) -> Iterator[Problem]:
    """FlashAttention has kernels for 16-bit dtypes only.

    Upstream: the model loads with a warning, and fails when it is called.
    """
    if not has_numbers(spec):
        return
    for use, _ in _flash(spec, facts):
        if stated := other_dtype(spec, facts):
            yield refused(
                use.path,
                f"`{use.kind}` needs float16 or bfloat16, but `precision.dtype` {stated}",
                f"`precision=bf16`, or {use.instead()}",
            )


def flash_attention_has_narrow_heads(spec: LoadSpec, facts: Facts) -> Iterator[Problem]:
    """FlashAttention's kernels hold heads of up to 256 numbers.

    Upstream: the model loads, and flash-attn fails when it is called.
    """
    width = _head_dim(spec, facts)
    for use, flash in _flash(spec, facts):
        if not use.part and width and flash.head_dim and width > flash.head_dim:
            yield refused(
                use.path,
                f"`{use.kind}` has kernels for heads of up to {flash.head_dim}, and those of the"
                f" model are {width} wide",
                use.instead(),
            )


def _head_dim(spec: LoadSpec, facts: Facts) -> int | None:
    """Width of a head; None where it is not known."""
    if isinstance(said_so := setting("head_dim", spec, facts), int):
        return said_so
    hidden = setting("hidden_size", spec, facts)
    heads = setting("num_attention_heads", spec, facts)
    both = isinstance(hidden, int) and isinstance(heads, int) and heads > 0
    return hidden // heads if both else None


def new_flash_attention_has_no_dropout(spec: LoadSpec, facts: Facts) -> Iterator[Problem]:
    """FlashAttention 3 and 4 drop no attention weights; transformers leaves the dropout out.

    Upstream: the model trains without the dropout, after a warning.
    """
    dropout = setting("attention_dropout", spec, facts)
    if spec.weights.mode != "train" or not isinstance(dropout, int | float) or dropout <= 0:
        return
    for use, flash in _flash(spec, facts):
        if not use.part and not flash.dropout:
            yield refused(
                use.path,
                f"`{use.kind}` has no dropout, and `attention_dropout` is {dropout} while"
                " `weights.mode` is `train`",
                f"`model.config.attention_dropout=0.0`, or {use.instead()}",
            )


def new_flash_attention_asks_for_a_dropout(spec: LoadSpec, facts: Facts) -> Iterator[Problem]:
    """FlashAttention 3 and 4 are taken where `attention_dropout` is a number.

    Upstream: a TypeError as the model is built: transformers asks whether null is more than 0.
    """
    config = spec.model.config
    if "attention_dropout" not in config or config["attention_dropout"] is not None:
        return
    for use, flash in _flash(spec, facts):
        if not use.part and not flash.dropout:
            yield refused(
                "model.config.attention_dropout",
                f"`null` was asked, and `{use.kind}` is taken where it is a number",
                f"`model.config.attention_dropout=0.0`, or {use.instead()}",
            )


def old_flash_attention_does_not_cap(spec: LoadSpec, facts: Facts) -> Iterator[Problem]:
    """A flash-attn that caps no attention logits is run without the cap.

    Upstream: the logits are not capped, without a word.
    """
    if not setting("attn_logit_softcapping", spec, facts):
        return
    for use, flash in _flash(spec, facts):
        if flash.package == "flash-attn" and older(facts, flash.package, SOFTCAP_SINCE):
            yield from lacking(
                use.path,
                "`attn_logit_softcapping`",
                flash.package,
                facts,
                minimum=SOFTCAP_SINCE,
                instead=use.instead(),
            )


def _flash(spec: LoadSpec, facts: Facts) -> Iterator[tuple[Use, FlashFacts]]:
    """Where a FlashAttention is said that the class runs on."""
    for use in uses(spec, facts):
        if use.kind in FLASH and use.runs():
            yield use, FLASH[use.kind]
