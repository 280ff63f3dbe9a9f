"""Answers of tasks that hear or make sounds."""

from __future__ import annotations

from typing import Any

from yaie.loading.answering import wording
from yaie.loading.answering.files import samples
from yaie.loading.answering.given import Given
from yaie.loading.answering.parts import part, placed
from yaie.loading.answering.pipes import piped
from yaie.loading.answering.told import Told
from yaie.loading.brought import Brought

_EARS = ("feature_extractor",)


def classified(loaded: Brought, given: Given) -> Told:
    """The likeliest labels of a recording."""
    most = min(wording.SHOWN, loaded.model.config.num_labels)
    heard = samples(loaded.processor, given.audio[0])
    rows = piped(loaded, "AudioClassificationPipeline", _EARS, heard, top_k=most)
    return Told(text=wording.shares(rows), outputs=rows)


def transcribed(loaded: Brought, given: Given) -> Told:
    """What is said in a recording."""
    parts = ("feature_extractor", "tokenizer")
    heard = samples(loaded.processor, given.audio[0])
    limit = given.max_new_tokens
    said = {} if limit is None else {"generate_kwargs": {"max_new_tokens": limit}}
    found = piped(loaded, "AutomaticSpeechRecognitionPipeline", parts, heard, **said)
    return Told(text=str(found["text"]).strip())


def framed(loaded: Brought, given: Given) -> Told:
    """Each label with the share of the frames of a recording in which it is likelier than not."""
    logits = loaded.model(**heard(loaded, given.audio[0])).logits[0].float()
    shares = (logits > 0).float().mean(0).tolist()
    names = loaded.model.config.id2label
    rows = [{"label": names[number], "share": share} for number, share in enumerate(shares)]
    lines = [
        f"{row['label']} in {wording.share(row['share'])} of the frames"
        for row in rows[: wording.SHOWN]
    ]
    return Told(text="\n".join(lines), outputs={"frames": len(logits), "labels": rows})


def spoken(loaded: Brought, given: Given) -> Told:
    """How long the sound is that is made of a text."""
    parts = (
        ("tokenizer", "processor") if loaded.processor is not loaded.tokenizer else ("tokenizer",)
    )
    made = piped(loaded, "TextToAudioPipeline", parts, given.texts[0])
    count, rate = made["audio"].shape[-1], made["sampling_rate"]
    outputs = {"samples": count, "sampling_rate": rate, "seconds": count / rate}
    text = f"{count / rate:.2f} s of sound, {rate:,} samples a second"
    return Told(text=text, outputs=outputs)


def drawn(loaded: Brought, given: Given) -> Told:
    """The size of the spectrogram of a text, in a voice of zeros where one is asked for."""
    import torch

    read = placed(loaded, loaded.tokenizer(given.texts[0], return_tensors="pt"))
    model = loaded.model
    if hasattr(model, "generate_speech"):
        voice = torch.zeros(1, model.config.speaker_embedding_dim, dtype=model.dtype)
        spectrogram = model.generate_speech(read["input_ids"], voice.to(model.device))
    else:
        spectrogram = model(**read).spectrogram[0]
    frames, bands = spectrogram.shape
    outputs = {"frames": frames, "mel_bands": bands}
    return Told(text=f"spectrogram of {frames} frames and {bands} mel bands", outputs=outputs)


def heard(loaded: Brought, file: Any) -> dict[str, Any]:
    """A recording as the model takes it."""
    ears = part(loaded.processor, "feature_extractor")
    read = ears(
        samples(loaded.processor, file), sampling_rate=ears.sampling_rate, return_tensors="pt"
    )
    return placed(loaded, read)
