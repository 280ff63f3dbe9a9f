"""What is lost is what torch and transformers say themselves."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import torch

import yaie
from tests.sweeps.measures.conftest import Measure
from yaie.loading.acts.act import Deed
from yaie.loading.loaded import Loaded
from yaie.sweeps.measures.measuring import DEFAULT_TEXT

PLACES = 255
"""Tokens that follow another among the 256 that the tiny model has positions for."""


def values(deed: Deed) -> dict[str, Any]:
    assert not deed.problems, deed.problems[0].message
    assert isinstance(deed.told, dict)
    return deed.told


def messages(deed: Deed) -> list[str]:
    return [problem.message for problem in deed.problems]


def likelihoods(loaded: Loaded) -> torch.Tensor:
    """Of every token of the vocabulary at each place of the text."""
    with torch.no_grad():
        logits = loaded.model(input_ids=ids(loaded)).logits[0, :-1]
    return logits.double().log_softmax(-1)


def ids(loaded: Loaded) -> torch.Tensor:
    text = DEFAULT_TEXT.read_text(encoding="utf-8")
    return loaded.tokenizer(text, return_tensors="pt")["input_ids"][:, : PLACES + 1]


def test_the_reference_loses_nothing(tiny: Loaded, measure: Measure) -> None:
    told = values(measure(tiny, "quality"))
    assert (told["kl_divergence"], told["top1_agreement"]) == (0.0, 1.0)
    assert told["text_tokens"] == PLACES


def test_the_same_model_again_loses_nothing(tiny: Loaded, measure: Measure) -> None:
    measure(tiny, "quality")
    told = values(measure(tiny, "quality", number=1))
    assert (told["kl_divergence"], told["top1_agreement"]) == (0.0, 1.0)


def test_what_four_bits_lose_is_what_torch_computes(
    tiny: Loaded, four_bits: Loaded, measure: Measure
) -> None:
    measure(tiny, "quality")
    told = values(measure(four_bits, "quality", number=1))
    p, q = likelihoods(tiny), likelihoods(four_bits)
    divergence = torch.nn.functional.kl_div(q, p, log_target=True, reduction="batchmean")
    assert told["kl_divergence"] == pytest.approx(float(divergence), rel=1e-9)
    agreement = (p.argmax(-1) == q.argmax(-1)).double().mean()
    assert told["top1_agreement"] == pytest.approx(float(agreement))
    assert told["kl_divergence"] > 0.001


def test_the_perplexity_is_that_of_transformers_own_loss(
    four_bits: Loaded, measure: Measure
) -> None:
    measure(four_bits, "quality")
    with torch.no_grad():
        read = ids(four_bits)
        loss = four_bits.model(input_ids=read, labels=read).loss
    told = values(measure(four_bits, "quality"))
    assert told["perplexity"] == pytest.approx(float(loss.exp()), rel=1e-5)


def test_a_text_of_ones_own_is_read_instead(tiny: Loaded, measure: Measure) -> None:
    text = "Bless the LORD, O my soul"
    told = values(measure(tiny, "quality", text=text))
    assert told["text_tokens"] == len(tiny.tokenizer(text)["input_ids"]) - 1


def test_a_text_of_one_token_has_nothing_that_follows(tiny: Loaded, measure: Measure) -> None:
    assert len(tiny.tokenizer("")["input_ids"]) == 1
    deed = measure(tiny, "quality", text="")
    assert deed.told == {}
    assert messages(deed) == ["the text is one token, and nothing follows it"]


def test_without_answers_of_the_reference_the_perplexity_is_there(
    tiny: Loaded, measure: Measure
) -> None:
    deed = measure(tiny, "quality", number=1)
    assert isinstance(deed.told, dict)
    assert set(deed.told) == {"perplexity", "text_tokens"}
    assert messages(deed) == ["cell 0, the reference, left no answers to compare with"]


def test_other_tokens_are_not_compared(tiny: Loaded, measure: Measure) -> None:
    measure(tiny, "quality", text="Bless the LORD, O my soul")
    deed = measure(tiny, "quality", number=1, text="And Ruth the Moabitess said")
    assert messages(deed) == [
        "it reads other tokens, or inputs of another size, than cell 0, the reference: not compared"
    ]


def test_numbers_that_are_none_are_told(measure: Measure) -> None:
    broken = yaie.load("model=tiny", "precision=fp32", "device=cpu")
    with torch.no_grad():
        broken.model.model.norm.weight[0] = float("nan")
    deed = measure(broken, "quality")
    assert deed.told == {}
    assert messages(deed) == [
        f"`logits` is not a number, or infinite, at {PLACES} of {PLACES} places"
    ]


def test_masked_tokens_are_asked_of_a_masked_model(minilm: Path, measure: Measure) -> None:
    words = (f"model={minilm}", "task=masked-lm", *ONE_LAYER)
    plain = yaie.load(*words)
    told = values(measure(plain, "quality"))
    assert told["kl_divergence"] == 0.0
    assert told["text_tokens"] == len(range(3, 512, 7))
    other = yaie.load(*words, "weights.seed=1")
    assert values(measure(other, "quality", number=1))["kl_divergence"] > 0.0


def test_a_model_of_vectors_has_a_relative_error(minilm: Path, measure: Measure) -> None:
    loaded = yaie.load(f"model={minilm}", *ONE_LAYER, "precision=fp32")
    assert values(measure(loaded, "quality")) == {"relative_error": 0.0}
    rounded = yaie.load(f"model={minilm}", *ONE_LAYER, "precision=bf16")
    assert 0.0 < values(measure(rounded, "quality", number=1))["relative_error"] < 0.1


def test_an_image_model_is_compared_on_images_of_chance(measure: Measure) -> None:
    loaded = yaie.load(*VIT, "precision=fp32")
    deed = measure(loaded, "quality")
    assert deed.told == {"kl_divergence": 0.0, "top1_agreement": 1.0}
    assert messages(deed) == ["it was measured on images of 32 × 32 drawn by chance"]


ONE_LAYER = ("weights=random", "model.config.num_hidden_layers=1", "device=cpu")
VIT = (
    "model=architecture",
    "model.architecture=vit",
    "model.config.image_size=32",
    "model.config.hidden_size=32",
    "model.config.num_attention_heads=2",
    "model.config.intermediate_size=64",
    "model.config.num_hidden_layers=2",
    "task=image-classification",
    "weights=random",
    "processor=none",
    "device=cpu",
)
