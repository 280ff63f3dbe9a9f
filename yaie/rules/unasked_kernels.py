"""Group `attention`: no kernel of the hub is fetched that was not asked for."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from yaie.errors import Problem
from yaie.facts.facts import Facts
from yaie.facts.flash_attention import KERNELS
from yaie.rules.attention_needs import fetches, there
from yaie.rules.attention_uses import uses
from yaie.rules.placement import kinds
from yaie.rules.problems import refused, said
from yaie.rules.quantizing import quantizing
from yaie.rules.reading import has_numbers, own_config
from yaie.spec.load_spec import LoadSpec


def flash_attention_on_xpu_is_a_hub_kernel(spec: LoadSpec, facts: Facts) -> Iterator[Problem]:
    """On Intel's devices transformers runs `flash_attention_2` by a kernel that it fetches.

    Upstream: the kernel is downloaded and run without a word.
    """
    (name,) = (name for name, k in KERNELS.items() if "flash_attention_2" in k.stands_for)
    for use in uses(spec, facts):
        if use.kind == "flash_attention_2" and use.runs() and "xpu" in there(facts):
            pinned = use.override(f"{name}@v{KERNELS[name].version}")
            yield refused(
                use.path,
                f"on `xpu` `{use.kind}` is the hub kernel `{name}`, and a kernel is asked for by"
                " its id",
                f"`{pinned}`, or {use.instead()}",
            )


WHEN_BUILT = {
    "mra": "kernels-community/mra",
    "rwkv": "kernels-community/rwkv",
    "yoso": "kernels-community/yoso",
}
"""Architectures whose layers fetch a kernel when they are built, where CUDA and ninja are there."""
WHEN_CALLED = {"sam3_video": "kernels-community/cv-utils"}
"""Architectures that fetch a kernel when they are called, on any machine."""


def architectures_fetch_no_kernels(spec: LoadSpec, facts: Facts) -> Iterator[Problem]:
    """Some architectures fetch a kernel of the hub unasked where the machine can run it.

    Upstream: the kernel is downloaded and run without a word.
    """
    asked = facts.model_type or ""
    kernel = WHEN_CALLED.get(asked) or (facts.host.has("cuda") and WHEN_BUILT.get(asked))
    if kernel and fetches(facts) and facts.host.packages_known:
        yield refused(
            "model.architecture" if spec.model.architecture else "model.id",
            f"`{asked}` fetches the hub kernel `{kernel}`, unasked",
            "`pip uninstall kernels`: it computes without",
        )


def bitsandbytes_fetches_no_kernels(spec: LoadSpec, facts: Facts) -> Iterator[Problem]:
    """bitsandbytes fetches a kernel of the hub unasked on Apple's GPUs.

    Upstream: the kernel is downloaded and run without a word.
    """
    bnb = spec.quantization.method in ("bnb_4bit", "bnb_8bit")
    on_mps = has_numbers(spec) and "mps" in kinds(spec, facts)
    if bnb and on_mps and "kernels" in facts.host.packages and facts.host.packages_known:
        yield refused(
            "quantization.method",
            "on `mps` bitsandbytes fetches the hub kernel `kernels-community/bitsandbytes-mps`,"
            " unasked",
            "`pip uninstall kernels`: it computes without",
        )


OF_METHODS = {
    "eetq": "kernels-community/quantization-eetq",
    "fp8": "kernels-community/finegrained-fp8",
    "gguf": "ggml-org/ggml-quantization",
    "metal": "kernels-community/mlx-quantization-metal-kernels",
    "mxfp4": "kernels-community/gpt-oss-triton-kernels",
    "mxfp8": "kernels-community/finegrained-fp8",
    "nvfp4": "kernels-community/nvfp4-gemm",
}
"""Methods of quantisation that compute by a kernel of the hub: `get_kernel` and `lazy_load_kernel`
in transformers/integrations."""


def methods_say_which_kernels_they_fetch(spec: LoadSpec, facts: Facts) -> Iterator[Problem]:
    """Some methods of quantisation are kernels of the hub; who asks for one is told which it is.

    Upstream: the kernel is downloaded and run without a word.
    """
    use = quantizing(spec, facts)
    if use is None or use.unpacked or not (fetches(facts) and has_numbers(spec)):
        return
    kernel = OF_METHODS.get(use.method)
    if kernel and use.needs.kinds & kinds(spec, facts):
        yield said(
            use.path,
            f"{use.subject} computes by the hub kernel `{kernel}`, which transformers fetches at no"
            " revision that can be named",
            use.instead,
        )


def stored_kernels_are_not_run(spec: LoadSpec, facts: Facts) -> Iterator[Problem]:
    """A config.json cannot name a kernel of the hub, which is code; what is asked outweighs it.

    Upstream: the kernel that the file names is downloaded and run.
    """
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
            hint = next(uses(spec, facts)).instead()
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
_EXPERTS = ("deepgemm", "deepgemm_megamoe", "sonicmoe")
"""Kernels of experts that transformers fetches from the hub by these names."""


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
            yield from ((part, field, k) for k in kinds if isinstance(k, str) and _is_code(k))
        else:
            yield from _stored_kernels(f"{part}.{field}".lstrip("."), value)


def _is_code(kind: str) -> bool:
    return "/" in kind or kind in _EXPERTS
