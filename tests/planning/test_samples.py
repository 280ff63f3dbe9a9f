"""What a model is given to read is what it reads: tiny models of transformers compute with it."""

from __future__ import annotations

from typing import Any

import pytest
import torch
import transformers

from tools.oracle.checkpoints import tiny
from yaie.planning.samples import Size, sample

SIZE = Size(batch=2, sequence=8, decoder_sequence=6)


def model_of(name: str, architecture: str) -> Any:
    config = transformers.AutoConfig.from_pretrained(tiny(architecture))
    return getattr(transformers, name)(config).eval()


@pytest.mark.parametrize(
    ("name", "architecture", "shapes"),
    [
        ("BertForMultipleChoice", "bert", {"input_ids": (2, 3, 8)}),
        ("BartForSequenceClassification", "bart", {"input_ids": (2, 8)}),
        ("BartModel", "bart", {"input_ids": (2, 8), "decoder_input_ids": (2, 6)}),
        ("ASTModel", "audio-spectrogram-transformer", {"input_values": None}),
    ],
)
def test_a_head_reads_its_own_shapes(
    name: str, architecture: str, shapes: dict[str, tuple[int, ...] | None]
) -> None:
    model = model_of(name, architecture)
    given = sample(model, SIZE).values
    read = {key: tuple(value.shape) for key, value in given.items() if key in shapes}
    frames = (2, getattr(model.config, "max_length", 0), getattr(model.config, "num_mel_bins", 0))
    assert read == {key: shape or frames for key, shape in shapes.items()}
    assert ("decoder_input_ids" in given) == ("decoder_input_ids" in shapes)
    with torch.no_grad():
        model(**given)
