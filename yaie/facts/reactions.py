"""What default models do with dtypes and experts' kernels. Imports transformers.

A config carries both along, whether or not the model heeds them.
"""

from __future__ import annotations

from typing import Any

from yaie.facts.observing import Subject

ASKED = "bfloat16"


def left_in_fp32(subject: Subject) -> tuple[str, ...]:
    """Parameters that from_config makes in float32 whatever dtype is asked."""
    model = subject.attempt(dtype=ASKED).model
    if model is None:
        return ()
    named = ((name, str(p.dtype)) for name, p in model.named_parameters())
    return tuple(dict.fromkeys(_starred(n) for n, dtype in named if dtype == "torch.float32"))


def without_experts(model: Any) -> bool:
    """Whether no module of the model has experts whose implementation is chosen."""
    # transformers.integrations.moe.use_experts_implementation gives its classes this method.
    return model is not None and not any(hasattr(m, "_apply_gate") for m in model.modules())


def _starred(name: str) -> str:
    return ".".join("*" if part.isdigit() else part for part in name.split("."))
