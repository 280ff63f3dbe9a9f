"""Does the model have an embedding for every token of the tokenizer?"""

from __future__ import annotations

from collections.abc import Iterator

from yaie.errors import Problem
from yaie.facts.keys import KeyFacts
from yaie.facts.tokens import TokenFacts
from yaie.rules.problems import refused, said
from yaie.rules.reading import subject
from yaie.spec.load_spec import LoadSpec
from yaie.spec.wording import quoted

SHOWN = 3
"""Tokens that a message lists."""


def tokens_have_embeddings(spec: LoadSpec, keys: KeyFacts, tokens: TokenFacts) -> Iterator[Problem]:
    """A model has an embedding for every token of its tokenizer; more are padding.

    Upstream: a token without one is an IndexError on the CPU, and a failed assertion on a GPU, when
    it is first met.
    """
    rows = keys.embeddings
    if rows is None:
        return
    if tokens.vocabulary > rows:
        yield refused(
            "processor.kind",
            f"the tokenizer of `{subject(spec)}` has {tokens.vocabulary:,} tokens, and"
            f" `{keys.asked_class}` has embeddings for {rows:,}: it is another model's",
            "bring the tokenizer that the weights were trained with, or `processor=none`",
        )
    elif beyond := sorted(token for token, id in tokens.added.items() if id >= rows):
        highest = max(tokens.added.values())
        yield said(
            "processor.kind",
            f"`{keys.asked_class}` has embeddings for {rows:,} tokens, and none for"
            f" {quoted(beyond, shown=SHOWN)} of the tokenizer: they would raise an IndexError",
            f"call `model.resize_token_embeddings({highest + 1})` after the load",
        )
