"""Can these weights be quantised, by what is installed, where they go?"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from tests.rules.making import CPU, checkpoint, facts, gpus, spec
from yaie.facts.host import HostFacts
from yaie.rules.judge import judge
from yaie.rules.problems import refused, said, wrong

FOUR: dict[str, Any] = {"method": "bnb_4bit"}
EIGHT: dict[str, Any] = {"method": "bnb_8bit"}


def without(package: str, version: str | None = None) -> HostFacts:
    packages = {name: v for name, v in CPU.packages.items() if name != package}
    return replace(CPU, packages=packages | ({package: version} if version else {}))


def quantised(**own: Any) -> Any:
    held = checkpoint()
    return replace(held, config={**(held.config or {}), "quantization_config": own})


BNB_FOUR = quantised(quant_method="bitsandbytes", load_in_4bit=True, bnb_4bit_quant_type="fp4")


@pytest.mark.parametrize("quantization", [FOUR, EIGHT])
def test_bitsandbytes_works_on_a_cpu(quantization: dict[str, Any]) -> None:
    assert judge(spec(quantization=quantization), facts()) == ()


def test_an_absent_bitsandbytes_is_refused() -> None:
    assert judge(spec(quantization=FOUR), facts(host=without("bitsandbytes"))) == (
        refused(
            "quantization.method",
            "`bnb_4bit` needs the package `bitsandbytes`, which is not installed",
            "`quantization=none`, or `pip install 'yaie[bnb]'`",
        ),
    )


def test_an_old_bitsandbytes_is_refused() -> None:
    (problem,) = judge(spec(quantization=EIGHT), facts(host=without("bitsandbytes", "0.45.0")))
    assert problem.message == "`bnb_8bit` needs bitsandbytes 0.46.1 or newer, and 0.45.0 is here"


def test_a_quantised_checkpoint_needs_bitsandbytes_too() -> None:
    here = facts(checkpoint=BNB_FOUR, host=without("bitsandbytes"))
    assert judge(spec(), here) == (
        refused(
            "model.id",
            "`org/llama`, quantised by `bnb_4bit`, needs the package `bitsandbytes`, which is not"
            " installed",
            "`pip install 'yaie[bnb]'`",
        ),
    )


def test_a_gguf_file_is_not_quantised_again() -> None:
    assert judge(spec(quantization=FOUR, model={"gguf_file": "a.gguf"}), facts()) == (
        refused(
            "quantization.method",
            "weights of a GGUF file cannot be quantised again by `bnb_4bit`",
            "`quantization=none`, or `model.gguf_file=null`",
        ),
    )


def test_a_checkpoint_quantised_by_another_method_is_refused() -> None:
    assert judge(spec(quantization=FOUR), facts(checkpoint=quantised(quant_method="gptq"))) == (
        refused(
            "quantization.method",
            "`bnb_4bit` was asked, and the checkpoint is quantised already, by `gptq`",
            "`quantization=none` loads it as it is",
        ),
    )


def test_a_checkpoint_quantised_to_other_bits_is_refused() -> None:
    (problem,) = judge(spec(quantization=EIGHT), facts(checkpoint=BNB_FOUR))
    assert problem.message == (
        "`bnb_8bit` was asked, and the checkpoint is quantised already, by `bnb_4bit`"
    )


def test_settings_that_a_quantised_checkpoint_will_not_take_are_said() -> None:
    assert judge(spec(quantization=FOUR), facts(checkpoint=BNB_FOUR)) == (
        said(
            "quantization.method",
            "the checkpoint is quantised already, and loads as it was quantised;"
            " `bnb_4bit_quant_type` as asked would be ignored",
            "`quantization=none` says the same",
        ),
    )


def test_four_bits_are_not_made_of_float64() -> None:
    assert judge(spec(quantization=FOUR, precision={"dtype": "float64"}), facts()) == (
        refused(
            "precision.dtype",
            "`bnb_4bit` takes `bfloat16`, `float16` or `float32`, and the weights would be"
            " `float64`",
            "`precision=bf16`, or `quantization=none`",
        ),
    )


def test_four_bits_are_not_computed_in_float64() -> None:
    asked = FOUR | {"bnb_4bit_compute_dtype": "float64"}
    assert judge(spec(quantization=asked), facts()) == (
        refused(
            "quantization.bnb_4bit_compute_dtype",
            "four-bit products in `float64` fail or are not numbers; bitsandbytes has them for"
            " `float32`, `float16` and `bfloat16`",
            "`quantization.bnb_4bit_compute_dtype=bfloat16`",
        ),
    )


def test_casting_back_and_forth_is_said() -> None:
    assert judge(spec(quantization=FOUR, precision={"dtype": "float32"}), facts()) == (
        said(
            "quantization.bnb_4bit_compute_dtype",
            "four-bit layers compute in `bfloat16` and the rest of the model in `float32`: each"
            " layer casts back and forth",
            "`quantization.bnb_4bit_compute_dtype=float32`",
        ),
    )


def test_a_misspelt_module_that_should_be_skipped_is_an_input_error() -> None:
    asked = FOUR | {"llm_int8_skip_modules": ["lm_heed", "q_proj"]}
    (problem,) = judge(spec(quantization=asked), facts())
    assert problem == wrong(
        "quantization.llm_int8_skip_modules",
        "`LlamaForCausalLM` has no module `lm_heed`",
        "`quantization.llm_int8_skip_modules=[lm_head,q_proj]`",
    )


def test_modules_beside_an_accelerator_stay_unquantised_only_where_allowed() -> None:
    device = {"kind": "map", "map": {"model": 0, "lm_head": "cpu"}}
    asked = spec(quantization=EIGHT, device=device)
    assert judge(asked, facts(host=gpus())) == (
        refused(
            "quantization.llm_int8_enable_fp32_cpu_offload",
            "the device map sends modules to `cpu`, where they stay in 32 bits, and that has to be"
            " allowed",
            "`quantization.llm_int8_enable_fp32_cpu_offload=true`",
        ),
    )


def test_a_quantised_model_does_not_stay_on_the_cpu_beside_an_accelerator() -> None:
    asked = spec(quantization=EIGHT, device={"kind": "none"})
    assert judge(asked, facts(host=gpus())) == (
        refused(
            "device.kind",
            "`none` leaves a model on the CPU, but `bnb_8bit` would put it on `cuda`",
            "`device=cuda`, or `device=cpu`",
        ),
    )


@pytest.mark.parametrize("part", [[1], {"quantization_config": [1]}, "x"])
def test_a_part_of_another_shape_tells_of_no_quantisation(part: Any) -> None:
    held = checkpoint(config={"model_type": "llama", "text_config": part})
    assert judge(spec(), facts(checkpoint=held)) == ()


def test_quantised_weights_are_not_drawn_anew() -> None:
    asked = spec(
        quantization={"method": "bnb_4bit"},
        weights={"kind": "pretrained", "reinitialize": ["lm_head.*"]},
    )
    assert judge(asked, facts())[-1] == refused(
        "weights.reinitialize",
        "weights that are quantised by `bnb_4bit` cannot be drawn anew",
        "`weights.reinitialize=[]`, or `quantization=none`",
    )
