"""Checkpoints with the names of former versions, as the hub has them, fit today's models."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest
import torch
from safetensors.torch import save_file

from tools.key_pairs import foreseen_and_reported
from tools.oracle.checkpoints import tiny_config
from yaie.errors import errors_of

State = dict[str, torch.Tensor]
POSITIONS = torch.arange(8)[None]


def bert(state: State) -> State:
    """google-bert: a pre-training's heads under a masked LM's name, norms by gamma and beta."""
    norms = {"LayerNorm.weight": "LayerNorm.gamma", "LayerNorm.bias": "LayerNorm.beta"}
    words = state["bert.embeddings.word_embeddings.weight"].clone()
    extra = {
        "bert.embeddings.position_ids": POSITIONS,
        "cls.predictions.decoder.weight": words,
    }
    return replaced(state, norms) | extra


def gpt2(state: State) -> State:
    """openai-community: without the prefix, with masks as buffers."""
    masks = {f"h.{layer}.attn.masked_bias": torch.tensor(-1e4) for layer in range(2)}
    return replaced(without(state, "lm_head.weight"), {"transformer.": ""}) | masks


def roberta(state: State) -> State:
    """FacebookAI: a pooler, and the decoder beside the words that it is tied to."""
    words = state["roberta.embeddings.word_embeddings.weight"]
    return state | {
        "roberta.embeddings.position_ids": POSITIONS,
        "roberta.pooler.dense.weight": torch.zeros(32, 32),
        "roberta.pooler.dense.bias": torch.zeros(32),
        "lm_head.decoder.weight": words.clone(),
        "lm_head.decoder.bias": state["lm_head.bias"].clone(),
    }


def llama(state: State) -> State:
    """Converted in 2023: rotary frequencies in every layer."""
    name = "model.layers.{}.self_attn.rotary_emb.inv_freq"
    return state | {name.format(layer): torch.zeros(4) for layer in range(2)}


def codegen(state: State) -> State:
    name = "transformer.h.{}.attn.causal_mask"
    return state | {name.format(layer): torch.ones(1, 1, 8, 8) for layer in range(2)}


def opt(state: State) -> State:
    """facebook/opt: without the outer prefix, with fairseq's version."""
    bare = replaced(without(state, "lm_head.weight"), {"model.decoder": "decoder"})
    return bare | {"decoder.version": torch.zeros(1)}


def t5(state: State) -> State:
    """google-t5: a bias that no layer of the decoder uses, and words thrice."""
    name = "decoder.block.0.layer.1.EncDecAttention.relative_attention_bias.weight"
    words = {f"{side}.embed_tokens.weight": state["shared.weight"].clone() for side in SIDES}
    return state | words | {name: torch.zeros(32, 4)}


SIDES = ("encoder", "decoder")


def llava(state: State) -> State:
    """llava-hf: the language model whole in its part."""
    renamed = {
        "model.language_model.": "language_model.model.",
        "model.vision_tower.": "vision_tower.",
        "model.multi_modal_projector.": "multi_modal_projector.",
        "lm_head.": "language_model.lm_head.",
    }
    return replaced(state, renamed)


def today(state: State) -> State:
    """As the model names them: experts fused, which `save_pretrained` parts again."""
    return state


def replaced(state: State, parts: Mapping[str, str]) -> State:
    for old, new in parts.items():
        state = {name.replace(old, new, 1): tensor for name, tensor in state.items()}
    return state


def without(state: State, name: str) -> State:
    return {n: tensor for n, tensor in state.items() if n != name}


CASES: list[tuple[str, str, Callable[[State], State], str]] = [
    ("bert", "AutoModelForPreTraining", bert, "BertForMaskedLM"),
    ("gpt2", "AutoModelForCausalLM", gpt2, "GPT2LMHeadModel"),
    ("roberta", "AutoModelForMaskedLM", roberta, "RobertaForMaskedLM"),
    ("llama", "AutoModelForCausalLM", llama, "LLaMAForCausalLM"),
    ("codegen", "AutoModelForCausalLM", codegen, "CodeGenForCausalLM"),
    ("opt", "AutoModelForCausalLM", opt, "OPTForCausalLM"),
    ("t5", "AutoModelForSeq2SeqLM", t5, "T5WithLMHeadModel"),
    ("llava", "AutoModelForImageTextToText", llava, "LlavaForConditionalGeneration"),
    ("mixtral", "AutoModelForCausalLM", today, "MixtralForCausalLM"),
    ("qwen3_moe", "AutoModelForCausalLM", today, "Qwen3MoeForCausalLM"),
]
TASKS = {
    "AutoModelForPreTraining": ("masked-lm", "base", "sequence-classification"),
    "AutoModelForCausalLM": ("causal-lm", "base", "sequence-classification"),
    "AutoModelForMaskedLM": ("masked-lm", "base", "token-classification"),
    "AutoModelForSeq2SeqLM": ("seq2seq-lm", "base", "sequence-classification"),
    "AutoModelForImageTextToText": ("image-text-to-text", "base"),
}


@pytest.mark.parametrize(
    ("architecture", "auto", "spelled", "own"), CASES, ids=lambda v: v if isinstance(v, str) else ""
)
def test_old_names_are_foreseen_and_no_false_alarm(
    architecture: str, auto: str, spelled: Any, own: str, tmp_path: Path
) -> None:
    import transformers

    of_auto = getattr(transformers, auto)
    model = of_auto.from_config(tiny_config(architecture, of_auto))
    model.save_pretrained(tmp_path)
    for file in tmp_path.glob("*.safetensors"):
        file.unlink()
    state = spelled({name: tensor.clone() for name, tensor in model.state_dict().items()})
    save_file(state, tmp_path / "model.safetensors", metadata={"format": "pt"})
    config = json.loads((tmp_path / "config.json").read_text())
    (tmp_path / "config.json").write_text(json.dumps(config | {"architectures": [own]}))

    for task in TASKS[auto]:
        pair = foreseen_and_reported(architecture, tmp_path, "as on the hub", task)
        if pair is not None:
            assert pair.exact, task
            assert errors_of(pair.problems) == (), task
