"""Lost: how far a model's answers are from those of the reference, and from the text. Imports
torch.

With p the reference's distribution at a place and q the cell's own, over the whole vocabulary:

    KL divergence    mean over places of Σ p · (log p - log q), in nats
    top-1 agreement  share of places at which p and q have their maximum at the same token
    perplexity       exp of the mean over places of -log q(token of the text)
    relative error   ‖x - y‖ / ‖y‖ of numbers x that are no distribution; y are the reference's

Logarithms and sums are in float64. A cell that answers just as the reference does has a divergence
of 0.

Beside a mean stands its standard error, s / √n with s the standard deviation over the n places (n-1
degrees of freedom); of a share a it is √(a · (1 - a) / n), and of exp(mean) by the delta method
exp(mean) · s / √n. All three: L. Wasserman, All of Statistics (2004), sections 3.5, 6.3 and 9.9.
They take places for independent, which those of one text are not quite.
"""

from __future__ import annotations

import math
from typing import Any

CHUNK = 64
"""Rows that are in float64 at a time."""


class Lost:
    """What is known of all places, some of them at a time: three numbers a place are held."""

    def __init__(self) -> None:
        self._losses: list[Any] = []
        self._divergences: list[Any] = []
        self._agreeing: list[Any] = []
        self._apart, self._length, self._places = 0.0, 0.0, 0

    def choose(self, rows: Any, reference: Any, targets: Any) -> None:
        """Adds logits; the reference's, and the right tokens, where there are some."""
        for start in range(0, len(rows), CHUNK):
            part = slice(start, start + CHUNK)
            q = rows[part].double().log_softmax(-1)
            if targets is not None:
                self._losses.append(-q.gather(-1, targets[part, None])[:, 0])
            if reference is not None:
                is_own = reference is rows
                self._diverge(q if is_own else reference[part].double().log_softmax(-1), q)

    def _diverge(self, p: Any, q: Any) -> None:
        import torch

        each = torch.where(p.isneginf(), 0.0, p.exp() * (p - q))
        self._divergences.append(each.sum(-1))
        self._agreeing.append(p.argmax(-1) == q.argmax(-1))

    def number(self, rows: Any, reference: Any) -> None:
        """Adds numbers that are no distribution."""
        if reference is None:
            return
        for start in range(0, len(rows), CHUNK):
            part = slice(start, start + CHUNK)
            x, y = rows[part].double(), reference[part].double()
            self._apart += float(((x - y) ** 2).sum())
            self._length += float((y**2).sum())
            self._places += len(x)

    def of_text(self) -> dict[str, float]:
        """The perplexity, where there are right tokens."""
        if not self._losses:
            return {}
        loss, error = _mean(self._losses)
        perplexity = math.exp(loss) if loss < 700 else math.inf
        told = _with_error("perplexity", perplexity, error and perplexity * error)
        return {**told, "text_tokens": sum(map(len, self._losses))}

    def of_reference(self) -> dict[str, float]:
        """What is lost against it, where there is one."""
        if self._places:
            same = 0.0 if self._apart == 0 else math.inf
            lost = math.sqrt(self._apart / self._length) if self._length else same
            return {"relative_error": lost}
        if not self._divergences:
            return {}
        divergence, error = _mean(self._divergences)
        share, _ = _mean(self._agreeing)
        places = sum(map(len, self._agreeing))
        # Of nearly the same, sums may come to a little less than nothing, which no divergence is.
        return {
            **_with_error("kl_divergence", max(0.0, divergence), error),
            **_with_error("top1_agreement", share, math.sqrt(share * (1 - share) / places)),
        }


def _mean(parts: list[Any]) -> tuple[float, float | None]:
    """The mean over all places, and its standard error; None of a single place."""
    import torch

    each = torch.cat(parts).double()
    error = float(each.std()) / math.sqrt(len(each)) if len(each) > 1 else None
    return float(each.mean()), error


def _with_error(name: str, value: float, error: float | None) -> dict[str, float]:
    """Nothing that is infinite has an error."""
    known = error is not None and math.isfinite(error)
    return {name: value, f"{name}_error": error} if known and error is not None else {name: value}
