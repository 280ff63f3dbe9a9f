"""The reference of rules: each rule is told in words, and by an example that is run."""

from __future__ import annotations

import re

import pytest

from tools.rule_examples import (
    Example,
    adapter_examples,
    adapter_rules,
    composing_examples,
    examples,
    key_examples,
    key_rules,
    memory_examples,
    memory_rules,
    messages_with,
    parameter_examples,
    parameter_rules,
    problems_of,
    problems_of_adapter,
    problems_of_keys,
    problems_of_memory,
    problems_of_parameters,
    problems_of_words,
    raw_problems_of,
    raw_problems_of_words,
)
from yaie.planning.hints import overrides_in
from yaie.rules.judge import RULES, Rule
from yaie.rules.reference import rule_text

EXAMPLES = examples()
COMPOSING = composing_examples()
KEYS = key_examples()
MEMORY = memory_examples()
PARAMETERS = parameter_examples()
ADAPTER = adapter_examples()
BY_NAME = {rule.__name__: rule for rule in RULES}


def an_example(name: str) -> tuple[Rule, Example]:
    return BY_NAME[name], EXAMPLES[name]


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.__name__)
def test_a_rule_says_what_it_holds_what_happens_without_it_and_has_an_example(rule: Rule) -> None:
    text = rule_text(rule)
    assert text.cause.endswith(".")
    assert text.upstream is not None
    assert text.upstream.endswith(".")
    assert text.name in EXAMPLES


@pytest.mark.parametrize("name", EXAMPLES)
def test_an_example_makes_its_rule_speak(name: str) -> None:
    assert problems_of(*an_example(name))


@pytest.mark.parametrize("name", EXAMPLES)
def test_a_hint_that_a_rule_has_helps_in_its_example(name: str) -> None:
    proposed = {p.message: p.hint for p in raw_problems_of(*an_example(name)) if p.hint}
    shown = {p.message: p.hint for p in problems_of(*an_example(name))}
    assert {m: shown[m] for m in proposed if shown[m] is None} == {}


@pytest.mark.parametrize("name", EXAMPLES)
def test_what_a_hint_says_makes_its_problem_go_away(name: str) -> None:
    rule, example = an_example(name)
    for problem in problems_of(rule, example):
        for typed in filter(None, map(overrides_in, re.findall("`([^`]+)`", problem.hint or ""))):
            assert problem.message not in messages_with(example, typed, problem)


@pytest.mark.parametrize("name", KEYS)
def test_an_example_of_weights_makes_its_rule_speak(name: str) -> None:
    assert problems_of_keys(name, KEYS[name])


def test_every_rule_of_weights_has_an_example_and_says_what_happens_without_it() -> None:
    assert list(KEYS) == list(key_rules())
    assert all(rule_text(rule).upstream for rule in key_rules().values())


@pytest.mark.parametrize("name", MEMORY)
def test_an_example_of_memory_makes_its_rule_speak(name: str) -> None:
    assert problems_of_memory(name, MEMORY[name])


def test_every_rule_of_memory_has_an_example_and_says_what_happens_without_it() -> None:
    assert list(MEMORY) == list(memory_rules())
    assert all(rule_text(rule).upstream for rule in memory_rules().values())


@pytest.mark.parametrize("name", ADAPTER)
def test_an_example_of_an_adapter_makes_its_rule_speak(name: str) -> None:
    assert problems_of_adapter(name, ADAPTER[name])


def test_every_rule_of_an_adapter_has_an_example_and_says_what_happens_without_it() -> None:
    assert list(ADAPTER) == list(adapter_rules())
    assert all(rule_text(rule).upstream for rule in adapter_rules().values())


@pytest.mark.parametrize("name", PARAMETERS)
def test_an_example_of_parameters_makes_its_rule_speak(name: str) -> None:
    assert problems_of_parameters(name, PARAMETERS[name])


def test_every_rule_of_parameters_has_an_example_and_says_what_happens_without_it() -> None:
    assert list(PARAMETERS) == list(parameter_rules())
    assert all(rule_text(rule).upstream for rule in parameter_rules().values())


@pytest.mark.parametrize("sentence", COMPOSING)
def test_a_hint_of_composing_helps_in_its_example(sentence: str) -> None:
    proposed = [p.message for p in raw_problems_of_words(COMPOSING[sentence]) if p.hint]
    shown = [p.message for p in problems_of_words(COMPOSING[sentence]) if p.hint]
    assert proposed == shown


@pytest.mark.parametrize("sentence", COMPOSING)
def test_what_must_hold_of_words_says_what_happens_without_it(sentence: str) -> None:
    assert (COMPOSING[sentence].upstream or "").endswith(".")


def test_rules_have_names_of_their_own_and_examples_are_of_rules() -> None:
    assert len(BY_NAME) == len(RULES)
    assert EXAMPLES.keys() <= BY_NAME.keys()
