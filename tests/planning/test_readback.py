"""An override that the built config does not hold is found, and today's field named."""

from __future__ import annotations

from typing import Any

import pytest
from transformers import AutoConfig

from yaie.planning.readback import unread


def found(overrides: dict[str, Any], **fields: Any) -> list[tuple[str, str, str | None]]:
    config = AutoConfig.for_model("llama", **fields)
    return [(p.path, p.message, p.hint) for p in unread(config, overrides, "model.config")]


@pytest.mark.parametrize(
    "override",
    [
        {"hidden_size": 64},
        {"rope_parameters": {"rope_theta": 5.0, "rope_type": "default"}},
        {"id2label": {"0": "no", "1": "yes"}},
        {"eos_token_id": [1, 2]},
    ],
)
def test_what_was_applied_reads_back(override: dict[str, Any]) -> None:
    assert found(override, **override) == []


def test_part_of_a_nested_value_reads_back() -> None:
    assert found({"rope_parameters": {"rope_type": "default"}}) == []


def test_what_was_ignored_names_todays_field() -> None:
    (path, message, hint) = found({"rope_theta": 5.0})[0]
    assert path == "model.config.rope_theta"
    assert message == "`5.0` does not read back: the built config has no such field"
    assert hint == "`model.config.rope_parameters.rope_theta=5.0`"


def test_another_value_is_told() -> None:
    (_, message, hint) = found({"hidden_size": 8}, hidden_size=64)[0]
    assert message == "`8` does not read back: the built config says `64`"
    assert hint is None
