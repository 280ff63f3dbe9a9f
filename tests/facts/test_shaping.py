"""Which fields weights follow: as seen of models on `meta`, and as shipped."""

from __future__ import annotations

from pathlib import Path

import pytest

from yaie.facts.shaping_file import shaping_of

VERSION = "5.23.0"


def test_fields_that_weights_follow_are_seen() -> None:
    from yaie.facts.catalogue import catalogue
    from yaie.facts.field_probes import Prober
    from yaie.facts.shape_probes import shaping

    seen = shaping(Prober(catalogue()), "vit")
    assert {"hidden_size", "image_size", "patch_size", "qkv_bias"} <= seen.keys()
    assert "hidden_dropout_prob" not in seen
    assert "image-classification" in seen["encoder_stride"]
    assert seen == shaping_of(VERSION, "vit")


def test_transformers_loads_no_weights_of_another_shape(tiny_bert: Path) -> None:
    from transformers import AutoModel

    assert "max_position_embeddings" in shaping_of(VERSION, "bert")
    with pytest.raises(RuntimeError):
        AutoModel.from_pretrained(tiny_bert, max_position_embeddings=1024)


def test_of_other_releases_nothing_is_known() -> None:
    assert shaping_of("4.57.6", "bert") == {}
