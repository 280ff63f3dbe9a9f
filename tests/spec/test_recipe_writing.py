"""A recipe that is written composes to what it was written from."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from yaie.spec.compose import compose, compose_each
from yaie.spec.conf import options
from yaie.spec.load_spec import DEFAULTS, GROUPS, Composition
from yaie.spec.recipe_writing import commented, written

NEEDED = {
    "device=map": ("device.map.lm_head=cpu",),
    "adapter=peft": ("adapter.id=org/adapter",),
}


def text(*overrides: str) -> str:
    return written(compose(None, overrides)).text


def read_back(composition: Composition, folder: Path) -> Composition:
    recipe, said = folder / "written.yaml", written(composition)
    recipe.write_text(said.text, encoding="utf-8")
    return compose(recipe, said.beside, said.config_dir)


@pytest.mark.parametrize("group", GROUPS)
def test_every_option_is_read_back(group: str, tmp_path: Path) -> None:
    words = [f"{group}={option}" for option in options(group)]
    for composed in compose_each(None, [(word, *NEEDED.get(word, ())) for word in words]):
        assert isinstance(composed, Composition)
        assert read_back(composed, tmp_path).spec == composed.spec


CHOICES = st.tuples(*(st.sampled_from(options(group)) for group in GROUPS))
SCALARS = st.one_of(
    st.none(), st.booleans(), st.integers(-(10**20), 10**20), st.floats(allow_nan=False), st.text()
)
WORDS = st.sampled_from(["1e6", "yes", "null", "~", "", " a ", "0x1", "a: b", "- c", "#", "é\n x"])
VALUES = st.recursive(
    st.one_of(SCALARS, WORDS), lambda inner: st.lists(inner) | st.dictionaries(st.text("ab"), inner)
)


@example(choices=tuple(DEFAULTS.values()), config={"a": "\x85", "b": "\u2028x"})
@given(choices=CHOICES, config=st.dictionaries(st.text("abc", min_size=1), VALUES))
@settings(
    max_examples=20,
    deadline=None,
    # How slow generation is depends on what else the machine does.
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
def test_any_choices_and_config_are_read_back(
    choices: tuple[str, ...], config: dict[str, object], tmp_path: Path
) -> None:
    words = [f"{group}={option}" for group, option in zip(GROUPS, choices, strict=True)]
    base = compose(None, [*words, *(w for word in words for w in NEEDED.get(word, ()))])
    model = base.spec.model.model_copy(update={"config": {**base.spec.model.config, **config}})
    spec = base.spec.model_copy(update={"model": model})
    assert read_back(replace(base, spec=spec), tmp_path).spec == spec


def test_what_nobody_said_is_left_out() -> None:
    assert text("model=llama2", "precision=bf16") == "model: llama2\nprecision: bf16\n"


def test_a_field_stands_below_its_option() -> None:
    written_ = text("quantization=bnb_4bit", "quantization.bnb_4bit_quant_type=fp4")
    assert written_ == "model: tiny\nquantization:\n  use: bnb_4bit\n  bnb_4bit_quant_type: fp4\n"


def test_a_checkpoint_and_a_device_are_words() -> None:
    assert text("model=org/name", "device=cuda:1") == "model: org/name\ndevice: cuda:1\n"


def test_an_adapter_is_a_word_where_it_stays_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert text("adapter=org/name", "adapter.merge=true") == (
        "model: tiny\nadapter:\n  use: org/name\n  merge: true\n"
    )
    monkeypatch.chdir(tmp_path)
    (tmp_path / "mine").mkdir()
    assert text("adapter=mine") == "model: tiny\nadapter:\n  use: peft\n  id: mine\n"


def test_a_model_that_fields_alone_name_is_no_option() -> None:
    assert text("model.id=gpt2") == "model:\n  id: gpt2\n"


def test_text_that_looks_like_a_number_is_quoted() -> None:
    assert "a: '1e6'" in text("model.config.a='1e6'")


@pytest.mark.parametrize(
    "word",
    [
        "model.trust_remote_code=true",
        "model.use_safetensors=false",
        "model.cache_dir=/tmp/cache",
        "model.known=null",
        "attention=kernels-community/flash-attn2",
        "device.offload_folder=/tmp/away",
    ],
)
def test_what_a_recipe_may_not_say_stands_beside(word: str, tmp_path: Path) -> None:
    composed = compose(None, ["model=llama2", word])
    assert written(composed).beside == (word,)
    assert read_back(composed, tmp_path).spec == composed.spec


def test_the_command_has_what_stands_beside_and_the_folder_of_options(tmp_path: Path) -> None:
    (tmp_path / "model").mkdir()
    (tmp_path / "model" / "mine.yaml").write_text("id: org/mine\n")
    said = written(compose(None, ["model=mine", "model.trust_remote_code=true"], tmp_path))
    assert said.command("a b.yaml") == (
        f"python -m yaie 'a b.yaml' model.trust_remote_code=true --config-dir {tmp_path}"
    )


def test_a_comment_stays_one_line() -> None:
    assert commented(["what\n- it: is"], "model: tiny\n") == "# what\n# - it: is\nmodel: tiny\n"
