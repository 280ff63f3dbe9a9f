"""What each method needs of the machine: said of a machine that has it, and of one that has not."""

from __future__ import annotations

from dataclasses import replace
from importlib.util import find_spec
from typing import Any

import pytest

from tests.rules.making import CPU, checkpoint, facts, gpus, spec
from yaie.errors import Problem
from yaie.facts.facts import Facts
from yaie.facts.host import DeviceFacts, HostFacts
from yaie.rules.judge import judge
from yaie.rules.problems import refused, said, wrong
from yaie.rules.unasked_kernels import methods_say_which_kernels_they_fetch

CUDA: dict[str, Any] = {"kind": "single", "device": "cuda"}
NONE = "`quantization=none`"


def problems(here: Facts, method: str, device: Any = CUDA, **fields: Any) -> tuple[Problem, ...]:
    """All that is said of a method, but for the kernel of the hub that it may be."""
    groups = {group: fields.pop(group) for group in ("precision", "weights") if group in fields}
    asked = spec(quantization={"method": method, **fields}, device=device, **groups)
    kernels = set(methods_say_which_kernels_they_fetch(asked, here))
    return tuple(problem for problem in judge(asked, here) if problem not in kernels)


def on(host: HostFacts, **changes: Any) -> Facts:
    return facts(host=host, **changes)


def of(**own: Any) -> Any:
    held = checkpoint()
    return replace(held, config={**(held.config or {}), "quantization_config": own})


def apple(**packages: str) -> HostFacts:
    gpu = DeviceFacts(kind="mps", index=0, name="M", memory_bytes=2**34, compute_capability=None)
    return replace(CPU, devices=(gpu,), packages=CPU.packages | packages)


@pytest.mark.parametrize(
    ("method", "host"),
    [
        ("eetq", gpus(kernels="0.18.2")),
        ("fbgemm_fp8", gpus(fbgemm_gpu="1.9.0")),
        ("fp8", gpus(kernels="0.18.2")),
        ("mxfp8", gpus(capability=(8, 9), kernels="0.18.2")),
        ("nvfp4", gpus(capability=(10, 0), kernels="0.18.2")),
        ("fp_quant", gpus(capability=(10, 0), fp_quant="0.3.2", qutlass="0.2.0")),
        ("fouroversix", gpus(fouroversix="1.0.5")),
        ("sinq", gpus(sinq="0.1")),
        ("quanto", gpus(optimum_quanto="0.2.7")),
    ],
)
def test_a_method_runs_where_all_is_there(method: str, host: HostFacts) -> None:
    assert problems(on(host), method) == ()


@pytest.mark.parametrize("method", ["eetq", "fbgemm_fp8", "fp8", "mxfp8", "nvfp4"])
def test_methods_of_accelerators_are_refused_on_a_cpu(method: str) -> None:
    said_ = [p.message for p in problems(facts(), method, {"kind": "single", "device": "cpu"})]
    kinds = "`cuda`" if method in ("eetq", "nvfp4") else "`cuda` or `xpu`"
    assert f"`{method}` runs on {kinds}, and this load goes to `cpu`" in said_


def test_a_model_left_on_the_cpu_beside_a_gpu_is_refused_with_the_gpu_as_a_hint() -> None:
    (problem,) = problems(on(gpus(kernels="0.18.2")), "fp8", {"kind": "none"})
    assert problem.hint == f"`device=cuda`, or {NONE}"


def test_a_package_that_is_too_new_is_refused() -> None:
    assert problems(on(gpus(kernels="0.19.0")), "eetq") == (
        refused(
            "quantization.method",
            "`eetq` needs kernels before 0.19.0, and 0.19.0 is here",
            f"{NONE}, or `pip install 'kernels>=0.18.2,<0.19'`",
        ),
    )


@pytest.mark.parametrize(
    ("method", "least", "packages"),
    [
        ("fp8", (8, 9), {"kernels": "0.18.2"}),
        ("fbgemm_fp8", (9, 0), {"fbgemm_gpu": "1"}),
        ("nvfp4", (10, 0), {"kernels": "0.18.2"}),
    ],
)
def test_an_older_generation_is_refused(
    method: str, least: tuple[int, int], packages: dict[str, str]
) -> None:
    host = gpus(capability=(8, 0), **packages)
    assert problems(on(host), method) == (
        refused(
            "quantization.method",
            f"`{method}` needs CUDA compute capability {least[0]}.{least[1]}, and this machine has"
            " 8.0",
            NONE,
        ),
    )


