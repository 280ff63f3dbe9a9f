"""Answers of tasks that read texts."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from yaie.errors import Fault, Problem
from yaie.loading.answering import wording
from yaie.loading.answering.given import Given
from yaie.loading.answering.parts import placed
from yaie.loading.answering.pipes import piped
from yaie.loading.answering.told import Told
from yaie.loading.brought import Brought


def filled(loaded: Brought, given: Given) -> Told:
    """The likeliest words for each mask of the text."""
    (text,) = given.texts
    most = min(wording.SHOWN, len(loaded.tokenizer))
    found = piped(loaded, "FillMaskPipeline", ("tokenizer",), text, top_k=most)
    masks = found if isinstance(found[0], list) else [found]
    lines = (
        ", ".join(f"{word['token_str'].strip()} {wording.share(word['score'])}" for word in words)
        for words in masks
    )
    return Told(text="\n".join(lines), outputs=masks)


def unmasked(processor: Any, given: Given) -> Iterator[Problem]:
    """A text in which there is nothing to fill in."""
    tokenizer = getattr(processor, "tokenizer", processor)
    mask = tokenizer.mask_token
    if mask is None:
        message = "this tokenizer has no mask, so that nothing can be filled in"
        yield Problem(path="--text", message=message, fault=Fault.UNSUPPORTED)
    elif tokenizer.mask_token_id not in tokenizer(given.texts[0])["input_ids"]:
        message = f"the text has no `{mask}`, where a word is to be filled in"
        yield Problem(path="--text", message=message, hint=f"put `{mask}` in place of a word")


def classified(loaded: Brought, given: Given) -> Told:
    """Each label with its probability, likeliest first; of two texts as a pair."""
    read = dict(zip(("text", "text_pair"), given.texts, strict=False))
    rows = piped(loaded, "TextClassificationPipeline", ("tokenizer",), read, top_k=None)
    regression = loaded.model.config.problem_type == "regression"
    told = wording.numbers if regression else wording.shares
    return Told(text=told(rows), outputs=rows)


def tagged(loaded: Brought, given: Given) -> Told:
    """Runs of words with a label of their own; `O` is none."""
    found = piped(
        loaded,
        "TokenClassificationPipeline",
        ("tokenizer",),
        given.texts[0],
        aggregation_strategy="simple",
    )
    rows = [{**row, "score": float(row["score"])} for row in found]
    lines = [f"{row['word']} {row['entity_group']} {wording.share(row['score'])}" for row in rows]
    return Told(text="\n".join(lines) or "no word has a label", outputs=rows)


def found(loaded: Brought, given: Given) -> Told:
    """The likeliest spans of the context that answer the question."""
    from transformers.pipelines.document_question_answering import select_starts_ends

    question, context = given.texts
    read = loaded.tokenizer(question, context, return_tensors="pt", return_offsets_mapping=True)
    offsets = read.pop("offset_mapping")[0].tolist()
    outside = [[owner != 1 for owner in read.sequence_ids(0)]]
    output = loaded.model(**placed(loaded, read))
    starts, ends, scores, _ = select_starts_ends(
        output.start_logits.float().cpu().numpy(),
        output.end_logits.float().cpu().numpy(),
        outside,
        read["attention_mask"].numpy(),
        top_k=wording.SHOWN,
    )
    rows = [
        _span(context, offsets[start][0], offsets[end][1], float(score))
        for start, end, score in zip(starts, ends, scores, strict=True)
    ]
    lines = (f"{row['answer']} {wording.share(row['score'])}" for row in rows)
    return Told(text="\n".join(lines) or "no span of the context answers it", outputs=rows)


def _span(context: str, start: int, end: int, score: float) -> dict[str, Any]:
    return {"answer": context[start:end], "score": score, "start": start, "end": end}


def chosen(loaded: Brought, given: Given) -> Told:
    """The choices with their probabilities, likeliest first."""
    question, *choices = given.texts
    read = loaded.tokenizer([question] * len(choices), choices, return_tensors="pt", padding=True)
    paired = {name: value.unsqueeze(0) for name, value in read.items()}
    return _ranked(choices, loaded.model(**placed(loaded, paired)).logits[0])


def followed(loaded: Brought, given: Given) -> Told:
    """Whether the second text goes on from the first: label 0 of the head says that it does."""
    read = loaded.tokenizer(*given.texts, return_tensors="pt")
    logits = loaded.model(**placed(loaded, read)).logits[0]
    return _ranked(["follows", "does not follow"], logits)


def weighed(loaded: Brought, given: Given) -> Told:
    """How likely the text was, and what would go on from it."""
    import torch

    read = placed(loaded, loaded.tokenizer(given.texts[0], return_tensors="pt"))
    logits = loaded.model(**read).logits[0].float()
    tokens = read["input_ids"][0].to(logits.device)
    likelihoods = logits[:-1].log_softmax(-1).gather(-1, tokens[1:, None])[:, 0]
    likely = logits[-1].softmax(-1).topk(min(wording.SHOWN, logits.shape[-1]))
    words = [loaded.tokenizer.decode([token]) for token in likely.indices.tolist()]
    rows = [
        {"label": word, "score": score}
        for word, score in zip(words, likely.values.tolist(), strict=True)
    ]
    perplexity = float(torch.exp(-likelihoods.mean())) if len(tokens) > 1 else None
    first = "" if perplexity is None else f"perplexity {perplexity:.4g}\n"
    shown = ", ".join(f"{row['label']!r} {wording.share(row['score'])}" for row in rows)
    told = {"perplexity": perplexity, "tokens": len(tokens), "next": rows}
    return Told(text=f"{first}next {shown}", outputs=told)


def _ranked(labels: list[str], logits: Any) -> Told:
    scores = logits.float().softmax(-1).tolist()
    rows = [{"label": label, "score": score} for label, score in zip(labels, scores, strict=True)]
    rows.sort(key=lambda row: -row["score"])
    return Told(text=wording.shares(rows), outputs=rows)
