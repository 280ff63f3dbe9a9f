"""Has the architecture a class for the task, and the class a head with labels?"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from tests.rules.making import LLAMA, checkpoint, facts, spec
from yaie.facts.catalogue import catalogue
from yaie.rules.judge import judge
from yaie.rules.problems import refused, wrong
from yaie.rules.task import only_heads_with_labels_take_labels

CLASSIFIER = facts(task="sequence-classification")


@pytest.mark.parametrize(
    ("asked", "meant"),
    [
        ("causal-lmm", "causal-lm"),
        ("AutoModelForCausalLM", "causal-lm"),
        ("vision2seq", "image-text-to-text"),
    ],
)
def test_an_unknown_task_is_an_input_error_with_the_one_that_was_meant(
    asked: str, meant: str
) -> None:
    assert judge(spec(task={"name": asked}), facts(task=asked)) == (
        wrong(
            "task.name",
            f"transformers 5.23.0 has no task `{asked}`; it has 7, such as `causal-lm`,"
            " `sequence-classification`",
            f"`task={meant}`",
        ),
    )


def test_a_part_of_other_models_is_not_loaded_alone() -> None:
    part = replace(LLAMA, model_type="llama_part", classes={})
    assert judge(spec(), facts(architecture=part, task=None)) == (
        refused(
            "model.architecture",
            "`llama_part` is a part of other models, and no AutoModel class of transformers 5.23.0"
            " builds it alone",
        ),
    )


def test_transformers_builds_no_part_alone() -> None:
    from transformers import AutoConfig, AutoModel

    with pytest.raises(ValueError, match="Unrecognized configuration class"):
        AutoModel.from_config(AutoConfig.for_model("siglip_text_model"))


def test_an_architecture_without_a_class_for_the_task_lists_those_that_it_has() -> None:
    assert judge(spec(task={"name": "masked-lm"}), facts(task="masked-lm")) == (
        refused(
            "task.name",
            "`llama` has no class for `masked-lm`; it has those for `base`, `causal-lm`,"
            " `sequence-classification`, `token-classification`",
            "`task=causal-lm`",
        ),
    )


def test_the_checkpoints_own_task_is_proposed_first() -> None:
    held = checkpoint(config={"architectures": ["LlamaForTokenClassification"]})
    (problem,) = judge(spec(task={"name": "masked-lm"}), facts(task="masked-lm", checkpoint=held))
    assert problem.hint == "`task=token-classification`"


def test_labels_are_refused_where_no_head_has_them() -> None:
    assert judge(spec(task={"num_labels": 3}), facts()) == (
        refused(
            "task.num_labels",
            "`causal-lm` has no head with labels, so `num_labels` would be ignored",
            "`task.num_labels=null`, or `task=sequence-classification`",
        ),
    )


def test_labels_are_taken_where_a_head_has_them() -> None:
    labels = {"num_labels": 2, "id2label": {0: "no", 1: "yes"}, "label2id": {"no": 0, "yes": 1}}
    assert judge(spec(task=labels | {"problem_type": "regression"}), CLASSIFIER) == ()


@pytest.mark.parametrize(
    ("fields", "problem"),
    [
        (
            {"num_labels": 0},
            wrong(
                "task.num_labels",
                "a head has at least one label, not `0`",
                "`task.num_labels=2`",
            ),
        ),
        (
            {"num_labels": 3, "id2label": {0: "no", 1: "yes"}},
            wrong(
                "task.num_labels",
                "`3` labels were asked, and 2 are named",
                "`task.num_labels=2`",
            ),
        ),
        (
            {"id2label": {1: "no", 2: "yes"}},
            wrong(
                "task.id2label",
                "the numbers of 2 labels are 0 to 1, not `1`, `2`",
                "`~task.id2label.2 task.id2label.0=no task.id2label.1=yes`",
            ),
        ),
        (
            {"id2label": {0: "no", 1: "yes"}, "label2id": {"no": 1, "yes": 0}},
            wrong(
                "task.label2id",
                "`label2id` is not the inverse of `id2label`",
                "`task.label2id=null`",
            ),
        ),
        (
            {"label2id": {"yes": 1, "no": 0}},
            wrong(
                "task.label2id",
                "transformers takes the names of labels from `id2label`, which is not given",
                "`task.id2label.0=no task.id2label.1=yes`",
            ),
        ),
        (
            {"num_labels": 1, "problem_type": "single_label_classification"},
            refused(
                "task.problem_type",
                "`single_label_classification` chooses among at least two labels, and"
                " `task.num_labels` is `1`",
                "`task.num_labels=2`, or `task.problem_type=regression`",
            ),
        ),
    ],
)
def test_labels_that_contradict_each_other_are_refused(
    fields: dict[str, Any], problem: object
) -> None:
    assert judge(spec(task=fields), CLASSIFIER) == (problem,)


def test_problem_type_is_refused_where_each_token_has_a_label() -> None:
    asked = spec(task={"problem_type": "regression"})
    assert judge(asked, facts(task="token-classification")) == (
        refused(
            "task.problem_type",
            "`problem_type` is read where a whole input gets a label, and `token-classification`"
            " does not read it",
            "`task.problem_type=null`",
        ),
    )


def test_two_labels_of_one_name_are_an_input_error() -> None:
    named = {"name": "sequence-classification", "id2label": {0: "a", 1: "a"}}
    (problem,) = judge(spec(task=named), facts(task="sequence-classification"))
    assert problem == wrong(
        "task.id2label.1",
        "`a` is the name of label 0 too; each needs one of its own",
        "`task.id2label.1=a_1`",
    )


def labelled(model_type: str, task: str) -> tuple[bool, bool]:
    """Whether yaie lets a class have five labels, and whether its parameters change with them."""
    import torch
    import transformers
    from transformers import AutoConfig

    known = catalogue()
    architecture = known.architecture(model_type)
    asked = spec(model={"architecture": model_type}, task={"name": task, "num_labels": 5})
    true = facts(architecture=architecture, model_type=model_type, task=task)
    auto = getattr(transformers, known.tasks[task])
    shapes = []
    for labels in (3, 5):
        with torch.device("meta"):
            model = auto.from_config(AutoConfig.for_model(model_type, num_labels=labels))
        shapes.append({name: tuple(p.shape) for name, p in model.named_parameters()})
    return not tuple(only_heads_with_labels_take_labels(asked, true)), shapes[0] != shapes[1]


@pytest.mark.parametrize(
    ("model_type", "task", "has_labels"),
    [
        ("rt_detr_v2", "base", True),
        ("albert", "pre-training", True),
        ("blip", "visual-question-answering", False),
        ("bert", "pre-training", False),
        ("bert", "token-classification", True),
    ],
)
@pytest.mark.filterwarnings("ignore")
def test_a_class_has_labels_where_its_parameters_change_with_them(
    model_type: str, task: str, has_labels: bool
) -> None:
    assert labelled(model_type, task) == (has_labels, has_labels)