def test_a_stored_checkpoint_of_an_older_generation_is_unpacked() -> None:
    here = on(gpus(capability=(8, 0)), checkpoint=of(quant_method="fp8"))
    assert judge(spec(device=CUDA), here) == (
        said(
            "model.id",
            "`org/llama`, quantised by `fp8`, cannot run here and is unpacked into floats, several"
            " times its size: it needs CUDA compute capability 8.9, and 8.0 is here",
        ),
    )


def test_eight_bit_floats_compute_by_a_package() -> None:
    assert problems(on(gpus()), "fp8") == (
        refused(
            "quantization.method",
            "computing with `fp8` needs the package `kernels`, which is not installed",
            f"{NONE}, or `pip install 'kernels>=0.18.2,<0.19'`",
        ),
    )


def test_a_stored_checkpoint_of_eight_bit_floats_can_be_unpacked_without_it() -> None:
    here = on(gpus(), checkpoint=of(quant_method="fp8"))
    (problem,) = judge(spec(device=CUDA), here)
    assert problem.hint == (
        "`quantization=fp8 quantization.dequantize=true`, or `pip install 'kernels>=0.18.2,<0.19'`"
    )


@pytest.mark.skipif(find_spec("kernels") is not None, reason="the package kernels is installed")
def test_transformers_computes_no_eight_bit_floats_without_the_package() -> None:
    from transformers.integrations.finegrained_fp8 import load_finegrained_fp8_kernel

    with pytest.raises(ImportError, match="kernel unavailable"):
        load_finegrained_fp8_kernel()


def test_a_stored_checkpoint_of_mxfp4_is_unpacked_without_its_kernels() -> None:
    here = on(gpus(triton="3.5.0"), checkpoint=of(quant_method="mxfp4"))
    (problem,) = judge(spec(device=CUDA), here)
    assert problem.severity == "warning"
    assert problem.message.endswith("it needs the package `kernels`, which is not installed")


@pytest.mark.parametrize("method", ["fbgemm_fp8", "fp_quant"])
def test_a_dtype_that_a_method_would_replace_is_refused(method: str) -> None:
    host = gpus(capability=(10, 0), fbgemm_gpu="1", fp_quant="0.3.2", qutlass="0.2.0")
    assert problems(on(host), method, precision={"dtype": "float16"}) == (
        refused(
            "precision.dtype",
            f"`{method}` makes the model `bfloat16`, and `float16` was asked",
            "`precision=bf16`",
        ),
    )


def test_awq_takes_no_bfloat16_on_a_gpu() -> None:
    host = gpus(gptqmodel="7.7.0", optimum="2.3.0")
    here = on(host, checkpoint=of(quant_method="awq"))
    (problem,) = judge(spec(device=CUDA, precision={"dtype": "bfloat16"}), here)
    assert problem.message == (
        "`org/llama`, quantised by `awq`, makes the model `float16`, and `bfloat16` was asked"
    )


def test_a_dtype_that_a_method_does_not_take_is_refused() -> None:
    here = on(gpus(spqr_quant="1"), checkpoint=of(quant_method="spqr"))
    assert judge(spec(device=CUDA), here) == (
        refused(
            "precision.dtype",
            "`org/llama`, quantised by `spqr`, takes `float16`, and the weights would be"
            " `bfloat16`",
            "`precision=fp16`",
        ),
    )


@pytest.mark.parametrize("kind", ["auto", "map"])
def test_nvfp4_holds_a_model_on_one_device_by_name(kind: str) -> None:
    device = {"kind": kind} | ({"map": {"model": 0, "lm_head": 1}} if kind == "map" else {})
    host = gpus(2, capability=(10, 0), kernels="0.18.2")
    assert problems(on(host), "nvfp4", device) == (
        refused(
            "device.kind",
            f"`nvfp4` holds a model on one device, and `{kind}` may spread it",
            "`device=cuda`",
        ),
    )


@pytest.mark.parametrize(
    ("method", "away"), [("quanto", "cpu"), ("quanto", "disk"), ("fp8", "cpu"), ("torchao", "disk")]
)
def test_modules_beside_an_accelerator_are_not_quantised_elsewhere(method: str, away: str) -> None:
    host = gpus(optimum_quanto="0.2.7", torchao="0.18.0")
    fields = {"quant_type": "Int8WeightOnlyConfig"} if method == "torchao" else {}
    device = {"kind": "map", "map": {"model": 0, "lm_head": away}}
    found = [p for p in problems(on(host), method, device, **fields) if p.path == "device.map"]
    assert found == [
        refused(
            "device.map",
            f"`{method}` leaves no modules on `{away}`, where the device map sends some",
            NONE,
        )
    ]


