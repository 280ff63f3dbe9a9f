"""Loads of small random checkpoints: what they bring, and what their receipts say."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
import torch

import yaie
from tests.loading.conftest import SIZES

Load = Callable[..., yaie.Loaded]


def test_the_receipt_has_the_contracts_keys(load: Load, saved_llama: Path) -> None:
    receipt = load(saved_llama).receipt.as_json()
    assert set(receipt) == {
        *("model_class", "source", "parameters", "trainable_parameters", "memory_bytes"),
        *("memory", "trainable", "gradient_checkpointing"),
        *("dtypes", "attention", "device_map", "quantization", "training", "missing_keys"),
        *("unexpected_keys", "mismatched_keys", "seconds", "problems", "adapter"),
    }
    assert receipt["source"] == {"id": str(saved_llama), "revision": None}


@pytest.mark.parametrize(
    ("precision", "dtype"), [("fp16", torch.float16), ("bf16", torch.bfloat16), ("auto", None)]
)
def test_the_precision_is_that_of_every_parameter(
    load: Load, saved_llama: Path, precision: str, dtype: torch.dtype | None
) -> None:
    loaded = load(saved_llama, f"precision={precision}")
    assert {p.dtype for p in loaded.model.parameters()} == {dtype or torch.float32}
    assert set(loaded.receipt.dtypes) == {str(dtype or torch.float32).removeprefix("torch.")}


@pytest.mark.parametrize("kind", ["eager", "sdpa", "flex_attention"])
def test_the_attention_asked_for_is_the_one_got(load: Load, saved_llama: Path, kind: str) -> None:
    assert load(saved_llama, f"attention={kind}").receipt.attention == {"": kind}


def test_a_model_left_in_train_mode_says_so(load: Load, saved_llama: Path) -> None:
    loaded = load(saved_llama, "weights.mode=train", "model.config.attention_dropout=0.1")
    assert loaded.model.training
    assert loaded.receipt.training
    assert loaded.model.config.attention_dropout == 0.1


@pytest.mark.parametrize(
    ("method", "bits", "stored"),
    [("bnb_8bit", {"load_in_8bit": True}, "int8"), ("bnb_4bit", {"load_in_4bit": True}, "uint8")],
)
def test_bitsandbytes_quantises_on_the_cpu(
    load: Load, saved_llama: Path, method: str, bits: dict[str, bool], stored: str
) -> None:
    loaded = load(saved_llama, f"quantization={method}", "device=cpu", "precision=bf16")
    assert loaded.receipt.quantization == {"method": "bitsandbytes", "modules": 14, **bits}
    assert stored in loaded.receipt.dtypes
    assert loaded.receipt.parameters == sum(p.numel() for p in load(saved_llama).model.parameters())


def test_a_custom_map_may_send_modules_to_disk(
    load: Load, saved_llama: Path, tmp_path: Path
) -> None:
    on_cpu = ["model.embed_tokens", "model.layers.0", "model.norm", "model.rotary_emb", "lm_head"]
    places = ",".join([*(f"{module}:cpu" for module in on_cpu), "model.layers.1:disk"])
    folder = f"device.offload_folder={tmp_path / 'offload'}"
    loaded = load(saved_llama, "device=map", f"device.map={{{places}}}", folder)
    assert loaded.receipt.device_map["model.layers.1"] == "disk"
    assert loaded.model(torch.tensor([[1, 2, 3]])).logits.shape == (1, 3, 128)


def test_a_new_head_is_said_and_drawn_from_the_seed(load: Load, saved_llama: Path) -> None:
    words = ("task=sequence-classification", "task.num_labels=3", "weights.seed=4")
    first, second = (load(saved_llama, *words) for _ in range(2))
    assert first.receipt.missing_keys == ("score.weight",)
    assert torch.equal(first.model.score.weight, second.model.score.weight)
    assert [p.severity for p in first.receipt.problems] == ["warning", "warning"]


def test_weights_wanted_new_are_new_though_the_checkpoint_has_them(
    load: Load, saved_classifier: Path
) -> None:
    kept = load(saved_classifier).model.classifier.weight
    renewed = load(saved_classifier, "weights.reinitialize=['classifier.*']")
    new = renewed.model.classifier.weight
    assert not torch.equal(kept, new)
    assert new.requires_grad
    assert renewed.receipt.problems[-1].message == (
        "2 weights drawn anew from seed 0: `classifier.weight`, `classifier.bias`"
    )


def test_a_head_of_another_width_replaces_the_old_one_where_it_is_wanted_new(
    load: Load, saved_classifier: Path
) -> None:
    words = ("task.num_labels=7", "weights.reinitialize=['classifier.*']")
    assert load(saved_classifier, *words).model.classifier.out_features == 7


def test_a_pickled_checkpoint_loads_alike(load: Load, llama: Path) -> None:
    from safetensors.torch import load_file

    safe = load(llama).model.state_dict()
    torch.save(load_file(llama / "model.safetensors"), llama / "pytorch_model.bin")
    (llama / "model.safetensors").unlink()
    pickled = load(llama).model.state_dict()
    assert all(torch.equal(safe[name], pickled[name]) for name in safe)


def test_a_structure_on_meta_has_its_numbers_and_no_weights(load: Load, saved_llama: Path) -> None:
    loaded = load(saved_llama, "weights=meta")
    assert loaded.receipt.device_map == {"": "meta"}
    assert loaded.receipt.parameters == load(saved_llama).receipt.parameters


def test_the_heads_of_a_pre_training_are_dropped_from_the_class_the_checkpoint_names(
    load: Load, tmp_path: Path
) -> None:
    """bert-base-uncased says `BertForMaskedLM`, and holds pooler and next-sentence head too."""
    from transformers import BertConfig, BertForPreTraining

    BertForPreTraining(BertConfig(**SIZES)).save_pretrained(tmp_path)
    config = json.loads((tmp_path / "config.json").read_text())
    config["architectures"] = ["BertForMaskedLM"]
    (tmp_path / "config.json").write_text(json.dumps(config))
    for task in ("auto", "base", "sequence-classification"):
        assert load(tmp_path, f"task={task}").receipt.unexpected_keys


def test_the_first_module_can_be_drawn_anew(load: Load, saved_llama: Path) -> None:
    loaded = load(saved_llama, "weights.reinitialize=['model.embed_tokens.*']")
    assert loaded.model(torch.tensor([[1, 2]])).logits.isfinite().all()


def test_tied_weights_stay_tied_when_they_are_drawn_anew(load: Load, tiny_bert: Path) -> None:
    model = load(tiny_bert, "weights.reinitialize=['cls.*']").model
    embeddings = model.bert.embeddings.word_embeddings.weight
    assert model.cls.predictions.decoder.weight is embeddings


def test_a_packed_storage_of_another_dtype_is_still_quantised(
    load: Load, saved_llama: Path
) -> None:
    asked = ("quantization=bnb_4bit", "quantization.bnb_4bit_quant_storage=bfloat16")
    loaded = load(saved_llama, *asked, "device=cpu", "precision=bf16")
    assert loaded.receipt.quantization["modules"] == 14
