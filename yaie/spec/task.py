"""Group `task`: which head the model is loaded with."""

from __future__ import annotations

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
