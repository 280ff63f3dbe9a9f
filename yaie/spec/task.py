"""Group `task`: which head the model is loaded with."""

from __future__ import annotations

import re
from typing import Literal

from yaie.spec.group import Group


class TaskSpec(Group):
    """The AutoModel class by its kebab-case name, and the fields of its head."""

    name: str = "auto"
    """`auto` (from the checkpoint), `base` (AutoModel), or a name such as `causal-lm`."""
    num_labels: int | None = None
    """Number of labels of a classification head."""
    id2label: dict[int, str] | None = None
    """Label names by number."""
    label2id: dict[str, int] | None = None
    """Label numbers by name."""
    problem_type: (
        Literal["regression", "single_label_classification", "multi_label_classification"] | None
    ) = None
    """Which loss a sequence classification head computes."""


HEAD_FIELDS = tuple(name for name in TaskSpec.model_fields if name != "name")
"""Fields of a task's head; config.json has them by the same names."""


def task_name(auto_class: str) -> str:
    """The task of an AutoModel class: `AutoModelForCausalLM` is `causal-lm`, `AutoModel` `base`."""
    head = auto_class.removeprefix("AutoModel").removeprefix("For")
    words = re.findall(r"[A-Z][a-z]+2[A-Z][a-z]+|XVector|[A-Z]+(?![a-z])|[A-Z][a-z0-9]*", head)
    return "-".join(words).lower() or "base"
