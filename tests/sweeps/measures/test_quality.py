"""What is lost is what torch and transformers say themselves."""

from __future__ import annotations

import shutil
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
import torch

import yaie
from tests.sweeps.measures.conftest import Measure
from yaie.loading.acts.act import Deed
from yaie.loading.loaded import Loaded
from yaie.sweeps.measures.lost import Lost
from yaie.sweeps.measures.measuring import DEFAULT_TEXT

POSITIONS = 256
"""Of the tiny model, which reads 512 tokens in two windows."""
PLACES = 2 * (POSITIONS - 1)
"""Tokens that follow another in their window."""


def values(deed: Deed) -> dict[str, Any]:
    assert not deed.problems, deed.problems[0].message
    assert isinstance(deed.told, dict)
    return deed.told


def messages(deed: Deed) -> list[str]:
    return [problem.message for problem in deed.problems]


def likelihoods(loaded: Loaded) -> torch.Tensor:
    """Of every token of the vocabulary at each place of the text."""
    with torch.no_grad():
        logits = loaded.model(input_ids=ids(loaded)).logits[:, :-1]
    return logits.double().log_softmax(-1).flatten(0, 1)


def ids(loaded: Loaded, windows: int = 2) -> torch.Tensor:
    """A batch of windows, each of which begins as every text does."""
    text = DEFAULT_TEXT.read_text(encoding="utf-8")
    begin, *read = loaded.tokenizer(text)["input_ids"]
    step = POSITIONS - 1
    return torch.tensor([[begin, *read[n * step :][:step]] for n in range(windows)])


def of_token(likelihoods: torch.Tensor, read: torch.Tensor) -> torch.Tensor:
    """At each place the likelihood of the token that follows."""
    return likelihoods.gather(-1, read[:, 1:].flatten()[:, None])[:, 0]


def test_the_reference_loses_nothing(tiny: Loaded, measure: Measure) -> None:
    told = values(measure(tiny, "quality"))
    assert (told["kl_divergence"], told["top1_agreement"]) == (0.0, 1.0)
    assert told["text_tokens"] == PLACES
    assert told["kl_divergence_error"] == told["top1_agreement_error"] == 0.0


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


def test_beside_each_mean_stands_its_standard_error(
    tiny: Loaded, four_bits: Loaded, measure: Measure
) -> None:
    measure(tiny, "quality")
    told = values(measure(four_bits, "quality", number=1))
    p, q = likelihoods(tiny), likelihoods(four_bits)
    each = torch.nn.functional.kl_div(q, p, log_target=True, reduction="none").sum(-1)
    assert told["kl_divergence_error"] == pytest.approx(float(each.std()) / PLACES**0.5, rel=1e-9)
    error = float(of_token(q, ids(four_bits)).std()) / PLACES**0.5
    assert told["perplexity_error"] == pytest.approx(told["perplexity"] * error, rel=1e-6)
    share = told["top1_agreement"]
    assert told["top1_agreement_error"] == pytest.approx((share * (1 - share) / PLACES) ** 0.5)


def test_the_perplexity_is_that_of_transformers_own_loss(
    four_bits: Loaded, measure: Measure
) -> None:
    measure(four_bits, "quality")
    with torch.no_grad():
        read = ids(four_bits)
        loss = four_bits.model(input_ids=read, labels=read).loss
    told = values(measure(four_bits, "quality"))
    assert told["perplexity"] == pytest.approx(float(loss.exp()), rel=1e-5)


def test_more_tokens_are_read_in_more_windows(tiny: Loaded, measure: Measure) -> None:
    told = values(measure(tiny, "quality", tokens=2 * POSITIONS + 100))
    assert told["text_tokens"] == PLACES + 99
    read = ids(tiny, 3)[2, :100][None]
    with torch.no_grad():
        last = tiny.model(input_ids=read).logits[0, :-1].double().log_softmax(-1)
    said = torch.cat([of_token(likelihoods(tiny), ids(tiny)), of_token(last, read)])
    assert told["perplexity"] == pytest.approx(float((-said.mean()).exp()), rel=1e-6)


def test_of_a_short_text_there_is_what_is_there(tiny: Loaded, measure: Measure) -> None:
    told = values(measure(tiny, "quality", text="Bless the LORD", tokens=1_000_000))
    assert told["text_tokens"] == len(tiny.tokenizer("Bless the LORD")["input_ids"]) - 1


def test_answers_are_never_whole_in_memory(
    tiny: Loaded, measure: Measure, monkeypatch: pytest.MonkeyPatch
) -> None:
    longest = []
    choose = Lost.choose

    def watch(lost: Lost, rows: Any, reference: Any, targets: Any) -> None:
        longest.append(max(len(rows), len(reference)))
        choose(lost, rows, reference, targets)

    monkeypatch.setattr(Lost, "choose", watch)
    measure(tiny, "quality", tokens=4 * POSITIONS)
    measure(tiny, "quality", number=1, tokens=4 * POSITIONS)
    assert longest == [POSITIONS - 1] * 8


def test_answers_that_the_disk_has_no_room_for_are_not_kept(
    tiny: Loaded, measure: Measure, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(shutil, "disk_usage", lambda folder: SimpleNamespace(free=1000))
    deed = measure(tiny, "quality")
    assert isinstance(deed.told, dict)
    assert {"perplexity", "text_tokens"} < set(deed.told)
    assert "kl_divergence" not in deed.told
    assert messages(deed) == [
        f"its answers take 2.09 MB, and the disk of `{tmp_path}` has 1 kB left: no cell is"
        " compared with it"
    ]
    assert not [*tmp_path.glob("*.safetensors*")]


def test_a_text_of_ones_own_is_read_instead(tiny: Loaded, measure: Measure) -> None:
    text = "Bless the LORD, O my soul"
    told = values(measure(tiny, "quality", text=text))
    assert told["text_tokens"] == len(tiny.tokenizer(text)["input_ids"]) - 1


def test_a_text_of_one_token_has_nothing_that_follows(tiny: Loaded, measure: Measure) -> None:
    assert len(tiny.tokenizer("")["input_ids"]) == 1
    deed = measure(tiny, "quality", text="")
    assert deed.told == {}
    assert messages(deed) == [
        "the text is too short: nothing in it follows another token, or is masked"
    ]


def test_without_answers_of_the_reference_the_perplexity_is_there(
    tiny: Loaded, measure: Measure
) -> None:
    deed = measure(tiny, "quality", number=1)
    assert isinstance(deed.told, dict)
    assert set(deed.told) == {"perplexity", "perplexity_error", "text_tokens"}
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
    assert messages(deed) == ["`logits` is not a number, or infinite, at 255 of 255 places"]


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
    assert isinstance(deed.told, dict)
    assert (deed.told["kl_divergence"], deed.told["top1_agreement"]) == (0.0, 1.0)
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
