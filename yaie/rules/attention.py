"""Group `attention`: is there such a kind, and does the class run on it?"""

from __future__ import annotations

from collections.abc import Iterator

from yaie.errors import Problem
from yaie.facts.architecture import ClassFacts
from yaie.facts.facts import Facts
from yaie.rules.attention_class import lifted_by
from yaie.rules.attention_uses import Use, uses
from yaie.rules.problems import refused, said, wrong
from yaie.rules.reading import asked_class, own_config, reads_weights, setting
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


def kind_is_known(spec: LoadSpec, facts: Facts) -> Iterator[Problem]:
    """An attention kind is one that transformers has registered, or a kernel of the hub.

    Upstream: from_pretrained raises a ValueError, after it has downloaded the weights.
    """
    for use in uses(spec, facts):
        if use.kind in KINDS or is_kernel(use.kind):
            continue
        near = nearest(use.kind.removeprefix("paged|"), KINDS[:-1])
        yield wrong(
            use.path,
            f"`{use.kind}` is no attention kind; there are {quoted(KINDS[:-1])}, and hub kernels as"
            " `org/name@revision`",
            f"`{use.override(near or 'sdpa')}`",
        )


def class_has_the_kind(spec: LoadSpec, facts: Facts) -> Iterator[Problem]:
    """The default model of the class was seen to be built with the kind, and to read it back.

    Upstream: from_pretrained raises a ValueError after it has downloaded the weights, without the
    way out, or runs another kernel and only logs it.
    """
    whole, *_ = uses(spec, facts)
    yield from _unsupported(whole)


def parts_have_their_kinds(spec: LoadSpec, facts: Facts) -> Iterator[Problem]:
    """The class of a part runs on the kernel that is asked for the part.

    Upstream: from_pretrained raises a ValueError, after it has downloaded the weights.
    """
    _, *parts = uses(spec, facts)
    for use in parts:
        yield from _unsupported(use)


def _unsupported(use: Use) -> Iterator[Problem]:
    if use.kind not in KINDS or use.model is None or use.refusal is None:
        return
    runs = [kind for kind in use.kinds if not kind.startswith("paged|")]
    lifting = () if use.part else lifted_by(use.model, use.kind)
    yield refused(
        use.path,
        f"{use.refusal}; it runs on {quoted(runs)}" if runs else use.refusal,
        ", or ".join((use.instead(), *(f"`{way}`" for way in lifting))),
    )


def kinds_were_seen(spec: LoadSpec, facts: Facts) -> Iterator[Problem]:
    """Where a default config builds no model, its class's own flags are all that is known.

    Upstream: from_pretrained raises a ValueError where a part refuses, after the download.
    """
    whole, *_ = uses(spec, facts)
    if whole.model is None or whole.model.seen or not whole.runs() or spec.model.id is None:
        return
    if whole.kind in KINDS and whole.kind not in ("auto", "eager"):
        yield said(
            whole.path,
            f"`{whole.model.name}` declares that it runs on `{whole.kind}`; its parts could not be"
            " asked, since its default config builds no model",
        )


def parts_have_the_kind_of_the_whole(spec: LoadSpec, facts: Facts) -> Iterator[Problem]:
    """Some parts have a kind of their own, whatever is asked of the whole.

    Upstream: the part is made with another kind, and nothing is said.
    """
    whole, *parts = uses(spec, facts)
    if whole.model is None or whole.kind == "paged|eager":
        return
    for part, runs in whole.model.apart.get(whole.kind, {}).items():
        if any(use.kind == runs for use in parts):
            continue
        yield refused(
            whole.path,
            f"`{part}`, a part of `{whole.model.name}`, runs on `{runs}`, not `{whole.kind}`",
            _by_part(whole.model, whole.kind) or f"`attention={runs}`",
        )


def parts_keep_a_kind_of_their_own(spec: LoadSpec, facts: Facts) -> Iterator[Problem]:
    """A part that takes the kind of the whole, whatever is said of it, is told no other.

    Upstream: the kind of the part is replaced as the model is built, and nothing is said.
    """
    known, whole = facts.limits.get(""), spec.attention.kind
    following = known.following_parts if known and whole != "auto" else ()
    for part, kind in spec.attention.submodules.items():
        if part in following and kind != whole:
            yield refused(
                f"attention.submodules.{part}",
                f"`{kind}` was asked, and `{part}` takes `{whole}`, the kind of the whole",
                f"`~attention.submodules.{part}`, or `attention=auto`",
            )


