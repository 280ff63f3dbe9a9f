from __future__ import annotations

from tests.spec.composing import composed
from yaie.spec.rows import rows


def test_every_value_stands_beside_where_it_was_said() -> None:
    said = rows(composed("precision=bf16", "model=bert", "model.config.hidden_size=8"))

    assert ("precision.dtype", "bfloat16", "override precision=bf16") in said
    assert ("model.id", "google-bert/bert-base-uncased", "option model/bert") in said
    assert ("model.config.hidden_size", 8, "override model.config.hidden_size=8") in said


def test_what_nobody_said_is_a_default() -> None:
    said = rows(composed("device=balanced"))

    assert ("device.kind", "balanced", "override device=balanced") in said
    assert ("device.offload_buffers", False, "default") in said


def test_a_module_name_with_dots_is_one_row() -> None:
    said = rows(composed("device=map", "device.map.model.layers.0=cpu"))

    override = "override device.map.model.layers.0=cpu"
    assert ("device.map.model.layers.0", "cpu", override) in said
