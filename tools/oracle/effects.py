"""Whether what a model carries along changes it at all. Imports torch."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from tools.oracle.cell import Cell

LABELS = frozenset({"num_labels", "id2label"})


def without_effect(cell: Cell, auto: Any, model: Any) -> Iterator[str]:
    """What the model carries along and does not read."""
    if LABELS & cell.head.keys():
        if not _labels_shape_it(cell, auto, model):
            yield "the number of labels changes nothing of the model"
        elif cell.task == "question-answering" and model.config.num_labels != 2:
            yield "an answer's start and end are two scores, whatever the labels"
    if "problem_type" in cell.head and not _reads_problem_type(model):
        yield "`problem_type` is read by no loss of the model"
    if cell.experts != "auto" and not any(map(_chooses_experts, model.modules())):
        yield "the experts' implementation is read by no module"


def _labels_shape_it(cell: Cell, auto: Any, model: Any) -> bool:
    """Whether another number of labels makes another model."""
    import copy

    import torch

    # A quantised model's weights have shapes of their own.
    same, more = copy.deepcopy(model.config), copy.deepcopy(model.config)
    more.num_labels = more.num_labels + 3
    with torch.device("meta"):
        return _shapes(type(model)(same)) != _shapes(type(model)(more))


def _shapes(model: Any) -> dict[str, Any]:
    return {name: tuple(p.shape) for name, p in model.named_parameters()}


def _reads_problem_type(model: Any) -> bool:
    import inspect

    from transformers.loss.loss_utils import ForSequenceClassificationLoss

    if getattr(model, "loss_function", None) is ForSequenceClassificationLoss:
        return True
    return "problem_type" in inspect.getsource(type(model))


def _chooses_experts(module: Any) -> bool:
    """Whether transformers.integrations.moe.use_experts_implementation made the module's class."""
    return hasattr(module, "has_post_expert_norm")
