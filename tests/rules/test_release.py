"""What a release does not have, or does not check."""

from __future__ import annotations

import pytest

from yaie.errors import errors_of
from yaie.facts.setting import named
from yaie.planning.preflight import check
from yaie.spec.compose import compose


def refusals(release: str, *words: str) -> list[str]:
    problems = check(compose(None, words), named("h100", release))
    return [problem.message for problem in errors_of(problems)]


@pytest.mark.parametrize("release", ["4.55", "4.57", "5.0"])
def test_a_method_that_came_later_is_refused(release: str) -> None:
    version = named(transformers=release).catalogue.version
    assert f"transformers {version} does not have the method `sinq`" in refusals(
        release, "model=llama2", "quantization=sinq", "device=cuda"
    )


def test_a_field_that_came_later_is_refused() -> None:
    words = ("model=llama2", "quantization=fp8", "quantization.modules_to_convert=[q_proj]")
    assert refusals("4.57", *words, "device=cuda") == [
        "`FineGrainedFP8Config` of transformers 4.57.6 has no field `modules_to_convert`"
    ]


def test_text_for_a_number_is_refused_where_nothing_is_checked() -> None:
    words = ("model=llama2", "weights=meta", "model.config.num_hidden_layers=two")
    assert refusals("4.57", *words) == [
        "`two` was given, and `num_hidden_layers` is `32` by default; transformers 4.57.6 does not"
        " say that it is no text"
    ]


def test_an_attention_kind_that_came_later_is_refused() -> None:
    words = ("model=llama2", "weights=meta", "attention=flash_attention_4")
    assert any("flash_attention_4" in message for message in refusals("4.57", *words))
    assert refusals("5.23", *words) == []