def test_metal_would_put_an_unplaced_model_on_the_gpu() -> None:
    here = on(CPU, checkpoint=of(quant_method="metal"))
    assert judge(spec(device={"kind": "none"}), here)[-1] == refused(
        "device.kind",
        "`none` leaves a model on the CPU, but `org/llama`, quantised by `metal`, would put it on"
        " `mps`",
        "`device=cpu`",
    )


def test_metal_runs_on_an_apple_gpu() -> None:
    host = apple(kernels="0.18.2")
    assert problems(on(host), "metal", {"kind": "single", "device": "mps"}) == ()


def test_mxfp4_is_for_one_architecture() -> None:
    host = gpus(triton="3.5.0", kernels="0.18.2")
    assert problems(on(host), "mxfp4") == (
        refused(
            "quantization.method",
            "`mxfp4` quantises modules of `gpt_oss`, and `llama` has none of them",
            NONE,
        ),
    )


def test_fp_quant_in_four_bits_is_emulated_before_blackwell() -> None:
    host = gpus(fp_quant="0.3.2", qutlass="0.2.0")
    assert problems(on(host), "fp_quant") == (
        refused(
            "quantization.forward_dtype",
            "`nvfp4` needs CUDA compute capability 10.0 here, and this machine has 9.0",
            "`quantization.pseudoquantization=true`",
        ),
    )
    assert problems(on(host), "fp_quant", pseudoquantization=True) == ()


@pytest.mark.parametrize("name", ["group_siz", "weight_dtype"])
def test_an_argument_that_a_format_has_not_is_wrong(name: str) -> None:
    host = replace(CPU, packages=CPU.packages | {"torchao": "0.18.0"})
    fields = {"quant_type": "Int8WeightOnlyConfig", "quant_type_kwargs": {name: 32}}
    (problem,) = problems(on(host), "torchao", {"kind": "single", "device": "cpu"}, **fields)
    meant = "`quantization.quant_type_kwargs={group_size:32}`" if name == "group_siz" else None
    assert problem == wrong(
        f"quantization.quant_type_kwargs.{name}",
        "`Int8WeightOnlyConfig` takes `group_size`, `granularity`, `set_inductor_config`, and not"
        f" `{name}`",
        meant,
    )


def test_an_argument_of_another_type_is_wrong() -> None:
    host = replace(CPU, packages=CPU.packages | {"torchao": "0.18.0"})
    fields = {"quant_type": "IntxWeightOnlyConfig", "quant_type_kwargs": {"weight_dtype": "int9"}}
    (problem,) = problems(on(host), "torchao", {"kind": "single", "device": "cpu"}, **fields)
    assert problem.message.startswith("`int9` was asked; allowed is one of `int1`")


@pytest.mark.parametrize(
    ("packing", "kinds"), [("plain", "`cuda`"), ("plain_int32", "`npu` or `xpu`")]
)
def test_four_bits_of_torchao_are_made_on_devices_of_their_packing(
    packing: str, kinds: str
) -> None:
    host = replace(CPU, packages=CPU.packages | {"torchao": "0.18.0"})
    kwargs = {"int4_packing_format": packing}
    fields = {"quant_type": "Int4WeightOnlyConfig", "quant_type_kwargs": kwargs}
    (problem,) = problems(on(host), "torchao", {"kind": "single", "device": "cpu"}, **fields)
    assert problem.message == (
        f"`Int4WeightOnlyConfig` packed `{packing}` is made on {kinds}, and this load goes to `cpu`"
    )


def test_a_model_without_layers_of_the_kind_is_not_quantised() -> None:
    from tests.rules.making import LLAMA, model_class

    named = {"causal-lm": model_class("GPT2LMHeadModel", head="lm_head")}
    here = facts(architecture=replace(LLAMA, classes=named), host=gpus(optimum_quanto="0.2.7"))
    assert problems(here, "quanto") == (
        refused(
            "quantization.method",
            "`quanto` quantises linear layers, and `GPT2LMHeadModel` has none of the kind that it"
            " takes",
            "`quantization=bnb_8bit`, or `quantization=none`",
        ),
    )
    assert problems(here, "bnb_8bit") == ()
