"""Inputs as vectors, and how near they are to each other."""

from __future__ import annotations

from typing import Any

from yaie.loading.answering import wording
from yaie.loading.answering.files import picture
from yaie.loading.answering.forward import forwarded
from yaie.loading.answering.given import Given
from yaie.loading.answering.parts import part, placed
from yaie.loading.answering.sound import heard
from yaie.loading.answering.told import Told
from yaie.loading.brought import Brought


def embedded(loaded: Brought, given: Given) -> Told:
    """The vector of each input, and the cosine of every two.

    A text's is the mean of its tokens' last hidden states, an image's what the model pools it to
    or that mean; a model of two towers has a projection of its own for each. A model without such
    states tells the shapes of its outputs.
    """
    import torch

    texts = [_text(loaded, text) for text in given.texts]
    images = [_image(loaded, file) for file in given.images]
    sounds = [_sound(loaded, file) for file in given.audio]
    made = [*texts, *images, *sounds]
    if any(vector is None for vector in made):
        return forwarded(loaded, given)
    vectors = torch.stack(made).float()
    unit = torch.nn.functional.normalize(vectors)
    cosines = (unit @ unit.T).tolist()
    norms = vectors.norm(dim=-1).tolist()
    outputs = {"vectors": vectors.tolist(), "norms": norms, "cosines": cosines}
    return Told(text=_told(norms, vectors.shape[-1], cosines), outputs=outputs)


def named(loaded: Brought, given: Given) -> Told:
    """Labels of the user's own with their probabilities, by a model of two towers; one of a single
    tower tells the shapes of its outputs."""
    if not hasattr(loaded.model, "get_text_features"):
        return forwarded(loaded, given)
    read = {**loaded.tokenizer(list(given.texts), return_tensors="pt", padding=True)}
    if given.images:
        eyes, side = part(loaded.processor, "image_processor"), "logits_per_image"
        read |= eyes(picture(given.images[0]), return_tensors="pt")
    else:
        read, side = read | heard(loaded, given.audio[0]), "logits_per_audio"
    scores = loaded.model(**placed(loaded, read))[side][0].float().softmax(-1).tolist()
    rows = [
        {"label": label, "score": score} for label, score in zip(given.texts, scores, strict=True)
    ]
    rows.sort(key=lambda row: -row["score"])
    return Told(text=wording.shares(rows), outputs=rows)


def _text(loaded: Brought, text: str) -> Any:
    read = placed(loaded, loaded.tokenizer(text, return_tensors="pt"))
    if hasattr(loaded.model, "get_text_features"):
        return _projected(loaded.model.get_text_features(**read))
    states = getattr(_encoder(loaded)(**read), "last_hidden_state", None)
    if states is None:
        return None
    weights = read["attention_mask"][0][:, None].to(states)
    return (states[0] * weights).sum(0) / weights.sum()


def _image(loaded: Brought, file: Any) -> Any:
    eyes = part(loaded.processor, "image_processor")
    read = placed(loaded, eyes(picture(file), return_tensors="pt"))
    if hasattr(loaded.model, "get_image_features"):
        return _projected(loaded.model.get_image_features(**read))
    output = _encoder(loaded)(**read)
    pooled = getattr(output, "pooler_output", None)
    return _mean(output) if pooled is None else pooled[0].flatten()


def _sound(loaded: Brought, file: Any) -> Any:
    read = heard(loaded, file)
    if hasattr(loaded.model, "get_audio_features"):
        return _projected(loaded.model.get_audio_features(**read))
    output = _encoder(loaded)(**read)
    if hasattr(output, "embeddings"):
        return output.embeddings[0]
    return _mean(output)


def _encoder(loaded: Brought) -> Any:
    """The model, or its encoder where a decoder would want an input of its own."""
    model = loaded.model
    return model.get_encoder() if model.config.is_encoder_decoder else model


def _projected(features: Any) -> Any:
    """A tower's projection, be it alone or with what it was made of."""
    return (features if hasattr(features, "shape") else features.pooler_output)[0]


def _mean(output: Any) -> Any:
    """Of the last states over tokens, or over the places of an image of channels; None without."""
    states = getattr(output, "last_hidden_state", None)
    if states is None:
        return None
    (first,) = states
    return first.flatten(1).mean(-1) if first.dim() == 3 else first.mean(0)


def _told(norms: list[float], width: int, cosines: list[list[float]]) -> str:
    if len(norms) == 1:
        return f"vector of {width} numbers, norm {norms[0]:.4g}"
    return "\n".join(
        f"cosine of {one + 1} and {other + 1}: {cosines[one][other]:.3f}"
        for one in range(len(norms))
        for other in range(one + 1, len(norms))
    )
