"""Can weights be sharded over so many processes?"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from tests.rules.making import CPU, LLAMA, facts, fields, gpus, spec
from yaie.rules.judge import judge
from yaie.rules.problems import refused, said
from yaie.spec.compose import compose

PLAN = {"model.layers.*.self_attn.q_proj": "colwise", "model.layers.*.self_attn.k_proj": "colwise"}
SPLIT = replace(LLAMA.classes["causal-lm"], tensor_parallel=PLAN)
SHARDABLE = replace(
    LLAMA,
    classes={**LLAMA.classes, "causal-lm": SPLIT},
    fields=LLAMA.fields | fields(num_key_value_heads="int"),
)


def over(ranks: int | None, kind: str = "tp", heads: int = 4, **groups: Any) -> Any:
    known: Mapping[str, Any] = {"num_attention_heads": heads, "num_key_value_heads": heads}
    model = {"known": {"source": "our memory", "config": {"num_hidden_layers": 2, **known}}}
    return spec(device={"kind": kind, "ranks": ranks}, model=model, **groups)


def there(**changes: Any) -> Any:
    return facts(architecture=SHARDABLE, **changes)


def test_two_processes_on_a_cpu_share_a_model() -> None:
    assert judge(over(2), there()) == ()
    assert judge(over(2, "fsdp"), there()) == ()


def test_as_many_ranks_as_accelerators_go_without_saying() -> None:
    assert judge(over(None), there(host=gpus(2))) == ()


def test_a_number_of_ranks_that_nothing_tells_is_asked_for() -> None:
    assert judge(over(None), there()) == (
        refused(
            "device.ranks",
            "`tp` shards weights over several processes, and neither `device.ranks` nor the"
            " machine tells over how many",
            "`device.ranks=2`",
        ),
    )


def test_another_number_than_torchruns_is_refused() -> None:
    assert judge(over(2), there(host=replace(CPU, ranks=4))) == (
        refused("device.ranks", "2 ranks were asked, and torchrun started 4", "`device.ranks=4`"),
    )


def test_more_ranks_than_accelerators_are_refused() -> None:
    assert judge(over(4), there(host=gpus(2))) == (
        refused(
            "device.ranks",
            "4 ranks were asked, and this machine has 2 accelerators",
            "`device.ranks=2`",
        ),
    )


def test_more_ranks_than_heads_are_refused() -> None:
    assert judge(over(8, heads=4), there()) == (
        refused(
            "device.ranks",
            "8 ranks share 4 heads, and cannot share them evenly",
            "`device.ranks=4`, or `device=fsdp device.ranks=8`",
        ),
    )


def test_fully_sharded_weights_are_cut_amid_a_head() -> None:
    assert judge(over(8, "fsdp", heads=4), there()) == ()


def test_a_class_without_a_plan_is_refused() -> None:
    assert judge(over(2), facts()) == (
        refused(
            "device.kind",
            "`LlamaForCausalLM` has no plan for tensor parallelism",
            "`device=fsdp device.ranks=2`",
        ),
    )


def test_random_weights_are_not_sharded() -> None:
    assert judge(over(2, weights={"kind": "random"}), there()) == (
        refused(
            "device.kind",
            "`tp` shards weights that are loaded, and `weights.kind` is `random`",
            "`weights=pretrained`",
        ),
    )


def test_packed_weights_are_not_sharded() -> None:
    assert refused(
        "device.kind",
        "`bnb_4bit` packs weights whole, and `tp` cuts them into shards",
        "`quantization=none`",
    ) in judge(over(2, quantization={"method": "bnb_4bit"}), there())


def test_what_quanto_packs_is_not_put_together_again() -> None:
    assert refused(
        "device.kind",
        "`quanto` packs weights whole, and `fsdp` cuts them into shards",
        "`quantization=none`",
    ) in judge(over(2, "fsdp", quantization={"method": "quanto"}), there())


def test_ranks_that_quantise_their_own_pieces_are_told_of() -> None:
    assert said(
        "device.kind",
        "each rank quantises its own pieces by `quanto`, whose scales are not those of the whole"
        " weights",
    ) in judge(over(2, quantization={"method": "quanto"}), there())


def test_a_number_of_processes_is_said_on_the_command_line() -> None:
    assert compose(None, ["device=tp", "device.ranks=2"]).spec.device.ranks == 2  # type: ignore[union-attr]
