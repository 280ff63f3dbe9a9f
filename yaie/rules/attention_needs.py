"""What rules of several attention kernels ask of the machine and the dtype."""

from __future__ import annotations

from yaie.facts.facts import Facts
from yaie.facts.flash_attention import DTYPES, KERNELS_PACKAGE
from yaie.rules.reading import capability, dtype, release
from yaie.spec.load_spec import LoadSpec


def fetches(facts: Facts) -> bool:
    """Whether transformers fetches kernels there: the package `kernels` is one that it takes."""
    package, oldest, too_new = KERNELS_PACKAGE
    version = facts.host.packages.get(package)
    return version is not None and release(oldest) <= release(version) < release(too_new)


def there(facts: Facts) -> frozenset[str]:
    """Kinds of the machine's accelerators."""
    return frozenset(device.kind for device in facts.host.devices)


def too_old(kind: str, needed: tuple[int, int], facts: Facts) -> str | None:
    """What is said of devices that a kernel is too new for; None where it is not."""
    found = capability(facts)
    if found is None or found >= needed:
        return None
    return (
        f"`{kind}` needs a CUDA device of capability {needed[0]}.{needed[1]}, and"
        f" {facts.host.name}'s is {found[0]}.{found[1]}"
    )


def too_new(kind: str, below: tuple[int, int] | None, facts: Facts) -> str | None:
    """What is said of devices that a kernel is not built for yet; None where it is."""
    found = [d.compute_capability for d in facts.host.devices if d.compute_capability]
    highest = max(found, default=None)
    if below is None or highest is None or highest < below:
        return None
    return (
        f"`{kind}` has kernels for CUDA devices of capability below {below[0]}.{below[1]}, and"
        f" {facts.host.name}'s is {highest[0]}.{highest[1]}"
    )


def other_dtype(spec: LoadSpec, facts: Facts) -> str | None:
    """What the dtype is where it is known and not one of FlashAttention's."""
    computed = dtype(spec, facts)
    if computed is None or computed in DTYPES:
        return None
    taken = spec.precision.dtype == "auto"
    return f"takes `{computed}` from config.json" if taken else f"is `{computed}`"
