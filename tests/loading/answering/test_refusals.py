"""What is not answered, and that it is said before a weight is read."""

from __future__ import annotations

import re
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest

import yaie
from tests.loading.answering.conftest import Made, asked
from yaie.errors import Fault
from yaie.facts.memory import MemoryFacts
from yaie.loading.answering import refusals
from yaie.loading.answering.given import Given

TEXT = "a cat sleeps on the mat"


def refusal(folder: Path, *overrides: str, **given: Any) -> tuple[str, str, str | None, Fault]:
    """The one problem of what is given."""
    with pytest.raises(yaie.YaieError) as error:
        asked(folder, *overrides, **given)
    (problem,) = error.value.problems
    return problem.path, problem.message, problem.hint, error.value.fault


def test_a_prompt_for_a_model_without_generation(made: Made) -> None:
    """transformers refuses as late as in `generate`: the class has no method of that name."""
    assert refusal(made("bert", "ForMaskedLM"), prompt=TEXT) == (
        "--prompt",
        "`masked-lm` generates no text that goes on from a prompt",
        "ask by `--text TEXT`",
        Fault.UNSUPPORTED,
    )


def test_an_image_for_a_model_that_reads_text_alone(made: Made, image: Path) -> None:
    folder = made("bert", "Model")
    message = f"`--image` needs an image processor, and `{folder}` has none"
    assert refusal(folder, images=[image])[1] == message


def test_a_text_for_a_model_that_sees_alone(made: Made) -> None:
    message = "`image-classification` takes `--image FILE`, and `--text` was given"
    assert refusal(made("vit", "ForImageClassification"), texts=[TEXT])[1] == message


def test_one_text_where_two_are_needed(made: Made) -> None:
    usage = "`--text QUESTION --text CONTEXT`"
    message = f"`question-answering` takes {usage}, and `--text` was given"
    assert refusal(made("bert", "ForQuestionAnswering"), texts=[TEXT])[1] == message


def test_a_text_without_a_mask(made: Made) -> None:
    assert refusal(made("bert", "ForMaskedLM"), texts=[TEXT]) == (
        "--text",
        "the text has no `[MASK]`, where a word is to be filled in",
        "put `[MASK]` in place of a word",
        Fault.INPUT,
    )


def test_a_text_longer_than_the_model_has_positions(made: Made) -> None:
    message = "a text of 600 tokens, and the model has 512 positions"
    found = refusal(made("bert", "Model"), texts=["cat " * 598])
    assert found == ("--text", message, "give it less text", Fault.UNSUPPORTED)


def test_a_pair_is_as_long_as_both_its_texts(made: Made) -> None:
    message = "a text of 603 tokens, and the model has 512 positions"
    assert refusal(made("bert", "ForQuestionAnswering"), texts=["cat " * 300] * 2)[1] == message


def test_a_prompt_that_names_other_images_than_are_given(made: Made, image: Path) -> None:
    """Before, it was told once the weights were there."""
    found = refusal(made("llava"), prompt=f"<image> {TEXT}", images=[image])
    assert found == (
        "--prompt",
        "`LlavaProcessor` does not take this prompt with what is given: ValueError: The total"
        " number of <image> tokens in the prompts should be the same as the number of images"
        " passed. Found total 2 <image> tokens and 1 images.",
        None,
        Fault.UNSUPPORTED,
    )


def test_weights_that_are_none(made: Made) -> None:
    message = "`weights=meta` has a structure but no numbers to compute with"
    assert refusal(made("llama"), "weights=meta", prompt=TEXT)[1] == message


def test_weights_that_no_kernel_computes_with() -> None:
    """Of the load it is a warning: it may be trained."""
    memory = MemoryFacts(modules={}, device_map={}, devices={}, unpackable=("score",))
    spec = yaie.compose("model=tiny", "quantization=bnb_4bit").spec
    (problem,) = refusals.uncomputable(spec, memory, Given(prompt=TEXT))
    assert (problem.path, problem.fault) == ("--prompt", Fault.UNSUPPORTED)
    assert problem.message.startswith("1 module of four-bit weights, `score` the first, has rows")


def test_a_task_whose_input_no_flag_says() -> None:
    words = ("model.architecture=timesfm", "weights=random", "task=time-series-prediction")
    with pytest.raises(yaie.UnsupportedError) as error:
        _ask("model=architecture", *words, texts=(TEXT,))
    message = "`time-series-prediction` takes a series of numbers, and no flag says one"
    assert [p.message for p in error.value.problems] == [message]


