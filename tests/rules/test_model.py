"""Is there something to load, and is it what it was said to be?"""

from __future__ import annotations

import pytest

from tests.rules.making import CPU, checkpoint, facts, holding, spec
from yaie.errors import Fault
from yaie.facts.gguf import GgufFacts
from yaie.facts.host import HostFacts
from yaie.rules.judge import judge
from yaie.rules.problems import absent, refused, said, wrong

NOTHING = facts(architecture=None, model_type=None, task=None)


def host(**packages: str) -> HostFacts:
    return HostFacts(packages=packages, devices=(), memory_bytes=CPU.memory_bytes)


def test_a_load_of_nothing_is_refused() -> None:
    asked = spec(model={"id": None, "architecture": None})
    assert judge(asked, NOTHING)[0] == wrong(
        "model",
        "neither `model.id` nor `model.architecture` says what to load",
        "`model=tiny`, or `model=org/name`",
    )


def test_a_misspelt_architecture_is_an_input_error_with_the_one_that_was_meant() -> None:
    problems = judge(spec(model={"architecture": "lama"}), facts(architecture=None))
    assert problems == (
        wrong(
            "model.architecture",
            "transformers 5.23.0 has no architecture `lama` among its 4",
            "`model.architecture=llama`",
        ),
    )
    assert problems[0].fault is Fault.INPUT


def test_a_checkpoint_of_an_unknown_architecture_is_refused() -> None:
    held = checkpoint(config={"model_type": "novel"})
    unknown = facts(architecture=None, model_type="novel", checkpoint=held, task=None)
    assert judge(spec(model={"architecture": None}), unknown) == (
        refused(
            "model.id",
            "config.json of `org/llama` names the architecture `novel`, which transformers 5.23.0"
            " does not know",
            "upgrade: `pip install -U transformers`",
        ),
    )


def test_a_gguf_file_of_an_unknown_architecture_is_refused() -> None:
    named = GgufFacts(architecture="novel", name=None, has_tokenizer=True)
    held = holding("a.gguf", format="gguf", config=None, gguf=named)
    unknown = facts(architecture=None, model_type="novel", checkpoint=held, task=None)
    (problem,) = judge(spec(model={"architecture": None, "gguf_file": "a.gguf"}), unknown)
    assert problem.message == (
        "the GGUF file of `org/llama` names the architecture `novel`, which transformers 5.23.0"
        " does not know"
    )


def test_code_that_a_repository_brings_has_to_be_allowed() -> None:
    held = checkpoint(config={"model_type": "novel", "auto_map": {"AutoModel": "m.M"}})
    unknown = facts(architecture=None, model_type="novel", checkpoint=held, task=None)
    allowed = spec(model={"architecture": None, "trust_remote_code": True})
    asked = spec(model={"architecture": None})
    assert [p.hint for p in judge(asked, unknown)] == [
        "read that code, then add `model.trust_remote_code=true`"
    ]
    assert judge(allowed, unknown) == ()


def test_an_architecture_that_config_json_contradicts_is_refused() -> None:
    assert judge(spec(model={"architecture": "bert"}), facts(checkpoint=checkpoint())) == (
        refused(
            "model.architecture",
            "`bert` was asked, but config.json of `org/llama` says `llama`",
            "`model.architecture=llama`",
        ),
    )


def test_what_is_known_wrongly_is_said() -> None:
    known = {"source": "x", "config": {"num_hidden_layers": 32, "torch_dtype": "bfloat16"}}
    assert judge(spec(model={"known": known}), facts(checkpoint=checkpoint())) == (
        said(
            "model.known",
            "config.json of `org/llama` differs from what is known of it in `num_hidden_layers`;"
            " config.json counts",
        ),
    )


def test_a_missing_gguf_file_is_a_source_error_with_a_near_name() -> None:
    held = holding("llama-Q4_0.gguf", "llama-Q8_0.gguf", format="gguf")
    assert judge(spec(model={"gguf_file": "llama-Q4.gguf"}), facts(checkpoint=held)) == (
        absent(
            "model.gguf_file",
            "`org/llama` holds no file `llama-Q4.gguf`; its GGUF files are `llama-Q4_0.gguf`,"
            " `llama-Q8_0.gguf`",
            "`model.gguf_file=llama-Q4_0.gguf`",
        ),
    )


def test_a_gguf_file_needs_its_package() -> None:
    asked = spec(model={"gguf_file": "a.gguf"})
    assert judge(asked, facts(host=host(torch="2.13.0"))) == (
        refused(
            "model.gguf_file",
            "reading a GGUF file needs the package `gguf`, which is not installed",
            "`pip install 'yaie[gguf]'`",
        ),
    )


