"""Which combinations fit a machine, in which order, and why others do not."""

from collections.abc import Sequence

import pytest

import yaie
from yaie.errors import errors_of
from yaie.facts.memory import Use
from yaie.facts.setting import named
from yaie.planning.fit import Cell, fit
from yaie.planning.inquiry import inquire, presume

WITHOUT_SINQ = (
    "the memory cannot be foreseen without the package `sinq`, which is not installed here:"
    " `pip install sinq`"
)
LLAMA = ["model=llama2", "precision=fp16", "attention=auto"]


def cells(*words: str, host: str, uses: Sequence[Use | None] = (None,)) -> tuple[Cell, ...]:
    return fit(None, words, setting=named(host), uses=uses)


def words_of(found: Sequence[Cell], *, fitting: bool) -> list[str]:
    return [" ".join(cell.words) for cell in found if (cell.rank is not None) == fitting]


def test_the_first_loses_nothing_and_is_on_one_device() -> None:
    assert words_of(cells(*LLAMA, host="2xa100-80gb"), fitting=True)[0] == "device=cuda:0"


def test_what_loses_less_comes_first_as_long_as_it_stays_on_the_accelerators() -> None:
    words = ["quantization=none,bnb_8bit,bnb_4bit", "device=cuda:0,cpu"]
    found = cells(*LLAMA, *words, host="t4", uses=[Use(context=8192)])
    assert words_of(found, fitting=True) == [
        "quantization=bnb_8bit device=cuda:0",
        "quantization=bnb_4bit device=cuda:0",
        "quantization=none device=cpu",
        "quantization=bnb_8bit device=cpu",
        "quantization=bnb_4bit device=cpu",
    ]
    assert words_of(found, fitting=False) == ["quantization=none device=cuda:0"]


def test_what_does_not_fit_has_its_reason() -> None:
    *_, refused = cells(*LLAMA, "device=cuda:0", "quantization=bnb_4bit,none", host="rtx4060")
    (error,) = errors_of(refused.problems)
    assert error.message == "13.5 GB of weights do not fit `cuda:0`, which has 8.59 GB"
    assert error.origin == "override device=cuda:0"


def test_what_cannot_be_foreseen_for_want_of_a_package_says_which() -> None:
    found = cells(*LLAMA, "device=cuda:0", "quantization=sinq,none", host="rtx4090")
    *_, unjudged = found
    assert (unjudged.rank, unjudged.memory, errors_of(unjudged.problems)) == (None, None, ())
    assert unjudged.problems[-1].message == WITHOUT_SINQ


def test_a_plan_says_the_same() -> None:
    asked = yaie.compose(*LLAMA, "device=cuda:0", "quantization=sinq")
    told = presume(asked, named("rtx4090")).problems
    assert told[-1].message == WITHOUT_SINQ


def test_a_rule_refuses_before_memory_is_counted() -> None:
    (refused,) = cells(
        "model=llama2",
        "attention=flash_attention_2",
        "device=cpu",
        "precision=bf16",
        "quantization=none",
        host="cpu",
    )
    assert refused.memory is None
    assert "needs a CUDA device" in errors_of(refused.problems)[0].message


def test_a_cell_takes_what_its_plan_takes() -> None:
    use = Use(context=1024, batch=2)
    found = cells("model=tiny", "precision=fp32", host="t4", uses=[use])
    assert {cell.words for cell in found} > {("device=cuda:0",)}
    for cell in found:
        alone = inquire(yaie.compose("model=tiny", "precision=fp32", *cell.words), named("t4"), use)
        assert cell.memory == alone.memory


def test_every_context_is_tried() -> None:
    uses = [Use(context=1024), Use(context=65536)]
    words = ["quantization=none", "device=cuda:0"]
    short, long = cells(*LLAMA, *words, host="rtx4090", uses=uses)
    assert (short.use, short.rank is not None) == (uses[0], True)
    assert (long.use, long.rank) == (uses[1], None)


def test_combinations_that_come_to_the_same_are_one() -> None:
    found = cells(*LLAMA, "quantization=none", "device=cuda:0,auto", host="a100-80gb")
    assert words_of(found, fitting=True) == ["device=cuda:0"]


def test_too_many_cells_are_refused_before_the_first() -> None:
    with pytest.raises(yaie.InputError, match="these are 1,001 cells, and 1,000 are the most"):
        cells(
            "model=tiny",
            "model.config.hidden_size=range(1,1002)",
            "precision=fp32",
            "quantization=none",
            "device=cpu",
            "attention=auto",
            host="cpu",
        )


def test_fit_is_a_function_too() -> None:
    words = ("model=tiny", "quantization=none,bnb_4bit", "precision=fp32", "device=cpu")
    best, other = yaie.fit(*words, context=64)
    assert best.words == ("quantization=none",)
    assert best.use == other.use == Use(context=64)
    assert yaie.plan("model=tiny", "precision=fp32", "device=cpu", context=64).memory == best.memory
