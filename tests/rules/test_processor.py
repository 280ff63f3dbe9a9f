"""Is there a tokenizer or processor, and does it take what was said?"""

from __future__ import annotations

from dataclasses import replace

from tests.rules.making import LLAMA, checkpoint, facts, spec
from yaie.rules.judge import judge
from yaie.rules.problems import absent, refused, said

BARE = checkpoint(has_tokenizer=False)


def test_a_folder_without_tokenizer_is_a_source_error() -> None:
    assert judge(spec(), facts(checkpoint=BARE)) == (
        absent(
            "processor.kind",
            "`org/llama` holds the files of no tokenizer",
            "`processor=none` loads the model alone",
        ),
    )


def test_a_structure_without_tokenizer_is_only_said() -> None:
    assert judge(spec(weights={"kind": "meta"}), facts(checkpoint=BARE)) == (
        said(
            "processor.kind",
            "`org/llama` holds the files of no tokenizer",
            "`processor=none` loads the model alone",
        ),
    )


def test_the_model_alone_needs_no_tokenizer() -> None:
    assert judge(spec(processor={"kind": "none"}), facts(checkpoint=BARE)) == ()


def test_text_settings_are_refused_where_nothing_reads_text() -> None:
    images = replace(LLAMA, model_type="vit", processors=("image",))
    asked = spec(processor={"kind": "auto", "padding_side": "left"})
    assert judge(asked, facts(architecture=images)) == (
        refused(
            "processor.padding_side",
            "`padding_side` is a tokenizer's, and `vit` has none",
            "`processor.padding_side=null`",
        ),
    )
