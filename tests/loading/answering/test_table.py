"""The table of what tasks take and answer."""

from __future__ import annotations

from yaie.facts.catalogue import catalogue
from yaie.loading.answering.given import Given
from yaie.loading.answering.table import GENERAL, ROWS, UNASKED, ways
from yaie.loading.answering.way import Way, nothing


def test_every_row_is_of_a_task_that_there_is() -> None:
    assert {*ROWS, *UNASKED} <= set(catalogue().tasks)
    assert not set(ROWS) & set(UNASKED)


def test_no_two_ways_of_a_task_take_the_same() -> None:
    for task, known in {**ROWS, "": GENERAL}.items():
        usages = [" ".join(way.flags) for way in known]
        assert len(usages) == len(set(usages)), task


def test_a_prompt_is_for_models_that_generate() -> None:
    assert all("--prompt" not in way.usage for way in ways("causal-lm", generates=False))
    assert next(way.usage for way in ways("seq2seq-lm", generates=True)) == "--prompt TEXT"


def test_the_usage_says_how_often_a_flag_is_taken() -> None:
    way = Way(usage="--image FILE --text LABEL…", tells="", by=ROWS["ctc"][0].by)
    assert way.objections is nothing
    assert way.fits(Given(images=("a",), texts=("b", "c", "d")))
    assert not way.fits(Given(images=("a", "b"), texts=("c",)))
    assert not way.fits(Given(images=("a",)))
    assert not way.fits(Given(images=("a",), texts=("b",), audio=("c",)))
