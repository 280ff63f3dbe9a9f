"""Group `attention`: has the class the kernel, and the machine what the kernel needs?"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from yaie.errors import Problem
from yaie.facts.facts import Facts
from yaie.rules.packages import lacking
from yaie.rules.placement import kinds
from yaie.rules.problems import refused, said, wrong
from yaie.rules.reading import asked_class, capability, dtype, has_numbers, own_config
from yaie.spec.free_choice import is_kernel
from yaie.spec.load_spec import LoadSpec
from yaie.spec.wording import nearest, quoted

KINDS = (
    "auto",
    "eager",
    "sdpa",
    "flash_attention_2",
    "flash_attention_3",
    "flash_attention_4",
    "flex_attention",
    "paged|eager",
)
"""`eager` and transformers.modeling_utils.ALL_ATTENTION_FUNCTIONS.valid_keys()."""
FLASH_PACKAGES = {
    "flash_attention_2": "flash-attn",
    "flash_attention_3": "flash-attn-3",
    "flash_attention_4": "flash-attn-4",
}
FLASH_CAPABILITY = {
    "flash_attention_2": (8, 0),
    "flash_attention_3": (8, 0),
    "flash_attention_4": (9, 0),
}
"""Lowest CUDA capability: flash-attn's README, and FLASH_ATTENTION_COMPATIBILITY_MATRIX."""
FLASH_DEVICES = {"flash_attention_2": frozenset({"cuda", "mlu", "musa", "npu", "xpu"})}
"""Devices beside CUDA's that transformers runs FlashAttention on."""


def kind_is_known(spec: LoadSpec, facts: Facts) -> Iterator[Problem]:
    """An attention kind is one that transformers has registered, or a kernel of the hub."""
    for path, kind in _said(spec):
        if kind in KINDS or is_kernel(kind):
            continue
        near = nearest(kind, KINDS[:-1])
        yield wrong(
            path,
            f"`{kind}` is no attention kind; there are {quoted(KINDS[:-1])}, and hub kernels as"
            " `org/name`",
            f"`{path}={near or 'sdpa'}`" if path != "attention.kind" else _alternative(near),
        )


def _alternative(kind: str | None) -> str:
    return f"`attention={kind or 'sdpa'}`"


def _said(spec: LoadSpec) -> Iterator[tuple[str, str]]:
    """Each attention kind that is said, with its path."""
    yield "attention.kind", spec.attention.kind
    for part, kind in spec.attention.submodules.items():
        yield f"attention.submodules.{part}", kind


def class_has_the_kind(spec: LoadSpec, facts: Facts) -> Iterator[Problem]:
    """The model class declares that it runs on the kernel.

    Upstream: from_pretrained raises a ValueError, after it has downloaded the weights.
    """
    model, kind = asked_class(facts), spec.attention.kind
    if model is None or kind not in KINDS or kind in ("auto", "paged|eager", *model.attention):
        return
    yield refused(
        "attention.kind",
        f"`{model.name}` does not run on `{kind}`; it runs on {quoted(model.attention)}",
        f"`{_fallback(facts)}`",
    )


def flash_attention_needs_its_package(spec: LoadSpec, facts: Facts) -> Iterator[Problem]:
    """FlashAttention is a package; without it transformers fails, or fetches a hub kernel."""
    package = FLASH_PACKAGES.get(spec.attention.kind)
    if package is None or package in facts.host.packages or not _runs(spec, facts):
        return
    if "xpu" in kinds(spec, facts) or "npu" in kinds(spec, facts):
        return
    instead = f"`{_fallback(facts)}`"
    if "kernels" in facts.host.packages and facts.host.packages_known:
        yield refused(
            "attention.kind",
            f"`{spec.attention.kind}` needs the package `{package}`, which is not installed, and"
            " transformers would fetch a kernel from the hub in its place",
            f"{instead}, or `pip install {package}`",
        )
        return
    subject = f"`{spec.attention.kind}`"
    yield from lacking("attention.kind", subject, package, facts, instead=instead)


def flash_attention_needs_an_accelerator(spec: LoadSpec, facts: Facts) -> Iterator[Problem]:
    """FlashAttention has kernels for CUDA, and version 2 for some others; none for CPUs."""
    kind = spec.attention.kind
    if kind not in FLASH_PACKAGES or not has_numbers(spec) or not _runs(spec, facts):
        return
    allowed = FLASH_DEVICES.get(kind, frozenset({"cuda"}))
    found = kinds(spec, facts)
    if not found & allowed:
        yield refused(
            "attention.kind",
            f"`{kind}` needs a CUDA device, and the model goes to {quoted(sorted(found))}",
            f"`{_fallback(facts)}`",
        )


def flash_attention_needs_a_new_device(spec: LoadSpec, facts: Facts) -> Iterator[Problem]:
    """FlashAttention's kernels are for Ampere and newer, version 4's for Hopper and newer."""
    kind, found = spec.attention.kind, capability(facts)
    needed = FLASH_CAPABILITY.get(kind)
    if needed is None or found is None or found >= needed or not has_numbers(spec):
        return
    if "cuda" in kinds(spec, facts):
        yield refused(
            "attention.kind",
            f"`{kind}` needs a CUDA device of capability {needed[0]}.{needed[1]}, and"
            f" {facts.host.name}'s is {found[0]}.{found[1]}",
            f"`{_fallback(facts)}`",
        )


