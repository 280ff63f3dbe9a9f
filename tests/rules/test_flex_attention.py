"""Can flex_attention compute there?"""

from __future__ import annotations

from dataclasses import replace

from tests.rules.making import CPU, attending, facts, gpus
from yaie.facts.host import DeviceFacts, HostFacts
from yaie.rules.judge import judge
from yaie.rules.problems import refused, said


def test_flex_attention_on_a_cpu_is_said() -> None:
    assert judge(attending("flex_attention"), facts()) == (
        said(
            "attention.kind",
            "`flex_attention` on a CPU runs under `torch.no_grad()` only",
            "`attention=sdpa`",
        ),
    )


def test_flex_attention_does_not_train_on_a_cpu() -> None:
    train = {"kind": "pretrained", "mode": "train"}
    assert judge(attending("flex_attention", weights=train), facts()) == (
        refused(
            "attention.kind",
            "`flex_attention` has no backward pass on a CPU, and `weights.mode` is `train`",
            "`attention=sdpa`",
        ),
    )


def of_kind(kind: str) -> HostFacts:
    """A machine with one device of a kind that is not CUDA's."""
    device = DeviceFacts(kind=kind, index=0, name=kind, memory_bytes=2**35, compute_capability=None)
    return replace(CPU, devices=(device,))


TRAIN = {"kind": "pretrained", "mode": "train"}


def test_flex_attention_does_not_train_on_apples_devices() -> None:
    (problem,) = judge(attending("flex_attention", weights=TRAIN), facts(host=of_kind("mps")))
    assert problem.message == (
        "`flex_attention` has no backward pass on an `mps` device, and `weights.mode` is `train`"
    )


def test_flex_attention_trains_on_a_gpu() -> None:
    assert judge(attending("flex_attention", weights=TRAIN), facts(host=gpus())) == ()


def test_flex_attention_runs_where_torch_has_it() -> None:
    assert judge(attending("flex_attention"), facts(host=of_kind("npu"))) == (
        refused(
            "attention.kind",
            "`flex_attention` runs on `cpu`, `cuda`, `hpu`, `mps`, `xpu`, and the model goes to"
            " `npu`",
            "`attention=sdpa`",
        ),
    )


def test_flex_attention_has_no_dropout() -> None:
    dropping = {"config": {"attention_dropout": 0.1}}
    asked = attending("flex_attention", weights=TRAIN, model=dropping)
    assert judge(asked, facts(host=gpus())) == (
        refused(
            "attention.kind",
            "`flex_attention` has no dropout, and `attention_dropout` is 0.1 while `weights.mode`"
            " is `train`",
            "`model.config.attention_dropout=0.0`, or `attention=sdpa`",
        ),
    )


def test_flex_attention_without_training_leaves_dropout_alone() -> None:
    asked = attending("flex_attention", model={"config": {"attention_dropout": 0.1}})
    assert judge(asked, facts(host=gpus())) == ()


def test_flex_attention_on_a_cpu_does_not_compute_in_64_bits() -> None:
    problems = judge(attending("flex_attention", dtype="float64"), facts())
    assert problems[-1] == refused(
        "attention.kind",
        "`flex_attention` on a CPU computes in float32, float16 and bfloat16, and"
        " `precision.dtype` is `float64`",
        "`precision=fp32`, or `attention=sdpa`",
    )


def test_attention_sinks_are_not_computed_on_a_cpu() -> None:
    problems = judge(attending("flex_attention"), facts(model_type="gpt_oss"))
    assert problems[-1] == refused(
        "attention.kind",
        "`gpt_oss` has attention sinks, which `flex_attention` cannot compute on a CPU",
        "`attention=sdpa`",
    )
