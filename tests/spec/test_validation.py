from __future__ import annotations

import pytest

from tests.spec.composing import problem


@pytest.mark.parametrize(
    ("overrides", "path", "message"),
    [
        (
            ["quantization=bnb_4bit", "quantization.bnb_4bit_quant_type=nf5"],
            "quantization.bnb_4bit_quant_type",
            "`nf5` was asked; allowed is `nf4` or `fp4`",
        ),
        (
            ["quantization=bnb_8bit", "quantization.llm_int8_threshold=high"],
            "quantization.llm_int8_threshold",
            "`high` was asked; allowed is a number",
        ),
        (
            ["device.max_memory.0=1.5"],
            "device.max_memory.0",
            "`1.5` was asked; allowed is a whole number or text",
        ),
        (
            ["task.id2label={a: b}"],
            "task.id2label.a",
            "`a` is a key here; keys are whole numbers",
        ),
        (
            ["weights.reinitialize=x"],
            "weights.reinitialize",
            "`x` was asked; allowed is a list",
        ),
        (
            ["model.revision=[1]"],
            "model.revision",
            "a list was asked; allowed is text or `null`",
        ),
        (["model.config=3"], "model.config", "`3` was asked; allowed is a mapping"),
        (
            ["weights.mode=training"],
            "weights.mode",
            "`training` was asked; allowed is `eval` or `train`",
        ),
        (["device=map"], "device.map", "`device=map` needs `map`"),
        (
            ["device=map", "device.map={}"],
            "device.map",
            "a mapping was asked; allowed is a mapping with at least one entry",
        ),
        (
            ["device=cpu", "device.max_memory.0=1GiB"],
            "device.max_memory",
            "`max_memory` is no field of `device=cpu`; it belongs to `device=auto`, "
            "`device=balanced`, `device=balanced_low_0`, `device=sequential` and `device=map`",
        ),
        (
            ["processor=none", "processor.pading=left"],
            "processor.pading",
            "there is no field `pading` with `processor=none`, which has none",
        ),
        (
            ["weights.mod=train"],
            "weights.mod",
            "there is no field `mod` with `weights=pretrained`; its fields are `mode`, `freeze`, "
            "`trainable`, `gradient_checkpointing`, `seed`, `reinitialize` and `ignore_unexpected`",
        ),
        (
            ["model.known.config.a=1", "model.known.sorce=x", "model.known.source=y"],
            "model.known.sorce",
            "there is no field `sorce` here",
        ),
    ],
)
def test_a_value_says_what_was_asked_and_what_is_allowed(
    overrides: list[str], path: str, message: str
) -> None:
    said = problem(*overrides)

    assert (said.path, said.message) == (path, message)


def test_a_wrong_value_knows_where_it_was_said() -> None:
    assert problem("task.num_labels=many").origin == "override task.num_labels=many"


def test_a_dtype_by_its_short_name_gets_its_long_one() -> None:
    said = problem("quantization=bnb_4bit", "quantization.bnb_4bit_compute_dtype=bf16")

    assert said.hint == "`quantization.bnb_4bit_compute_dtype=bfloat16`"


@pytest.mark.parametrize(("seed", "bound"), [("-1", "of 0 or more"), (str(2**63), "below 2^63")])
def test_a_seed_is_one_that_torch_takes(seed: str, bound: str) -> None:
    told = problem(f"weights.seed={seed}")
    assert told.message == f"`{seed}` was asked; allowed is a whole number {bound}"
