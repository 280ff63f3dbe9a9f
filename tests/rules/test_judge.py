"""Rules are found in their modules and run in the order of the groups."""

from __future__ import annotations

from tests.rules.making import checkpoint, facts, gpus, spec
from yaie.rules import model
from yaie.rules.judge import RULES, judge, rules_of
from yaie.rules.reference import rule_text


def test_a_valid_spec_has_no_problem() -> None:
    assert judge(spec(), facts()) == ()


def test_a_valid_checkpoint_on_a_gpu_has_no_problem() -> None:
    assert judge(spec(device={"kind": "auto"}), facts(checkpoint=checkpoint(), host=gpus())) == ()


def test_public_functions_of_a_module_are_its_rules() -> None:
    assert model.something_is_named in rules_of(model)
    assert model._weights not in rules_of(model)


def test_functions_from_elsewhere_are_no_rules() -> None:
    assert model.nearest not in rules_of(model)


def test_every_rule_says_in_its_docstring_what_it_holds() -> None:
    assert [rule.__name__ for rule in RULES if not rule_text(rule).cause.endswith(".")] == []


def test_problems_come_in_the_order_of_the_groups() -> None:
    asked = spec(task={"num_labels": 3}, model={"config": {"hidden_sizee": 3}})
    paths = [problem.path for problem in judge(asked, facts())]
    assert paths == ["model.config.hidden_sizee", "task.num_labels"]


def test_without_an_architecture_only_its_absence_is_said() -> None:
    unknown = facts(architecture=None, model_type=None, task=None)
    asked = spec(model={"id": "org/x", "architecture": None, "config": {"hidden_sizee": 3}})
    assert [problem.message for problem in judge(asked, unknown)] == [
        "nothing is known of `org/x`: its config overrides were not checked"
    ]
