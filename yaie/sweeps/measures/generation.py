"""How fast text is generated. Imports torch and transformers."""

from __future__ import annotations

from math import inf
from typing import Any

from yaie.sweeps.measures.clock import now, spread
from yaie.sweeps.measures.measure import Found, Subject, UnmeasuredError
from yaie.sweeps.measures.prompt import NEW, generates, prompt_inputs

LONGEST = 10.0
"""Seconds after which no more tokens are waited for: a slow model is slow by fewer, too."""


def generation(subject: Subject) -> Found:
    """Tokens a second from the first new token to the last, greedily, past any end of text.

    The first new token is left out: it comes of reading the prompt.
    """
    if not generates(subject):
        return Found()
    inputs = prompt_inputs(subject)
    _times(subject, inputs, 2)
    runs = [_times(subject, inputs, NEW) for _ in range(subject.measuring.repeats)]
    rates = spread((len(times) - 1) / (times[-1] - times[0]) for times in runs)
    return Found({"generated_tokens_per_second": rates})


def _times(subject: Subject, inputs: dict[str, Any], new: int) -> list[float]:
    """When each new token was there; raises UnmeasuredError where there are fewer than two."""
    import torch.distributed as ranks
    from transformers import StoppingCriteriaList

    times: list[float] = []
    # Ranks would not stop at the same token, and wait for each other.
    longest = inf if ranks.is_available() and ranks.is_initialized() else LONGEST

    def watch(ids: Any, scores: Any, **more: Any) -> Any:
        times.append(now())
        is_long = len(times) > 1 and times[-1] - times[0] > longest
        return ids.new_full((ids.shape[0],), is_long).bool()

    subject.model.generate(
        **inputs,
        max_new_tokens=new,
        min_new_tokens=new,
        do_sample=False,
        num_beams=1,
        pad_token_id=_padding(subject),
        stopping_criteria=StoppingCriteriaList([watch]),
    )
    if len(times) < 2:
        raise UnmeasuredError(f"{len(times)} tokens were generated of the {new} asked for")
    return times


def _padding(subject: Subject) -> int:
    config = subject.model.generation_config
    return int(config.pad_token_id or 0)