def _by_part(model: ClassFacts, kind: str) -> str | None:
    """The kind said of each part that takes it, in place of the whole."""
    taking = [part for part, kinds in model.parts.items() if kind in kinds]
    said = (f"attention.submodules.{part}={kind}" for part in taking)
    return f"`{' '.join(('attention=auto', *said))}`" if taking else None


def paged_attention_is_for_batching(spec: LoadSpec, facts: Facts) -> Iterator[Problem]:
    """`paged|eager` computes inside continuous batching alone; a call of the model fails.

    Upstream: the model loads, and raises a ValueError when it is called.
    """
    for use in uses(spec, facts):
        if use.kind == "paged|eager":
            yield said(
                use.path,
                "`paged|eager` computes in continuous batching (`generate_batch`) alone; a call of"
                " the model fails on it",
                f"`{use.override('eager')}`",
            )


def attention_weights_need_eager(spec: LoadSpec, facts: Facts) -> Iterator[Problem]:
    """Only the eager kernel keeps the attention weights that `output_attentions` returns.

    Upstream: a kernel that is said raises an error; without one the model loads, and returns no
    weights.
    """
    whole = next(uses(spec, facts))
    if setting("output_attentions", spec, facts) is not True or whole.kind == "eager":
        return
    message = f"`output_attentions` needs the `eager` kernel, not `{whole.kind}`"
    if whole.kind != "auto":
        yield refused(whole.path, message, "`attention=eager`")
    elif whole.model and whole.admits("sdpa") and not _chosen(spec, facts):
        taken = f"{message}, which takes `sdpa` here and returns no attention weights"
        asked = "output_attentions" in spec.model.config
        yield (refused if asked else said)(whole.path, taken, "`attention=eager`")


def _chosen(spec: LoadSpec, facts: Facts) -> bool:
    """Whether transformers chooses the eager kernel itself: an override of a config.json makes it,
    a config that is built from its fields, or a config.json that says so, does not."""
    asked = "output_attentions" in spec.model.config
    return asked and (reads_weights(spec) or not (spec.model.id is None or own_config(spec, facts)))


def submodules_are_sub_configs(spec: LoadSpec, facts: Facts) -> Iterator[Problem]:
    """A part with a kernel of its own is a sub-config; transformers ignores other names.

    Upstream: the name is dropped without a word.
    """
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


FIRST_DENSE = ("num_dense_layers", "first_k_dense_replace")
"""Names of the number of layers before the first with experts."""


def _is_dense(spec: LoadSpec, facts: Facts) -> bool:
    """Whether no layer is left that has experts."""
    layers = setting("num_hidden_layers", spec, facts)
    dense = [setting(name, spec, facts) for name in FIRST_DENSE]
    return isinstance(layers, int) and any(isinstance(n, int) and layers <= n for n in dense)


def experts_are_those_of_a_mixture(spec: LoadSpec, facts: Facts) -> Iterator[Problem]:
    """The experts' kernel can be chosen where the class has experts and lets it be chosen.

    Upstream: the word is carried in the config, and nothing reads it.
    """
    model = asked_class(facts)
    if spec.attention.experts == "auto" or model is None:
        return
    told = own_config(spec, facts) or any("moe" in n or "expert" in n for n in spec.model.config)
    taken = spec.attention.experts in model.experts or not model.seen
    mixed = (told or not model.without_experts) and not _is_dense(spec, facts)
    if model.experts and taken and mixed:
        return
    if model.experts and not taken:
        yield refused(
            "attention.experts",
            f"`{model.name}` does not run its experts by `{spec.attention.experts}`; it takes"
            f" {quoted(model.experts)}",
            f"`attention.experts={model.experts[0]}`",
        )
        return
    yield refused(
        "attention.experts",
        f"`{model.name}` has no experts whose kernel could be chosen",
        "`attention.experts=auto`",
    )
