"""How fast text is generated. Imports torch and transformers."""

from __future__ import annotations

from typing import Any

from yaie.sweeps.measures.clock import longest, now, spread
from yaie.sweeps.measures.measure import Found, Subject, UnmeasuredError
from yaie.sweeps.measures.prompt import NEW, generates, prompt_inputs
from yaie.sweeps.measures.text import first_token


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
    from transformers import StoppingCriteriaList

    times: list[float] = []
    model = subject.model
    encodes = model.config.is_encoder_decoder
    started = {"decoder_start_token_id": first_token(model)} if encodes else {}
    patience = longest()

    def watch(ids: Any, scores: Any, **more: Any) -> Any:
        times.append(now())
        is_long = len(times) > 1 and times[-1] - times[0] > patience
        return ids.new_full((ids.shape[0],), is_long).bool()

    model.generate(
        **inputs,
        max_new_tokens=new,
        min_new_tokens=new,
        do_sample=False,
        num_beams=1,
        pad_token_id=_padding(subject),
        **started,
        stopping_criteria=StoppingCriteriaList([watch]),
    )
    if len(times) < 2:
        raise UnmeasuredError(f"{len(times)} tokens were generated of the {new} asked for")
    return times


def _padding(subject: Subject) -> int:
    config = subject.model.generation_config
    return int(config.pad_token_id or 0)