@pytest.mark.skipif(find_spec("scipy") is not None, reason="scipy is here")
def test_a_task_that_needs_a_package_that_is_not_here(made: Made, image: Path) -> None:
    """transformers raises a NameError in the image processor, when the model is there already."""
    assert refusal(made("vitpose"), images=[image])[1:3] == (
        "`pose-estimation` needs the package `scipy`, which is not installed",
        "`pip install scipy`",
    )


def test_several_mistakes_at_once() -> None:
    with pytest.raises(yaie.InputError) as error:
        _ask("model=tiny", prompt=" ", max_new_tokens=0, images=("no.png",))
    assert [(p.path, p.message) for p in error.value.problems] == [
        ("--prompt", "the text is empty"),
        ("--max-new-tokens", "at least one new token is generated, and 0 were asked"),
        ("--image", "`no.png` is no file that is there"),
    ]


def test_a_limit_of_nothing() -> None:
    with pytest.raises(yaie.InputError) as error:
        _ask("model=tiny", max_new_tokens=5)
    (problem,) = error.value.problems
    assert problem.hint == "add `--prompt TEXT`"


def test_a_limit_where_nothing_is_generated() -> None:
    with pytest.raises(yaie.InputError) as error:
        _ask("model=tiny", texts=("In the beginning",), max_new_tokens=5)
    (problem,) = error.value.problems
    assert (problem.path, problem.hint) == ("--max-new-tokens", "leave it out")
    assert problem.message == (
        "it ends what is generated, and `causal-lm` generates nothing of `--text TEXT`: it tells"
        " the perplexity of the text, and the likeliest next tokens"
    )


def test_a_limit_is_judged_of_a_loaded_model_too() -> None:
    loaded = yaie.load("model=tiny")
    with pytest.raises(yaie.InputError, match="it ends what is generated"):
        loaded.answer(texts=["In the beginning"], max_new_tokens=5)


def test_what_is_asked_of_a_loaded_model_is_judged_too() -> None:
    loaded = yaie.load("model=tiny")
    with pytest.raises(yaie.UnsupportedError) as error:
        loaded.answer("In the", texts=["beginning"])
    message = "takes `--prompt TEXT` or `--text TEXT`, and `--prompt` and `--text` were given"
    assert error.value.problems[0].message == f"`causal-lm` {message}"


def test_a_loaded_model_reads_what_its_processor_reads(image: Path) -> None:
    loaded = yaie.load("model=tiny", "task=base")
    with pytest.raises(yaie.UnsupportedError) as error:
        loaded.answer(images=[image])
    message = "`--image` needs an image processor, and this load brings none"
    assert error.value.problems[0].message == message


def test_a_model_loaded_without_a_processor_reads_nothing() -> None:
    loaded = yaie.load("model=tiny", "processor=none")
    with pytest.raises(yaie.UnsupportedError) as error:
        loaded.answer(texts=[TEXT])
    message = "`--text` needs a tokenizer, and this load brings none"
    assert error.value.problems[0].message == message


def test_a_file_that_a_loaded_model_cannot_read(made: Made) -> None:
    loaded = yaie.load(f"model={made('vit', 'ForImageClassification')}")
    with pytest.raises(yaie.SourceError) as error:
        loaded.answer(images=["no.png"])
    assert error.value.problems[0].message == "`no.png` is no file that is there"


def _ask(*words: str, **given: Any) -> None:
    from yaie.loading.acts.answer import Answer
    from yaie.loading.load import load

    load(yaie.compose(*words), acts=(Answer(given=Given(**given)),))


def test_new_tokens_beyond_the_positions(made: Made) -> None:
    """transformers goes on, worse and worse, or fails with an IndexError."""
    found = refusal(made("llama"), prompt=TEXT, max_new_tokens=10**9)
    length, most = (int(n) for n in re.findall(r"(\d+)", found[1].replace(",", ""))[1:])
    assert found[0] == "--max-new-tokens"
    assert found[1].startswith("1,000,000,000 new tokens after a text of ")
    assert found[2] == f"`--max-new-tokens {most - length}`"


def test_a_text_that_is_no_utf_8(made: Made) -> None:
    found = refusal(made("llama"), prompt="caf\udce9")
    assert found[:2] == ("--prompt", "the text has bytes that are not UTF-8")
