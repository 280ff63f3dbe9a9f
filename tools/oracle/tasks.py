"""Tasks of architectures, as transformers maps them. Imports transformers."""

from __future__ import annotations

from functools import cache
from typing import Any

from yaie.spec.task import task_name


@cache
def tasks() -> dict[str, Any]:
    """Task → AutoModel class."""
    from yaie.facts.model_classes import auto_classes

    return {task_name(name): auto for name, auto in auto_classes().items()}


@cache
def tasks_of(architecture: str) -> tuple[str, ...]:
    """Tasks that transformers maps the architecture's config class to a class for."""
    from transformers import CONFIG_MAPPING

    config_class = CONFIG_MAPPING[architecture]
    return tuple(task for task, auto in tasks().items() if config_class in auto._model_mapping)
