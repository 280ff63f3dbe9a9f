"""The text as a model's tokens. Imports torch."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from yaie.planning.memory.forecast import positions_of
from yaie.sweeps.measures.measure import Subject

WINDOW = 512
"""The most tokens that a model is given at once: its answers are a row of its vocabulary each."""
SEED = 0
LONG = 32
"""Characters that a token has at most, but in texts that are no texts."""


def room(subject: Subject) -> int:
    """Tokens that the model has positions for, and its tokenizer allows; no more than `WINDOW`."""
    positions = positions_of(subject.model.config)
    allowed = getattr(subject.loaded.tokenizer, "model_max_length", None)
    return min(limit for limit in (WINDOW, positions, allowed) if limit)


def token_ids(subject: Subject, most: int) -> Any:
    """The first tokens of the text as its tokenizer writes them; drawn where there is none.

    Shape: (1, tokens).
    """
    import torch

    if subject.loaded.tokenizer is None:
        drawing = torch.Generator().manual_seed(SEED)
        vocabulary = subject.model.config.get_text_config(decoder=True).vocab_size
        return torch.randint(vocabulary, (1, most), generator=drawing)
    words = subject.measuring.words
    # A tokenizer reads all of a long text before it cuts it off.
    ids = _read(subject, words[: most * LONG], most)
    return ids if ids.shape[1] == most else _read(subject, words, most)


def _read(subject: Subject, words: str, most: int) -> Any:
    read = subject.loaded.tokenizer(words, truncation=True, max_length=most, return_tensors="pt")
    return read["input_ids"]


def windows(subject: Subject, most: int) -> Iterator[Any]:
    """The first tokens of the text, so many at a time as there is room for, none of them twice;
    each window begins and ends as its tokenizer has a text begin and end.

    Shape of each: (1, tokens).
    """
    import torch

    if is_drawn(subject):
        yield from token_ids(subject, most).split(room(subject), dim=1)
        return
    before, after = _around(subject.loaded.tokenizer)
    read = _plain(subject, most)
    done, left = 0, most
    while left == most or (done < len(read) and left > len(before) + len(after)):
        size = max(1, min(room(subject), left) - len(before) - len(after))
        ids = [*before, *read[done : done + size], *after]
        yield torch.tensor([ids])
        done, left = done + size, left - len(ids)


def _plain(subject: Subject, most: int) -> list[int]:
    """Tokens of the text alone: so many, or more."""
    words, read = subject.measuring.words, subject.loaded.tokenizer
    ids: list[int] = read(words[: most * LONG], add_special_tokens=False)["input_ids"]
    if len(ids) > most or len(words) <= most * LONG:
        return ids
    whole: list[int] = read(words, add_special_tokens=False)["input_ids"]
    return whole


def _around(tokenizer: Any) -> tuple[list[int], list[int]]:
    """The tokens that a tokenizer puts before a text, and after it."""
    plain = tokenizer(".", add_special_tokens=False)["input_ids"]
    whole = tokenizer(".")["input_ids"]
    for start in range(len(whole) - len(plain) + 1):
        end = start + len(plain)
        if whole[start:end] == plain:
            return whole[:start], whole[end:]
    return [], []


def first_token(model: Any) -> int:
    """That a decoder begins with; 0 where its checkpoint says none."""
    return int(model.generation_config.decoder_start_token_id or 0)


def is_drawn(subject: Subject) -> bool:
    """Whether tokens are drawn, and say nothing."""
    return subject.loaded.tokenizer is None


def lines(subject: Subject, most: int) -> list[str]:
    """The first lines of the text that are not empty."""
    found = (line.strip() for line in subject.measuring.words.splitlines())
    return [line for line in found if line][:most]
