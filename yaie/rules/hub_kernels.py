"""Group `attention`: a kernel of the hub is code, asked for by id and revision."""

from __future__ import annotations

from collections.abc import Iterator

from yaie.errors import Problem
from yaie.facts.facts import Facts
from yaie.facts.flash_attention import KERNELS, KERNELS_PACKAGE
from yaie.rules.attention_needs import other_dtype, too_new, too_old
from yaie.rules.attention_uses import Use, uses
from yaie.rules.packages import lacking
from yaie.rules.placement import kinds
from yaie.rules.problems import refused
from yaie.rules.reading import has_numbers
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
            continue
        old = too_old(name, known.capability, facts) if known.capability else None
        if message := old or too_new(name, known.below, facts):
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


def _kernels(spec: LoadSpec, facts: Facts) -> Iterator[tuple[Use, str]]:
    """Where a hub kernel is said, and its id without revision and function."""
    for use in uses(spec, facts):
        if is_kernel(use.kind):
            yield use, use.kind.partition(":")[0].partition("@")[0]
