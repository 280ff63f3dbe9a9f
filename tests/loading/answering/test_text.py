"""Answers of tasks that read texts are those of transformers."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import torch
import transformers

from tests.loading.answering.conftest import Made, asked

TEXT = "a cat sleeps on the mat"
QUESTION = "where does it sleep"


def piped(task: str, folder: Path, *inputs: Any, **said: Any) -> Any:
    return transformers.pipeline(task, model=str(folder), device="cpu")(*inputs, **said)


def test_masks_are_filled(made: Made) -> None:
    folder, text = made("bert", "ForMaskedLM"), "a [MASK] sleeps on the [MASK]"
    receipt = asked(folder, texts=[text])
    assert receipt["outputs"] == piped("fill-mask", folder, text)
    best = receipt["outputs"][0][0]
    assert receipt["answer"].startswith(f"{best['token_str']} {best['score']:.1%}, ")


def test_a_text_has_its_labels(made: Made) -> None:
    folder = made("bert", "ForSequenceClassification")
    receipt = asked(folder, texts=[TEXT])
    (rows,) = piped("text-classification", folder, [TEXT], top_k=None)
    assert receipt["outputs"] == rows
    assert receipt["answer"].splitlines()[0] == f"{rows[0]['label']} {rows[0]['score']:.1%}"


def test_two_texts_have_labels_as_a_pair(made: Made) -> None:
    folder = made("bert", "ForSequenceClassification")
    pair = {"text": QUESTION, "text_pair": TEXT}
    rows = piped("text-classification", folder, pair, top_k=None)
    assert asked(folder, texts=[QUESTION, TEXT])["outputs"] == rows


def test_words_have_their_labels(made: Made) -> None:
    folder = made("bert", "ForTokenClassification")
    rows = piped("token-classification", folder, TEXT, aggregation_strategy="simple")
    assert asked(folder, texts=[TEXT])["outputs"] == rows


def test_a_question_is_answered_by_the_likeliest_span(made: Made) -> None:
    folder = made("bert", "ForQuestionAnswering")
    best = asked(folder, texts=[QUESTION, TEXT])["outputs"][0]
    read = transformers.AutoTokenizer.from_pretrained(folder)(QUESTION, TEXT, return_tensors="pt")
    model = transformers.AutoModelForQuestionAnswering.from_pretrained(folder)
    output = model(**read)
    # [CLS] question [SEP] context [SEP]
    context = slice(len(QUESTION.split()) + 2, -1)
    starts, ends = (
        logits[0, context].detach().softmax(-1)
        for logits in (output.start_logits, output.end_logits)
    )
    spans = torch.triu(starts[:, None] * ends)
    first, last = divmod(int(spans.argmax()), len(ends))
    assert best["answer"] == " ".join(TEXT.split()[first : last + 1])
    assert TEXT[best["start"] : best["end"]] == best["answer"]


def test_choices_are_weighed(made: Made) -> None:
    folder, choices = made("bert", "ForMultipleChoice"), ["mat", "on the tree"]
    rows = asked(folder, texts=[QUESTION, *choices])["outputs"]
    words = transformers.AutoTokenizer.from_pretrained(folder)
    read = words([QUESTION] * 2, choices, return_tensors="pt", padding=True)
    model = transformers.AutoModelForMultipleChoice.from_pretrained(folder)
    logits = model(**{name: value[None] for name, value in read.items()}).logits[0]
    scores = dict(zip(choices, logits.softmax(-1).tolist(), strict=True))
    assert {row["label"]: row["score"] for row in rows} == pytest.approx(scores)


def test_a_sentence_follows_another_or_not(made: Made) -> None:
    folder = made("bert", "ForNextSentencePrediction")
    rows = asked(folder, texts=[QUESTION, TEXT])["outputs"]
    read = transformers.AutoTokenizer.from_pretrained(folder)(QUESTION, TEXT, return_tensors="pt")
    model = transformers.AutoModelForNextSentencePrediction.from_pretrained(folder)
    follows = model(**read).logits.softmax(-1)[0, 0].item()
    assert {row["label"]: row["score"] for row in rows}["follows"] == pytest.approx(follows)


def test_a_text_has_a_perplexity_and_what_comes_next(made: Made) -> None:
    folder = made("llama")
    outputs = asked(folder, texts=[TEXT])["outputs"]
    words = transformers.AutoTokenizer.from_pretrained(folder)
    model = transformers.AutoModelForCausalLM.from_pretrained(folder)
    ids = words(TEXT, return_tensors="pt")["input_ids"]
    output = model(ids, labels=ids)
    assert outputs["perplexity"] == pytest.approx(output.loss.exp().item(), rel=1e-4)
    assert outputs["next"][0]["label"] == words.decode([int(output.logits[0, -1].argmax())])


def test_texts_have_vectors_and_cosines(made: Made) -> None:
    folder = made("bert", "Model")
    outputs = asked(folder, texts=[TEXT, QUESTION])["outputs"]
    model = transformers.AutoModel.from_pretrained(folder)
    words = transformers.AutoTokenizer.from_pretrained(folder)
    one, other = (
        model(**words(text, return_tensors="pt")).last_hidden_state[0].mean(0)
        for text in (TEXT, QUESTION)
    )
    assert outputs["vectors"][0] == pytest.approx(one.tolist(), abs=1e-5)
    cosine = torch.cosine_similarity(one, other, dim=0).item()
    assert outputs["cosines"][0][1] == pytest.approx(cosine, abs=1e-4)


def test_a_task_without_an_answer_of_its_own_tells_the_shapes_of_its_outputs(made: Made) -> None:
    receipt = asked(made("bert", "ForPreTraining"), texts=[TEXT])
    assert receipt["answer"].splitlines()[1] == "seq_relationship_logits [1, 2]"
    assert receipt["outputs"]["seq_relationship_logits"] == [1, 2]


def test_a_tokenizer_that_writes_types_of_tokens_serves_a_model_that_has_none() -> None:
    """tiny's tokenizer writes `token_type_ids`, which Llama's forward does not take."""
    receipt = asked(Path("tiny"), "task=sequence-classification", texts=["In the beginning"])
    assert {row["label"] for row in receipt["outputs"]} == {"LABEL_0", "LABEL_1"}


@pytest.mark.real_models
def test_related_sentences_are_nearer_than_unrelated_ones(minilm: Path) -> None:
    texts = ["A cat sleeps on the mat.", "A kitten naps on a rug.", "Stocks fell on Monday."]
    cosines = asked(minilm, texts=texts)["outputs"]["cosines"]
    assert cosines[0][1] > 0.5 > 0.2 > max(cosines[0][2], cosines[1][2])
