"""Answers of tasks that hear or make sounds are those of transformers."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy
import pytest
import torch
import transformers

from tests.loading.answering.conftest import Made, asked, tone
from tests.loading.answering.test_text import piped

Recorded = Callable[[int], Path]
RATE = 16_000


def heard() -> Any:
    """The tone as it is heard, between -1 and 1."""
    return tone(RATE).astype("float32") / 32_768


def test_a_recording_has_its_labels(made: Made, recorded: Recorded) -> None:
    folder = made("wav2vec2", "ForSequenceClassification")
    rows = piped("audio-classification", folder, heard(), top_k=3)
    assert asked(folder, audio=[recorded(RATE)])["outputs"] == rows


@pytest.mark.parametrize("name", [("wav2vec2", "ForCTC"), ("whisper",)], ids=" ".join)
def test_speech_is_transcribed(name: tuple[str, ...], made: Made, recorded: Recorded) -> None:
    folder = made(*name)
    expected = piped("automatic-speech-recognition", folder, heard())["text"].strip()
    assert expected
    assert asked(folder, audio=[recorded(RATE)])["answer"] == expected


def test_a_recording_of_another_rate_is_resampled_and_said(made: Made, recorded: Recorded) -> None:
    folder = made("wav2vec2", "ForXVector")
    receipt = asked(folder, audio=[recorded(RATE), recorded(44_100)])
    said = "has 44,100 samples a second, and was resampled to 16,000"
    assert [p["message"] for p in receipt["problems"]] == [f"`{recorded(44_100)}` {said}"]
    assert receipt["outputs"]["cosines"][0][1] > 0.999


def test_a_voice_is_a_vector(made: Made, recorded: Recorded) -> None:
    folder = made("wav2vec2", "ForXVector")
    outputs = asked(folder, audio=[recorded(RATE)])["outputs"]
    model = transformers.AutoModelForAudioXVector.from_pretrained(folder)
    ears = transformers.AutoFeatureExtractor.from_pretrained(folder)
    read = ears(heard(), sampling_rate=RATE, return_tensors="pt")
    expected = model(**read).embeddings[0].tolist()
    assert outputs["vectors"][0] == pytest.approx(expected, abs=1e-5)


def test_frames_have_labels(made: Made, recorded: Recorded) -> None:
    folder = made("wav2vec2", "ForAudioFrameClassification")
    outputs = asked(folder, audio=[recorded(RATE)])["outputs"]
    model = transformers.AutoModelForAudioFrameClassification.from_pretrained(folder)
    ears = transformers.AutoFeatureExtractor.from_pretrained(folder)
    logits = model(**ears(heard(), sampling_rate=RATE, return_tensors="pt")).logits[0]
    assert outputs["frames"] == len(logits)
    expected = (logits > 0).float().mean(0).tolist()
    assert [row["share"] for row in outputs["labels"]] == pytest.approx(expected)


def test_a_text_becomes_sound(made: Made) -> None:
    folder, text = made("vits"), "a cat sleeps"
    outputs = asked(folder, texts=[text])["outputs"]
    pipe = transformers.pipeline("text-to-audio", model=str(folder), device="cpu")
    torch.manual_seed(0)
    sound = pipe(text)
    assert outputs["samples"] == numpy.asarray(sound["audio"]).shape[-1]
    assert outputs["sampling_rate"] == sound["sampling_rate"]


def test_a_text_becomes_a_spectrogram(made: Made) -> None:
    folder, text = made("speecht5"), "a cat sleeps"
    outputs = asked(folder, texts=[text])["outputs"]
    model = transformers.AutoModelForTextToSpectrogram.from_pretrained(folder)
    ids = transformers.AutoTokenizer.from_pretrained(folder)(text, return_tensors="pt")["input_ids"]
    torch.manual_seed(0)
    frames, bands = model.generate_speech(ids, torch.zeros(1, 4)).shape
    assert outputs == {"frames": frames, "mel_bands": bands}