def test_an_old_gguf_package_is_refused() -> None:
    asked = spec(model={"gguf_file": "a.gguf"})
    (problem,) = judge(asked, facts(host=host(gguf="0.9.1")))
    assert problem.message == "reading a GGUF file needs gguf 0.10.0 or newer, and 0.9.1 is here"


def test_a_folder_without_weights_is_a_source_error() -> None:
    assert judge(spec(), facts(checkpoint=holding(format=None))) == (
        absent(
            "model.id",
            "`org/llama` holds no weights, neither safetensors nor `.bin`; it holds `config.json`,"
            " `tokenizer.json`",
            "`weights=random` loads it without",
        ),
    )


def test_a_folder_of_gguf_files_wants_one_named() -> None:
    (problem,) = judge(spec(), facts(checkpoint=holding("a.gguf", format=None)))
    assert problem.hint == "`model.gguf_file=a.gguf`"


@pytest.mark.parametrize("kind", ["random", "meta"])
def test_a_folder_without_weights_is_enough_for_a_structure(kind: str) -> None:
    assert judge(spec(weights={"kind": kind}), facts(checkpoint=holding(format=None))) == ()


def test_weights_that_are_not_fetched_yet_are_no_problem() -> None:
    assert judge(spec(), facts(checkpoint=holding(format=None, commit="abc"))) == ()


def test_safetensors_alone_are_not_to_be_had_from_a_bin_checkpoint() -> None:
    held = holding("pytorch_model.bin", format=None, weight_files=())
    assert judge(spec(model={"use_safetensors": True}), facts(checkpoint=held)) == (
        absent(
            "model.use_safetensors",
            "`true` reads `.safetensors` files alone, and `org/llama` holds `pytorch_model.bin`",
            "`model.use_safetensors=null`",
        ),
    )


def test_bin_alone_is_not_to_be_had_from_a_safetensors_checkpoint() -> None:
    held = holding("model.safetensors", "training_args.bin")
    (problem,) = judge(spec(model={"use_safetensors": False}), facts(checkpoint=held))
    assert problem.message == (
        "`false` reads `.bin` files alone, and `org/llama` holds `model.safetensors`"
    )


def test_a_variant_that_is_not_there_is_a_source_error() -> None:
    assert judge(spec(model={"variant": "fp16"}), facts(checkpoint=checkpoint())) == (
        absent(
            "model.variant",
            "`org/llama` holds no weights of the variant `fp16`; it holds `model.safetensors`",
            "`model.variant=null`",
        ),
    )


def test_a_variant_is_found_in_shards() -> None:
    held = holding("model.fp16-00001-of-00002.safetensors", "model.fp16-00002-of-00002.safetensors")
    assert judge(spec(model={"variant": "fp16"}), facts(checkpoint=held)) == ()


def test_pickled_weights_are_said() -> None:
    held = holding("pytorch_model.bin", format="bin", weight_files=("pytorch_model.bin",))
    assert judge(spec(), facts(checkpoint=held)) == (
        said(
            "model.id",
            "`pytorch_model.bin` is a pickle: it is read as weights only, but slower than"
            " safetensors and without their guarantees",
        ),
    )


def test_pickled_weights_are_refused_where_torch_can_be_made_to_run_them() -> None:
    held = holding("pytorch_model.bin", format="bin", weight_files=("pytorch_model.bin",))
    (problem,) = judge(spec(), facts(checkpoint=held, host=host(torch="2.9.1")))
    assert problem == refused(
        "model.id",
        "`pytorch_model.bin` is a pickle, which torch 2.9.1 can be made to run code from"
        " (CVE-2026-24747); torch 2.10 or newer reads it safely",
        "`pip install -U torch`",
    )


NAMING = {"model_type": "llama", "transformers_weights": "alt.safetensors"}


def test_weights_may_have_the_name_that_config_json_gives_them() -> None:
    held = holding("alt.safetensors", config=NAMING, weight_files=("alt.safetensors",))
    assert judge(spec(), facts(checkpoint=held)) == ()


def test_weights_that_config_json_names_are_there() -> None:
    held = holding("model.safetensors", config=NAMING, format=None, weight_files=())
    assert judge(spec(), facts(checkpoint=held)) == (
        absent(
            "model.id",
            "config.json of `org/llama` names the weights `alt.safetensors`, and there is no such"
            " file in the folder",
            "`weights=random` loads it without",
        ),
    )


def test_a_model_type_that_is_no_word_is_said() -> None:
    held = checkpoint(config={"model_type": ["llama"]})
    assert judge(spec(model={"known": None}), facts(checkpoint=held)) == (
        absent(
            "model.id",
            "config.json of `org/llama` names the architecture `['llama']`, which is no word",
        ),
    )
