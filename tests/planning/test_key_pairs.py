"""Every head's checkpoint into every other head: foreseen as reported, refused as upstream does.

A share of what `python tools/key_pairs.py` runs.
"""

from __future__ import annotations

import pytest

from tools.key_pairs import pairs

FAMILIES = ("clip", "distilbert", "llava", "mixtral", "vit", "wav2vec2", "whisper")


@pytest.mark.parametrize("architecture", FAMILIES)
def test_keys_are_foreseen_as_they_are_reported(architecture: str) -> None:
    asked = list(pairs(architecture))
    assert len(asked) > 3
    odd = [pair for pair in asked if not pair.exact or pair.false_alarm or pair.missed]
    assert odd == []
