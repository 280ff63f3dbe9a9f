"""The release of transformers: has it what is asked, where that came with a later one?"""

from __future__ import annotations

from collections.abc import Iterator

from yaie.errors import Problem
from yaie.facts.facts import Facts
from yaie.facts.quantization import METHODS
from yaie.facts.spelling import QUANTIZATION, former
from yaie.rules.problems import refused
from yaie.spec.load_spec import LoadSpec
from yaie.spec.quantization import Unquantized


def the_release_has_the_method(spec: LoadSpec, facts: Facts) -> Iterator[Problem]:
    """A method of quantisation came with some release.

    Upstream: the class of its config cannot be imported, or is another method's.
    """
    if isinstance(spec.quantization, Unquantized) or not facts.quantization:
        return
    if METHODS[spec.quantization.method].stored not in facts.quantization:
        yield refused(
            "quantization.method",
            f"transformers {facts.transformers} does not have the method"
            f" `{spec.quantization.method}`",
            "`quantization=none`",
        )


def the_release_has_the_fields(spec: LoadSpec, facts: Facts) -> Iterator[Problem]:
    """A field of a method came with some release; one at its default is left out before.

    Upstream: the constructor takes the field and makes nothing of it, or raises a TypeError.
    """
    if isinstance(spec.quantization, Unquantized):
        return
    known = facts.quantization.get(METHODS[spec.quantization.method].stored)
    if known is None or not known.fields:
        return
    for name, field in type(spec.quantization).model_fields.items():
        there = former(QUANTIZATION, name, facts.transformers) or name
        said = name != "method" and getattr(spec.quantization, name) != field.default
        if said and not name.startswith("quant_type") and there not in known.fields:
            yield refused(
                f"quantization.{name}",
                f"`{known.config}` of transformers {facts.transformers} has no field `{name}`",
                f"`~quantization.{name}`",
            )