def flash_attention_needs_16_bit(spec: LoadSpec, facts: Facts) -> Iterator[Problem]:
    """FlashAttention has kernels for 16-bit dtypes only."""
    kind, computed = spec.attention.kind, dtype(spec, facts)
    if kind not in FLASH_PACKAGES or not has_numbers(spec):
        return
    if computed is None or computed in ("float16", "bfloat16"):
        return
    asked = spec.precision.dtype
    stated = f"is `{computed}`" if asked != "auto" else f"takes `{computed}` from config.json"
    yield refused(
        "attention.kind",
        f"`{kind}` needs float16 or bfloat16, but `precision.dtype` {stated}",
        f"`precision=bf16`, or `{_fallback(facts)}`",
    )


def _admits(facts: Facts, kind: str) -> bool:
    model = asked_class(facts)
    return model is None or kind in model.attention


def _fallback(facts: Facts) -> str:
    """The fastest kind that needs nothing of the machine."""
    return "attention=sdpa" if _admits(facts, "sdpa") else "attention=eager"


def _runs(spec: LoadSpec, facts: Facts) -> bool:
    """Whether the class runs on the kind at all; where it does not, that is said once."""
    return _admits(facts, spec.attention.kind)


def hub_kernels_need_the_package_kernels(spec: LoadSpec, facts: Facts) -> Iterator[Problem]:
    """A kernel of the hub is fetched by the package kernels."""
    for path, kind in _said(spec):
        if kind not in KINDS and is_kernel(kind) and "kernels" not in facts.host.packages:
            yield refused(
                path,
                f"`{kind}` is a kernel of the hub, and the package `kernels` is not installed",
                "`attention=sdpa`, or `pip install kernels`"
                if path == "attention.kind"
                else f"`{path}=sdpa`, or `pip install kernels`",
            )


def stored_kernels_are_not_run(spec: LoadSpec, facts: Facts) -> Iterator[Problem]:
    """A config.json cannot name a kernel of the hub, which is code; what is asked outweighs it."""
    for part, field, kernel in _stored_kernels("", own_config(spec, facts)):
        experts = "experts" in field
        if _outweighed(part, spec.attention.experts if experts else spec.attention.kind, spec):
            continue
        where = f"`{part}` of config.json" if part else "config.json"
        if experts:
            hint = "`attention.experts=eager`"
        elif spec.attention.submodules:
            hint = None
        else:
            hint = f"`{_fallback(facts)}`"
        yield refused(
            "model.id",
            f"{where} asks for the hub kernel `{kernel}` by `{field}`, and a kernel is code that"
            " runs here",
            hint,
        )


_STORED_KINDS = (
    "attn_implementation",
    "_attn_implementation",
    "_attn_implementation_internal",
    "experts_implementation",
    "_experts_implementation",
    "_experts_implementation_internal",
)


def _outweighed(part: str, asked: str, spec: LoadSpec) -> bool:
    """Whether transformers replaces what a config.json says of a part by what was asked."""
    return asked != "auto" and (not part or not spec.attention.submodules)


def _stored_kernels(part: str, config: object) -> Iterator[tuple[str, str, str]]:
    """Each hub kernel that a config.json names: the part, the field, the kernel."""
    if not isinstance(config, Mapping):
        return
    for field, value in config.items():
        if field in _STORED_KINDS:
            kinds = value.values() if isinstance(value, Mapping) else (value,)
            yield from ((part, field, k) for k in kinds if isinstance(k, str) and "/" in k)
        else:
            yield from _stored_kernels(f"{part}.{field}".lstrip("."), value)


def flex_attention_trains_on_accelerators(spec: LoadSpec, facts: Facts) -> Iterator[Problem]:
    """flex_attention has no backward pass on CPUs."""
    if spec.attention.kind != "flex_attention" or not _runs(spec, facts):
        return
    if not has_numbers(spec) or kinds(spec, facts) != {"cpu"}:
        return
    if spec.weights.mode == "train":
        yield refused(
            "attention.kind",
            "`flex_attention` has no backward pass on a CPU, and `weights.mode` is `train`",
            f"`{_fallback(facts)}`",
        )
    else:
        yield said(
            "attention.kind",
            "`flex_attention` on a CPU runs under `torch.no_grad()` only",
            f"`{_fallback(facts)}`",
        )


def attention_weights_need_eager(spec: LoadSpec, facts: Facts) -> Iterator[Problem]:
    """Only the eager kernel keeps the attention weights that `output_attentions` returns."""
    kind = spec.attention.kind
    if spec.model.config.get("output_attentions") is True and kind not in ("auto", "eager"):
        yield refused(
            "attention.kind",
            f"`output_attentions` needs the `eager` kernel, not `{kind}`",
            "`attention=eager`",
        )


def submodules_are_sub_configs(spec: LoadSpec, facts: Facts) -> Iterator[Problem]:
    """A part with a kernel of its own is a sub-config; transformers ignores other names."""
    if facts.architecture is None:
        return
    parts = facts.architecture.sub_configs
    for part in spec.attention.submodules:
        if part in parts:
            continue
        near = nearest(part, parts)
        has = f"it has {quoted(parts)}" if parts else "it has none"
        yield wrong(
            f"attention.submodules.{part}",
            f"`{facts.architecture.model_type}` has no sub-config `{part}`; {has}",
            f"`~attention.submodules.{part}"
            + (f" attention.submodules.{near}={spec.attention.submodules[part]}`" if near else "`"),
        )


def experts_are_those_of_a_mixture(spec: LoadSpec, facts: Facts) -> Iterator[Problem]:
    """The experts' kernel can be chosen where the class has experts and lets it be chosen."""
    model = asked_class(facts)
    if spec.attention.experts == "auto" or model is None or model.experts:
        return
    yield refused(
        "attention.experts",
        f"`{model.name}` has no experts whose kernel could be chosen",
        "`attention.experts=auto`",
    )
