"""Are limits read as they were written, and are those that ship true?"""

from __future__ import annotations

import gzip
import json

import pytest

from yaie.facts import limits_file
from yaie.facts.limits import FieldLimits, Limits, Refusal, Relation
from yaie.facts.limits_file import limits_of, pack

LIMITS = Limits(
    fields={
        "a": FieldLimits(least=1, words=("x",), unread=(None,), given=False, rises=False),
        "b": FieldLimits(refused=(Refusal(value=[0], why="ValueError"),), spared=("base",)),
        "c": FieldLimits(
            refused=(Refusal(value=1, why="ValueError", spared=("base",)),), lists=False, kept=(0,)
        ),
    },
    relations=(Relation(kind="multiple", left="a", right=8, spared=("base",)),),
    named_parts=("text_config",),
    absent_parts=("vision_config",),
    following_parts=("mask_config",),
    rope_types=("default",),
    rope_default={"rope_type": "default"},
)


def test_limits_are_read_as_they_were_written() -> None:
    (line,) = gzip.decompress(pack({"llama": LIMITS})).splitlines()
    assert limits_file._read(json.loads(line)["llama"]) == LIMITS


def test_of_an_unknown_version_no_limits_are_known() -> None:
    assert limits_of("0.0.1", "llama") == Limits()


def test_of_an_unknown_architecture_no_limits_are_known() -> None:
    assert limits_of("5.23.0", "of_nobody") == Limits()


@pytest.mark.parametrize("name", ["bart", "bert"])
def test_heads_divide_the_width(name: str) -> None:
    kinds = {(r.kind, r.right) for r in limits_of("5.23.0", name).relations}
    assert {("multiple", "num_attention_heads"), ("multiple", "decoder_attention_heads")} & kinds
