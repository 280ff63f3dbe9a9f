"""What was asked against the quantisation that a checkpoint has already."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from tests.rules.making import CPU, checkpoint, facts, spec
from yaie.facts.facts import Facts
from yaie.rules.judge import judge
from yaie.rules.problems import refused, said

PACKAGES = {"auto-round": "0.16.1", "gptqmodel": "7.7.0", "optimum": "2.3.0"}
HOST = replace(CPU, packages=CPU.packages | PACKAGES)


def of(**own: Any) -> Facts:
    held = checkpoint()
    config = {**(held.config or {}), "quantization_config": own}
    return facts(host=HOST, checkpoint=replace(held, config=config))


UNQUANTISED = facts(host=HOST, checkpoint=checkpoint())


def asked(method: str, **fields: Any) -> Any:
    return spec(quantization={"method": method, **fields})


def test_a_checkpoint_that_names_no_method_is_refused() -> None:
    assert judge(spec(), of(bits=4)) == (
        refused(
            "model.id",
            "`org/llama` has a `quantization_config` that names no `quant_method`, and transformers"
            " cannot tell how its weights are quantised",
        ),
    )


def test_a_method_that_transformers_does_not_know_is_said() -> None:
    assert judge(spec(), of(quant_method="modelopt")) == (
        said(
            "model.id",
            "`org/llama` is quantised by `modelopt`, which transformers does not know: its weights"
            " are read as if they were not quantised",
        ),
    )


def test_a_method_that_reads_only_is_refused_for_weights_that_are_not_quantised() -> None:
    assert judge(asked("gemma"), UNQUANTISED) == (
        refused(
            "quantization.method",
            "`gemma` loads what was quantised by it before, and `org/llama` is not: it needs"
            " calibration, which transformers does not do",
            "`quantization=none`",
        ),
    )


def test_what_is_not_known_of_a_checkpoint_is_not_refused() -> None:
    unseen = spec(quantization={"method": "gemma"}, model={"known": None})
    (problem,) = judge(unseen, facts())
    assert problem.severity == "warning"
    assert problem.message.startswith(
        "`gemma` loads what was quantised by it before, and `org/llama` has to be"
    )


def test_hqq_neither_quantises_nor_reads() -> None:
    with_hqq = replace(HOST, packages=HOST.packages | {"hqq": "0.2.8"})
    (fresh,) = judge(asked("hqq"), replace(UNQUANTISED, host=with_hqq))
    (stored,) = judge(spec(), replace(of(quant_method="hqq"), host=with_hqq))
    assert fresh.message.endswith("transformers has no operation that quantises by it as it loads")
    assert stored.message.endswith("transformers has no operation that reads what it quantised")


def test_gptq_is_calibrated_on_texts_that_are_named() -> None:
    assert judge(asked("gptq", bits=4), UNQUANTISED) == (
        refused(
            "quantization.dataset",
            "`org/llama` is not quantised, and `gptq` quantises it by texts, of which `dataset`"
            " names none",
            "`quantization.dataset=wikitext2`, or `quantization=none`",
        ),
    )
    assert judge(asked("gptq", bits=4, dataset="c4"), UNQUANTISED) == ()
    assert [p.severity for p in judge(asked("gptq", bits=4), of(quant_method="gptq"))] == [
        "warning"
    ]


@pytest.mark.parametrize("own", ["gptq", "awq"])
def test_auto_round_reads_checkpoints_of_others(own: str) -> None:
    assert [p.severity for p in judge(asked("auto_round"), of(quant_method=own))] == ["warning"]


def test_settings_of_how_a_checkpoint_is_loaded_are_heeded() -> None:
    own = of(quant_method="gptq", bits=8, backend="auto")
    assert judge(asked("gptq", bits=4, backend="marlin"), own) == (
        said(
            "quantization.method",
            "the checkpoint is quantised already, and loads as it was quantised; `bits` as asked"
            " would be ignored",
        ),
    )


def test_a_list_that_would_take_the_place_of_the_checkpoints_own_is_refused() -> None:
    own = of(quant_method="fp8", modules_to_not_convert=["lm_head", "model.layers.0"])
    assert judge(asked("fp8", dequantize=True), own)[-1] == refused(
        "quantization.modules_to_not_convert",
        "the checkpoint holds `lm_head`, `model.layers.0` unquantised, and what is asked here would"
        " take the place of that list",
        "`quantization=none`, or `quantization.modules_to_not_convert=[lm_head,model.layers.0]`",
    )


def test_a_list_of_the_output_head_alone_may_go_unsaid() -> None:
    own = of(quant_method="fp8", modules_to_not_convert=["lm_head"])
    problems = judge(asked("fp8", dequantize=True), own)
    assert [problem.severity for problem in problems] == ["warning"]


def test_weights_that_are_not_quantised_are_not_unpacked() -> None:
    assert judge(asked("fp8", dequantize=True), UNQUANTISED)[0] == refused(
        "quantization.dequantize",
        "`dequantize` unpacks a quantised checkpoint, and `org/llama` is not quantised",
        "`quantization=none`, or `quantization.dequantize=false`",
    )


def test_gguf_needs_its_file() -> None:
    assert judge(asked("gguf"), UNQUANTISED) == (
        refused(
            "quantization.method",
            "`gguf` reads a GGUF file, and `model.gguf_file` names none",
            "`model.gguf_file=NAME`, or `quantization=none`",
        ),
    )
