"""What is meant by a name that nothing bears."""

from __future__ import annotations

import pytest

from yaie.spec.conf import options
from yaie.spec.unknown_names import near_model


@pytest.mark.parametrize(
    ("word", "meant"),
    [
        ("llama-2-7b", "llama2"),
        ("Llama-2-13b-hf", "llama2-13b"),
        ("llama-3", "llama3"),
        ("gpt-2", "gpt2"),
        ("bert-base-uncased", "bert"),
        ("mistral-7b", "mistral"),
        ("qwen", "qwen3"),
        ("lama2", "llama2"),
        ("falcon-7b", None),
        ("", None),
    ],
)
def test_a_model_is_meant_by_its_own_name_or_that_of_its_checkpoint(
    word: str, meant: str | None
) -> None:
    assert near_model(word, options("model")) == meant
