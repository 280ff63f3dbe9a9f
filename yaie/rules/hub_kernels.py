"""Group `attention`: a kernel of the hub is code, and is run only where it is asked for.

It is asked for by id and revision on the command line; whatever else would make transformers fetch
one is refused.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from yaie.errors import Problem
from yaie.facts.facts import Facts
from yaie.facts.flash_attention import KERNELS, KERNELS_PACKAGE
from yaie.rules.attention_needs import fetches, other_dtype, there, too_old
from yaie.rules.attention_uses import Use, uses
from yaie.rules.packages import lacking
from yaie.rules.placement import kinds
from yaie.rules.problems import refused
from yaie.rules.reading import has_numbers, own_config
from yaie.spec.free_choice import is_kernel
from yaie.spec.load_spec import LoadSpec
from yaie.spec.wording import quoted


def hub_kernels_say_their_revision(spec: LoadSpec, facts: Facts) -> Iterator[Problem]:
    """Without a revision transformers takes the newest of a major version that it knows.

    Upstream: the newest kernel of a major version is downloaded and run, whatever is in it that
    day.
    """
    for use, name in _kernels(spec, facts):
        if "@" in use.kind:
            continue
        known = KERNELS.get(name)
        wanted = use.kind.replace(name, f"{name}@v{known.version if known else 1}", 1)
        yield refused(
            use.path,
            f"`{use.kind}` is code of the hub, and no revision of it is named",
            f"`{use.override(wanted)}`, or a commit in place of the version",
        )


def hub_kernels_need_the_package_kernels(spec: LoadSpec, facts: Facts) -> Iterator[Problem]:
    """A kernel of the hub is fetched by the package kernels, of which transformers takes few.

    Upstream: from_pretrained raises an ImportError, after it has downloaded the weights.
    """
    package, oldest, too_new = KERNELS_PACKAGE
    for use, _ in _kernels(spec, facts):
        subject = f"`{use.kind}` is a kernel of the hub, which"
        install = f"'{package}>={oldest},<{too_new}'"
        yield from lacking(
            use.path,
            subject,
            package,
            facts,
            minimum=oldest,
            below=too_new,
            instead=use.instead(),
            install=install,
        )


def hub_kernels_need_their_device(spec: LoadSpec, facts: Facts) -> Iterator[Problem]:
    """A FlashAttention of the hub is built for some kinds of devices.

    Upstream: the kernel has no build for the machine, and from_pretrained raises a ValueError.
    """
    if not has_numbers(spec):
        return
    found = kinds(spec, facts)
    for use, name in _kernels(spec, facts):
        known = KERNELS.get(name)
        if known is None:
            continue
        if not found & known.devices:
            yield refused(
                use.path,
                f"`{name}` is built for {quoted(sorted(known.devices))}, and the model goes to"
                f" {quoted(sorted(found))}",
                use.instead(),
            )
        elif known.capability and (message := too_old(name, known.capability, facts)):
            yield refused(use.path, message, use.instead())


def hub_flash_attention_needs_16_bit(spec: LoadSpec, facts: Facts) -> Iterator[Problem]:
    """FlashAttention has kernels for 16-bit dtypes only, on the hub as in its package.

    Upstream: the model loads, and fails when it is called.
    """
    for use, name in _kernels(spec, facts):
        known, stated = KERNELS.get(name), other_dtype(spec, facts)
        if known and known.capability and stated and has_numbers(spec):
            yield refused(
                use.path,
                f"`{name}` needs float16 or bfloat16, but `precision.dtype` {stated}",
                f"`precision=bf16`, or {use.instead()}",
            )


def classes_run_hub_kernels_of_their_own(spec: LoadSpec, facts: Facts) -> Iterator[Problem]:
    """A class that names its hub kernels runs the first, without a revision, whatever is asked.

    Upstream: the kernel of the class is downloaded at no revision and run, after a warning.
    """
    for use, name in _kernels(spec, facts):
        own = [kind for kind in use.model.attention if "/" in kind] if use.model else []
        if own and use.model and "flash" in name:
            yield refused(
                use.path,
                f"`{use.model.name}` runs `{own[0]}` in place of `{use.kind}`, at no revision that"
                " can be named",
                use.instead(),
            )


def classes_run_on_hub_flash_attention(spec: LoadSpec, facts: Facts) -> Iterator[Problem]:
    """A class that does not run on FlashAttention does not run on one of the hub either.

    Upstream: the kernel is downloaded, and the class does not call it or fails on it.
    """
    for use, name in _kernels(spec, facts):
        if name in KERNELS and use.model and not any("flash" in k for k in use.model.attention):
            yield refused(
                use.path,
                f"`{use.model.name}` does not run on FlashAttention, by a kernel of the hub either;"
                f" it runs on {quoted(use.model.attention)}",
                use.instead(),
            )


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


def _kernels(spec: LoadSpec, facts: Facts) -> Iterator[tuple[Use, str]]:
    """Where a hub kernel is said, and its id without revision and function."""
    for use in uses(spec, facts):
        if is_kernel(use.kind):
            yield use, use.kind.partition(":")[0].partition("@")[0]
