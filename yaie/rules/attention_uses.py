"""Where a spec says an attention kind: for the whole, and for each part that has its own."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from yaie.facts.architecture import ArchitectureFacts, ClassFacts
from yaie.facts.facts import Facts
from yaie.rules.attention_class import refusal, refusal_alone
from yaie.rules.reading import asked_class, own_config, told_parts
from yaie.spec.load_spec import LoadSpec

WHOLE = "attention.kind"


@dataclass(frozen=True, slots=True, kw_only=True)
class Use:
    """One attention kind that is said, and the class that it is said for."""

    path: str
    kind: str
    part: str
    """The sub-config that it is for; empty for the whole."""
    model: ClassFacts | None
    """The whole's class or the part's own; None while it is not known."""
    refusal: str | None = None
    """Why the class does not run on the kind; None where it does, or cannot be known."""

    kinds: tuple[str, ...] = ()
    """Kinds that the class, with its parts, runs on; empty while it is not known."""

    def admits(self, kind: str) -> bool:
        """Whether the class runs on a kind, as far as is known."""
        return self.model is None or kind in self.kinds

    def runs(self) -> bool:
        """Whether the class runs on what is said; where it does not, that alone is said."""
        return self.refusal is None

    def override(self, kind: str) -> str:
        """What to type for another kind in its place."""
        return f"{self.path}={kind}" if self.part else f"attention={kind}"

    def instead(self) -> str:
        """What to type for the fastest kind that needs nothing of the machine, in backticks."""
        if self.model is not None and not self.model.attention:
            return f"`~{self.path}`"
        return f"`{self.override('sdpa' if self.admits('sdpa') else 'eager')}`"


def uses(spec: LoadSpec, facts: Facts) -> Iterator[Use]:
    """The kind of the whole, then that of each part."""
    kind, whole = _whole(spec, facts), asked_class(facts)
    why = refusal(whole, kind, spec, facts) if whole else None
    runs = tuple(k for k in whole.attention if not refusal(whole, k, spec, facts)) if whole else ()
    yield Use(path=WHOLE, kind=kind, part="", model=whole, refusal=why, kinds=runs)
    for part, kind in spec.attention.submodules.items():
        model, why = _part(part, kind, whole, spec, facts)
        path = f"attention.submodules.{part}"
        runs = model.attention if model else ()
        yield Use(path=path, kind=kind, part=part, model=model, refusal=why, kinds=runs)


def _part(
    part: str, kind: str, whole: ClassFacts | None, spec: LoadSpec, facts: Facts
) -> tuple[ClassFacts | None, str | None]:
    """What a part is built by, and why that does not run on a kind."""
    own = facts.sub_architectures.get(part)
    model = _of_part(own) if own else None
    if whole is not None and part in whole.parts and part not in told_parts(spec, facts):
        seen = replace(model or whole, attention=whole.parts[part], refusals={})
        if not seen.attention:
            return seen, f"`{part}` of `{whole.name}` has no attention kind of its own"
        return seen, refusal_alone(seen, kind)
    if model is not None:
        return model, refusal_alone(model, kind)
    return whole, _within(whole, part, kind) if whole else None


def _within(whole: ClassFacts, part: str, kind: str) -> str | None:
    """Why a part does not run on a kind that no class stands for by itself: it declares what the
    whole declares (of 122 such parts in 5.23 that are refused with it, 16 have no attention)."""
    why = whole.refusals.get(kind)
    return refusal_alone(whole, kind) if why is None or why.part == part else None


def _of_part(architecture: ArchitectureFacts) -> ClassFacts | None:
    """The class that a part is built by: the one without a head, where there is one."""
    classes = architecture.classes
    return classes.get("base") or next(iter(classes.values()), None)


def _whole(spec: LoadSpec, facts: Facts) -> str:
    """What is asked, else what config.json says, which transformers heeds; a kernel of the hub
    that it names is refused elsewhere."""
    if spec.attention.kind != "auto":
        return spec.attention.kind
    config = own_config(spec, facts)
    stored = config.get("attn_implementation", config.get("_attn_implementation"))
    return stored if isinstance(stored, str) and "/" not in stored else "auto"
