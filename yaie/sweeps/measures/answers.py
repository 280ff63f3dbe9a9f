"""Answers: what a model said to each place, kept of the reference and compared. Imports torch.

With p the reference's distribution at a place and q the cell's own, over the whole vocabulary:

    KL divergence    mean over places of Σ p · (log p - log q), in nats
    top-1 agreement  share of places at which p and q have their maximum at the same token
    perplexity       exp of the mean over places of -log q(token of the text)
    relative error   ‖x - y‖ / ‖y‖ of numbers x that are no distribution; y are the reference's

What a model gave is kept as it gave it, in float32 (which holds all that float16 and bfloat16 do)
or float64; logarithms and sums are in float64. A cell that answers just as the reference does has
a divergence of 0.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any

from yaie.sweeps.measures.measure import Found

CHUNK = 64
"""Rows that are in float64 at a time."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Answers:
    """A row a place; on the CPU."""

    rows: Any
    """Logits where the model chooses, else numbers. Shape: (places, width)."""
    targets: Any
    """The right token of each place; None where there is none. Shape: (places,)."""
    chooses: bool
    asked: str
    """Digest of what the model was given."""

    def perplexity(self) -> float:
        """Of the targets."""
        chunks = zip(self.rows.split(CHUNK), self.targets.split(CHUNK), strict=True)
        said = (_logs(rows).gather(-1, tokens[:, None]) for rows, tokens in chunks)
        loss = -sum(float(each.sum()) for each in said) / len(self.targets)
        return math.exp(loss) if loss < 700 else math.inf


def whole(tensor: Any) -> Any:
    """A tensor on the CPU in float32 or float64; of one in shards the whole."""
    if hasattr(tensor, "full_tensor"):
        tensor = tensor.full_tensor()
    wide = tensor if tensor.element_size() == 8 else tensor.float()
    return wide.detach().cpu()


def _logs(logits: Any) -> Any:
    """Log-likelihoods of rows of logits, in float64."""
    return logits.double().log_softmax(-1)


def digest(inputs: Iterable[Mapping[str, Any]]) -> str:
    """The same for models that were given the same tokens, or numbers of the same shapes."""
    found = sha256()
    for each in inputs:
        for name in sorted(each):
            value = each[name]
            said = value.shape if value.is_floating_point() else value.tolist()
            found.update(f"{name} {said}".encode())
    return found.hexdigest()


def keep(answers: Answers, path: Path) -> None:
    """Writes them, whole or not at all."""
    from safetensors.torch import save_file

    part = path.with_name(path.name + ".part")
    about = {"chooses": str(answers.chooses), "asked": answers.asked}
    save_file({"rows": answers.rows.contiguous()}, part, metadata=about)
    part.replace(path)


def compared(own: Answers, path: Path, reference: int) -> Found:
    """How far answers are from the reference's, or why they cannot be compared."""
    from safetensors import safe_open

    if not path.is_file():
        return Found(remarks=(f"cell {reference}, the reference, left no answers to compare with",))
    with safe_open(path, framework="pt") as file:
        about, rows = file.metadata(), file.get_slice("rows")
        if about["asked"] != own.asked:
            told = "it reads other tokens, or inputs of another size"
            return Found(remarks=(f"{told}, than cell {reference}, the reference: not compared",))
        if [*rows.get_shape()] != [*own.rows.shape] or about["chooses"] != str(own.chooses):
            here, there = _size(own.rows.shape), _size(rows.get_shape())
            told = f"{here} numbers where cell {reference}, the reference, has {there}"
            return Found(remarks=(f"its answers are {told}: not compared",))
        pairs = _pairs(rows, own.rows)
        return Found(_divergence(pairs) if own.chooses else _error(pairs))


def _size(shape: Iterable[int]) -> str:
    return " × ".join(f"{length:,}" for length in shape)


Pairs = Iterator[tuple[Any, Any]]
"""Rows of the reference with those of the cell, a few at a time, in float64."""


def _pairs(reference: Any, own: Any) -> Pairs:
    for start in range(0, len(own), CHUNK):
        end = min(start + CHUNK, len(own))
        yield reference[start:end].double(), own[start:end].double()


def _divergence(pairs: Pairs) -> dict[str, float]:
    import torch

    divergence, agreeing, places = 0.0, 0, 0
    for p, q in ((_logs(reference), _logs(own)) for reference, own in pairs):
        each = torch.where(p.isneginf(), 0.0, p.exp() * (p - q))
        divergence += float(each.sum())
        agreeing += int((p.argmax(-1) == q.argmax(-1)).sum())
        places += len(p)
    # Of nearly the same, sums may come to a little less than nothing, which no divergence is.
    return {"kl_divergence": max(0.0, divergence / places), "top1_agreement": agreeing / places}


def _error(pairs: Pairs) -> dict[str, float]:
    apart, length = 0.0, 0.0
    for y, x in pairs:
        apart += float(((x - y) ** 2).sum())
        length += float((y**2).sum())
    same = 0.0 if apart == 0 else math.inf
    return {"relative_error": math.sqrt(apart / length) if length else same}
