"""The text is read as far as it counts."""

from __future__ import annotations

from pathlib import Path

import pytest

from yaie.loading.loaded import Loaded
from yaie.sweeps.measures.measure import Subject
from yaie.sweeps.measures.measuring import DEFAULT_TEXT, Measuring
from yaie.sweeps.measures.text import token_ids

PSALM = DEFAULT_TEXT.read_text(encoding="utf-8")
TEXTS = {
    "psalm": PSALM,
    "long": PSALM * 20,
    "short": "Bless the LORD, O my soul",
    "mostly empty": f"a{' ' * 100_000}{PSALM}",
}


@pytest.mark.parametrize("text", TEXTS.values(), ids=TEXTS)
def test_its_first_tokens_are_those_of_the_whole(text: str, tiny: Loaded, tmp_path: Path) -> None:
    subject = Subject(loaded=tiny, measuring=Measuring(text=text), number=0, answers=tmp_path)
    whole = tiny.tokenizer(text, return_tensors="pt")["input_ids"][:, :256]
    assert token_ids(subject, 256).tolist() == whole.tolist()
