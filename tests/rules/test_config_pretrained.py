"""Do overrides leave pretrained weights what they were trained as? transformers shows what else."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

import yaie
from tests.rules.making import LLAMA, LLAVA, checkpoint, facts, fields, model_class, spec
from yaie.errors import Problem
from yaie.facts.limits import Limits
from yaie.rules.activations import NAMES
from yaie.rules.config_pretrained import (
    SAME,
    overrides_leave_the_embeddings_tied,
    overrides_leave_the_weights_their_activation,
    overrides_leave_the_weights_their_heads,
    overrides_leave_the_weights_their_shape,
)
from yaie.rules.problems import refused, said

HELD = checkpoint(
    config={
        "model_type": "llama",
        "hidden_size": 16,
        "num_attention_heads": 4,
        "num_hidden_layers": 2,
        "hidden_act": "silu",
    }
)


def problems(rule: Any, config: dict[str, Any], **groups: Any) -> tuple[Problem, ...]:
    asked = spec(model={"config": config}, **groups)
    return tuple(rule(asked, facts(checkpoint=HELD)))


def heads(config: dict[str, Any], **groups: Any) -> tuple[Problem, ...]:
    return problems(overrides_leave_the_weights_their_heads, config, **groups)


def logits(folder: Path, **overrides: Any) -> Any:
    import torch
    from transformers import AutoModelForCausalLM

    with torch.no_grad():
        model = AutoModelForCausalLM.from_pretrained(folder, **overrides)
        return model(torch.tensor([[1, 2, 3]])).logits


def save(folder: Path, **config: Any) -> None:
    """A causal Llama of one layer."""
    from transformers import LlamaConfig, LlamaForCausalLM

    sizes = {"hidden_size": 16, "intermediate_size": 32, "vocab_size": 64}
    tiny = LlamaConfig(**sizes, num_hidden_layers=1, num_attention_heads=2, **config)
    LlamaForCausalLM(tiny).save_pretrained(folder)


def test_fewer_layers_than_the_checkpoint_has_are_refused() -> None:
    shape = overrides_leave_the_weights_their_shape
    assert problems(shape, {"num_hidden_layers": 1}) == (
        refused(
            "model.config.num_hidden_layers",
            "`1` was asked, and the checkpoint's weights are made for `2`",
            "`~model.config.num_hidden_layers`, or `weights=random`",
        ),
    )


def test_fewer_layers_of_a_part_are_refused() -> None:
    parts = {"text_config": LLAMA}
    held = checkpoint(config={"model_type": "llava", "text_config": {"hidden_size": 16}})
    llava = facts(architecture=LLAVA, model_type="llava", sub_architectures=parts, checkpoint=held)
    asked = spec(model={"config": {"text_config": {"num_hidden_layers": 1}}})
    (problem,) = overrides_leave_the_weights_their_shape(asked, llava)
    assert problem.path == "model.config.text_config.num_hidden_layers"


def test_other_heads_than_the_checkpoints_are_refused() -> None:
    assert heads({"num_attention_heads": 2}) == (
        refused(
            "model.config.num_attention_heads",
            "`2` was asked, and the checkpoint's weights are made for `4`: cut otherwise they do"
            " not fit, or compute nothing that was learnt",
            "`~model.config.num_attention_heads`, or `weights=random`",
        ),
    )


def test_transformers_cuts_weights_into_other_heads_in_silence(tiny_bert: Path) -> None:
    import torch
    from transformers import AutoModel

    def answer(**overrides: Any) -> Any:
        model = AutoModel.from_pretrained(tiny_bert, **overrides)
        # Weights as small as new ones are attend to all alike, in whatever heads.
        query = model.encoder.layer[0].attention.self.query.weight
        query.data *= 100
        return model(torch.tensor([[1, 2, 3]])).last_hidden_state

    assert not torch.allclose(answer(), answer(num_attention_heads=4))


def test_the_checkpoints_own_heads_pass() -> None:
    assert heads({"num_attention_heads": 4}) == ()


def test_a_width_of_heads_that_config_json_leaves_out_is_worked_out() -> None:
    declared = {**LLAMA.fields, **fields(head_dim="int | None")}
    known = facts(checkpoint=HELD, architecture=replace(LLAMA, fields=declared))
    asked = {width: spec(model={"config": {"head_dim": width}}) for width in (4, 8)}
    rule = overrides_leave_the_weights_their_heads
    assert {width: len([*rule(said, known)]) for width, said in asked.items()} == {4: 0, 8: 1}


@pytest.mark.parametrize("kind", ["random", "meta"])
def test_heads_of_new_weights_are_free(kind: str) -> None:
    assert heads({"num_attention_heads": 2}, weights={"kind": kind}) == ()


def test_heads_of_layers_that_are_drawn_anew_are_free() -> None:
    renewed = {"kind": "pretrained", "reinitialize": ["model.layers.*.self_attn.*"]}
    assert heads({"num_attention_heads": 2}, weights=renewed) == ()


def test_a_head_that_is_drawn_anew_frees_no_attention_heads() -> None:
    renewed = {"kind": "pretrained", "reinitialize": ["lm_head.*"]}
    assert len(heads({"num_attention_heads": 2}, weights=renewed)) == 1


def test_the_heads_of_a_known_model_are_known_before_its_config_json_is() -> None:
    words = ["model=llava", "model.config.text_config.num_attention_heads=30"]
    assert [problem.message for problem in yaie.check(*words, host="h100")] == [
        "`hidden_size` is `4096`, and must be a multiple of `num_attention_heads`, which is `30`",
        "`30` was asked, and the checkpoint's weights are made for `32`: cut otherwise they do not"
        " fit, or compute nothing that was learnt",
    ]


def test_heads_that_do_not_divide_a_known_parts_width_are_refused() -> None:
    path = "model.config.text_config.num_attention_heads"
    (problem,) = yaie.check("model=llava", f"{path}=30", "weights=meta")
    assert problem.message == (
        "`hidden_size` is `4096`, and must be a multiple of `num_attention_heads`, which is `30`"
    )


def test_another_activation_than_the_checkpoints_is_said() -> None:
    assert problems(overrides_leave_the_weights_their_activation, {"hidden_act": "relu"}) == (
        said(
            "model.config.hidden_act",
            "`relu` was asked, and the checkpoint's weights were trained with `silu`",
            "`~model.config.hidden_act`",
        ),
    )


def test_another_name_of_the_same_activation_passes() -> None:
    assert problems(overrides_leave_the_weights_their_activation, {"hidden_act": "swish"}) == ()


def test_transformers_loads_weights_under_another_activation(tmp_path: Path) -> None:
    import torch

    save(tmp_path)
    assert not torch.allclose(logits(tmp_path), logits(tmp_path, hidden_act="relu"))


def test_activations_that_are_the_same_agree_everywhere() -> None:
    import torch
    from transformers.activations import ACT2FN

    numbers = torch.linspace(-6, 6, 1001, dtype=torch.float64)
    for names in SAME:
        answers = torch.stack([ACT2FN[name](numbers) for name in names])
        assert (answers.amax(0) - answers.amin(0)).max() < 0.001
    assert set().union(*SAME) <= set(NAMES)


def ties(value: bool) -> tuple[Problem, ...]:
    declared = {**LLAMA.fields, **fields(tie_word_embeddings="bool")}
    held = checkpoint(config={"tie_word_embeddings": not value})
    tied = model_class("LlamaForCausalLM", head="lm_head", tied_weights={"lm_head.weight": "x"})
    llama = replace(LLAMA, fields=declared, classes={"causal-lm": tied})
    known = facts(checkpoint=held, architecture=llama)
    asked = spec(model={"config": {"tie_word_embeddings": value}})
    return tuple(overrides_leave_the_embeddings_tied(asked, known))


def test_two_matrices_are_not_tied() -> None:
    assert ties(True) == (
        refused(
            "model.config.tie_word_embeddings",
            "the checkpoint's embeddings of input and output are two matrices, and transformers"
            " does not tie what differs",
            "`~model.config.tie_word_embeddings`",
        ),
    )


def test_one_matrix_of_a_config_json_that_calls_it_two_may_be_tied() -> None:
    declared = {**LLAMA.fields, **fields(tie_word_embeddings="bool")}
    tied = model_class("LlamaForCausalLM", head="lm_head", tied_weights={"lm_head.weight": "x"})
    llama = replace(LLAMA, fields=declared, classes={"causal-lm": tied})
    held = checkpoint(config={"tie_word_embeddings": False}, tensors={})
    asked = spec(model={"config": {"tie_word_embeddings": True}})
    rule = overrides_leave_the_embeddings_tied
    assert [*rule(asked, facts(checkpoint=held, architecture=llama))] == []


def test_a_class_without_an_output_has_nothing_to_tie() -> None:
    declared = {**LLAMA.fields, **fields(tie_word_embeddings="bool")}
    base = model_class("LlamaModel", modules=("embed_tokens", "layers.*"))
    llama = replace(LLAMA, fields=declared, classes={"causal-lm": base})
    held = checkpoint(config={"tie_word_embeddings": False})
    asked = spec(model={"config": {"tie_word_embeddings": True}})
    rule = overrides_leave_the_embeddings_tied
    assert [*rule(asked, facts(checkpoint=held, architecture=llama))] == []


def test_one_matrix_that_is_to_be_two_is_said() -> None:
    assert [problem.severity for problem in ties(False)] == ["warning"]


def test_transformers_ties_no_two_matrices_of_a_checkpoint(tmp_path: Path) -> None:
    from transformers import AutoModelForCausalLM

    save(tmp_path, tie_word_embeddings=False)
    model = AutoModelForCausalLM.from_pretrained(tmp_path, tie_word_embeddings=True)
    assert model.config.tie_word_embeddings
    assert model.lm_head.weight is not model.model.embed_tokens.weight


FOLLOWED = Limits(
    shaping={"max_position_embeddings": (), "num_queries": ("masked-lm",), "layer_sum": ("base",)}
)


@pytest.mark.parametrize(
    ("name", "refusals"),
    [("max_position_embeddings", 1), ("num_queries", 1), ("layer_sum", 0), ("other", 0)],
)
def test_a_field_that_weights_follow_is_the_checkpoints(name: str, refusals: int) -> None:
    held = checkpoint(config={name: 8})
    known = facts(checkpoint=held, limits={"": FOLLOWED})
    asked = spec(model={"config": {name: 16}})
    hints = [problem.hint for problem in overrides_leave_the_weights_their_shape(asked, known)]
    new = "or name the weights that are to be new: `weights.reinitialize=[…]`"
    assert hints == [f"`~model.config.{name}`, or `weights=random`, {new}"] * refusals


def test_a_class_whose_weights_do_not_follow_a_field_takes_it() -> None:
    held = checkpoint(config={"num_queries": 8})
    known = facts(checkpoint=held, limits={"": FOLLOWED}, task="masked-lm")
    asked = spec(model={"config": {"num_queries": 16}})
    assert [*overrides_leave_the_weights_their_shape(asked, known)] == []
