"""Hints are true: what would not help is not shown."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from yaie.errors import InputError, Problem
from yaie.facts.setting import Setting, here, named
from yaie.planning.hints import Words, helpful, overrides_in, packages_in, words_of
from yaie.planning.preflight import check, compose
from yaie.spec.load_spec import Composition

SMALL = ("model=gpt2", "weights=random")


def flawed(hint: str) -> Problem:
    return Problem(path="attention.kind", message="flawed", hint=hint)


def unless(*good: str) -> object:
    """A judge that finds the flaw until one of these is said."""

    def judge(composition: Composition, setting: Setting) -> tuple[Problem, ...]:
        said = {*composition.overrides, *setting.host.packages}
        return () if said & {*good} else (flawed(""),)

    return judge


def left_of(hint: str, *good: str) -> str | None:
    words = words_of(compose(None, SMALL))
    return helpful(words, [flawed(hint)], unless(*good))[0].hint  # type: ignore[arg-type]


def hints(*overrides: str, setting: Setting | None = None) -> list[str | None]:
    return [problem.hint for problem in check(compose(None, overrides), setting)]


def uncomposed(recipe: Path | None, *overrides: str) -> list[str | None]:
    with pytest.raises(InputError) as caught:
        compose(recipe, overrides)
    return [problem.hint for problem in caught.value.problems]


def test_alternatives_that_do_not_help_are_left_out() -> None:
    hint = "`attention=sdpa`, or `attention=eager`, or `pip install flash-attn`"

    assert left_of(hint, "attention=eager") == "`attention=eager`"


def test_where_nothing_helps_there_is_no_hint() -> None:
    assert left_of("`attention=sdpa` runs anywhere", "attention=eager") is None


def test_a_package_is_tried_as_if_it_were_installed() -> None:
    hint = "`attention=sdpa`, or `pip install flash-attn`"

    assert left_of(hint, "flash-attn") == "`pip install flash-attn`"


def test_advice_is_not_tried() -> None:
    hint = "read that code, then decide, or `yaie show arch` lists them"

    assert left_of(hint) == hint


def test_a_value_that_brings_another_error_is_not_proposed() -> None:
    assert hints("model.config.hiden_size=64") == [None]
    assert hints("model.config.hiden_size=64", "weights=random") == [
        "`model.config.hidden_size=64`"
    ]


def test_what_helps_depends_on_the_machine() -> None:
    words = (*SMALL, "precision=bf16", "device=cuda")

    assert hints(*words, setting=named("t4")) == ["`precision=fp16`, or `precision=fp32`"]
    assert hints(*words, setting=named("cpu")) == ["`device=auto` takes what is there"]


def test_a_package_is_not_proposed_where_its_kernels_cannot_run() -> None:
    host = replace(here().host, devices=(), packages={"torch": "2.13.0", "accelerate": "1.15"})
    setting = Setting(host=host, catalogue=here().catalogue)

    found = hints(*SMALL, "attention=flash_attention_2", "precision=bf16", setting=setting)

    assert found == ["`attention=sdpa`", "`attention=sdpa`"]


def test_of_two_errors_each_hint_helps_its_own() -> None:
    found = hints(*SMALL, "precision=fp64", "quantization=bnb_4bit", "task=masked-lm")

    assert found == [
        "`task=causal-lm`",
        "`quantization=none`, or `weights=pretrained`",
        "`precision=bf16`, or `quantization=none`",
    ]


def test_a_hint_of_several_problems_is_tried_once() -> None:
    tried: list[Composition] = []

    def judge(composition: Composition, setting: Setting) -> tuple[Problem, ...]:
        tried.append(composition)
        return ()

    several = [replace(flawed("`attention=eager`"), message=device) for device in ("one", "two")]
    helpful(words_of(compose(None, SMALL)), several, judge)
    assert len(tried) == 1


def test_a_word_of_the_wrong_group_is_replaced_by_what_is_meant() -> None:
    assert uncomposed(None, "presicion=bf16") == ["`precision=bf16`"]


def test_a_line_of_a_recipe_is_replaced_by_what_is_meant(tmp_path: Path) -> None:
    recipe = tmp_path / "a.yaml"
    recipe.write_text("model: {use: gpt2, idd: x}\nprecision: bf61\nweights: random\n")

    assert uncomposed(recipe) == ["`precision=bf16`", "`model.id=x`"]


def test_what_composes_and_is_refused_is_not_proposed() -> None:
    assert uncomposed(None, *SMALL, "task=maskd-lm") == [None]


def test_the_problems_of_other_words_stay() -> None:
    words = Words(recipe=None, overrides=("precision=bf61", "bogus=1"), config_dir=None)

    assert uncomposed(None, *words.overrides) == [None, "`precision=bf16`"]


@pytest.mark.parametrize(
    ("typed", "overrides"),
    [
        ("precision=bf16", ("precision=bf16",)),
        ("~device.map.a device.map.b=cpu", ("~device.map.a", "device.map.b=cpu")),
        ("weights.reinitialize=['a b.*']", ("weights.reinitialize=['a b.*']",)),
        ("'model.id=\"a,b\"'", ('model.id="a,b"',)),
        ("model.architecture=…", ()),
        ("--save DIR", ()),
        ("model: llama2", ()),
        ("HF_HUB_OFFLINE=1", ()),
        ("yaie show arch", ()),
    ],
)
def test_what_is_an_override_is_told_from_commands(typed: str, overrides: tuple[str, ...]) -> None:
    assert overrides_in(typed) == overrides


@pytest.mark.parametrize(
    ("command", "brought"),
    [
        ("pip install flash-attn", {"flash-attn": "9999"}),
        ("pip install 'gguf>=0.10.0'", {"gguf": "0.10.0"}),
        ("pip install 'kernels>=0.18.2,<0.19'", {"kernels": "0.18.2"}),
        ("pip install 'yaie[bnb]'", {"yaie": "9999", "bitsandbytes": "9999"}),
        ("pip install 'not_here[gpu,cpu]' timm", {"not-here": "9999", "timm": "9999"}),
        ("pip install 'yaie[novel]'", {}),
        ("pip install 'git+https://example.org/a.git'", {}),
        ("precision=bf16", {}),
    ],
)
def test_what_pip_would_bring_is_read_from_the_command(
    command: str, brought: dict[str, str]
) -> None:
    assert packages_in(command) == brought
