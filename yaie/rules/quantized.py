"""Group `quantization`: what was asked against the quantisation that a checkpoint has already."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from yaie.errors import Problem
from yaie.facts.facts import Facts
from yaie.facts.quantization import METHODS, stored_method
from yaie.rules.problems import refused, said
from yaie.rules.quantizing import own_quantization, quantizing
from yaie.rules.reading import own_config, reads_weights, subject
from yaie.spec.load_spec import LoadSpec
from yaie.spec.quantization import Unquantized
from yaie.spec.wording import override, quoted


def gguf_is_quantised_already(spec: LoadSpec, facts: Facts) -> Iterator[Problem]:
    """The weights of a GGUF file come as they are in the file, and no others are read by `gguf`.

    Upstream: the load fails once the file is there.
    """
    asked, file = spec.quantization.method, spec.model.gguf_file
    if file is not None and asked not in ("none", "gguf"):
        yield refused(
            "quantization.method",
            f"weights of a GGUF file cannot be quantised again by `{asked}`",
            "`quantization=none`, or `model.gguf_file=null`",
        )
    if file is None and asked == "gguf":
        yield refused(
            "quantization.method",
            "`gguf` reads a GGUF file, and `model.gguf_file` names none",
            "`model.gguf_file=NAME`, or `quantization=none`",
        )


def a_checkpoint_is_quantised_by_a_known_method(spec: LoadSpec, facts: Facts) -> Iterator[Problem]:
    """transformers reads a checkpoint's quantisation by the method that its config names.

    Upstream: without a name the load fails; an unknown name is passed over with a line in the
    log.
    """
    own = own_quantization(spec, facts)
    stored = facts.checkpoint.config if facts.checkpoint else None
    empty = (stored or {}).get("quantization_config") == {}
    if not (own or empty) or not reads_weights(spec) or stored_method(own):
        return
    method = own.get("quant_method")
    if method is None:
        yield refused(
            "model.id",
            f"`{subject(spec)}` has a `quantization_config` that names no `quant_method`, and"
            " transformers cannot tell how its weights are quantised",
        )
    else:
        yield said(
            "model.id",
            f"`{subject(spec)}` is quantised by `{method}`, which transformers does not know: its"
            " weights are read as if they were not quantised",
        )


def a_method_quantises_or_reads(spec: LoadSpec, facts: Facts) -> Iterator[Problem]:
    """Some methods quantise weights as they are loaded, some read what was quantised elsewhere.

    Upstream: the load fails, for some methods at the first weight.
    """
    use = quantizing(spec, facts)
    if use is None or not reads_weights(spec) or (use.method == "gguf" and not use.stored):
        return
    if use.stored and use.needs.only_fresh:
        yield refused(
            "model.id",
            f"`{subject(spec)}` is quantised by `{use.method}`, and cannot be loaded:"
            f" {use.needs.only_fresh}",
            "`model=ID` of the unquantised checkpoint",
        )
    if use.stored or not use.needs.only_stored:
        return
    speak = refused if own_config(spec, facts) else said
    what = "is not" if own_config(spec, facts) else "has to be"
    yield speak(
        "quantization.method",
        f"`{use.method}` loads what was quantised by it before, and `{subject(spec)}` {what}:"
        f" {use.needs.only_stored}",
        "`quantization=none`",
    )


def a_checkpoint_is_not_quantised_otherwise(spec: LoadSpec, facts: Facts) -> Iterator[Problem]:
    """A quantised checkpoint loads as it was quantised: another method fails, other bits are
    ignored.

    Upstream: another method's config fails; other bits of bitsandbytes are passed over.
    """
    own = stored_method(own_quantization(spec, facts))
    asked = spec.quantization.method
    if asked == "none" or own is None or not reads_weights(spec) or spec.model.gguf_file:
        return
    if own != asked and own not in METHODS[asked].reads:
        yield refused(
            "quantization.method",
            f"`{asked}` was asked, and the checkpoint is quantised already, by `{own}`",
            "`quantization=none` loads it as it is",
        )


def a_checkpoint_keeps_its_settings(spec: LoadSpec, facts: Facts) -> Iterator[Problem]:
    """Settings of a checkpoint's own quantisation cannot be changed by loading it; those of how it
    is loaded can.

    Upstream: what was asked is passed over, with a warning.
    """
    own, asked = own_quantization(spec, facts), spec.quantization
    if isinstance(asked, Unquantized) or not reads_weights(spec):
        return
    if stored_method(own) not in (asked.method, *METHODS[asked.method].reads):
        return
    differing = _differing(asked.model_dump(mode="json", exclude={"method"}), own)
    heeded = METHODS[asked.method].heeded
    ignored = [name for name in differing if name not in heeded]
    yield said(
        "quantization.method",
        "the checkpoint is quantised already, and loads as it was quantised"
        + (f"; {quoted(ignored)} as asked would be ignored" if ignored else ""),
        None if heeded else "`quantization=none` says the same",
    )


def a_checkpoint_keeps_what_it_left_unquantised(spec: LoadSpec, facts: Facts) -> Iterator[Problem]:
    """The list of modules that are not quantised is heeded by fp8, even where it is not said.

    Upstream: weights that are not quantised are read as if they were.
    """
    own, asked = own_quantization(spec, facts), spec.quantization
    field = "modules_to_not_convert"
    if asked.method == "none" or not reads_weights(spec) or stored_method(own) != asked.method:
        return
    if field not in METHODS[asked.method].heeded:
        return
    listed = own.get(field) or own.get("ignored_layers") or []
    said_instead = getattr(asked, field)
    if not isinstance(listed, list):
        return
    kept = _HEAD if said_instead is None else set(said_instead)
    if not set(listed) <= kept:
        yield refused(
            f"quantization.{field}",
            f"the checkpoint holds {quoted(listed)} unquantised, and what is asked here would take"
            " the place of that list",
            f"`quantization=none`, or `{override(f'quantization.{field}', listed)}`",
        )


_HEAD = {"lm_head"}
"""What transformers leaves unquantised where no list is said."""


def _differing(asked: dict[str, Any], own: Any) -> list[str]:
    return [name for name, value in asked.items() if name in own and own[name] != value]


def there_is_something_to_unpack(spec: LoadSpec, facts: Facts) -> Iterator[Problem]:
    """`dequantize` unpacks what is quantised already, and keeps other weights from being so.

    Upstream: nothing is unpacked, and nothing is quantised.
    """
    use = quantizing(spec, facts)
    if use is None or use.stored or not getattr(spec.quantization, "dequantize", False):
        return
    if reads_weights(spec) and own_config(spec, facts) and use.method != "gguf":
        yield refused(
            "quantization.dequantize",
            f"`dequantize` unpacks a quantised checkpoint, and `{subject(spec)}` is not quantised",
            "`quantization=none`, or `quantization.dequantize=false`",
        )


def gptq_is_calibrated_on_texts(spec: LoadSpec, facts: Facts) -> Iterator[Problem]:
    """GPTQ quantises by what texts bring to a layer.

    Upstream: the load fails when the weights are there and calibrating begins.
    """
    use = quantizing(spec, facts)
    if use is None or use.method != "gptq" or use.stored or not own_config(spec, facts):
        return
    if getattr(spec.quantization, "dataset", None) is None:
        yield refused(
            "quantization.dataset",
            f"`{subject(spec)}` is not quantised, and `gptq` quantises it by texts, of which"
            " `dataset` names none",
            "`quantization.dataset=wikitext2`, or `quantization=none`",
        )
