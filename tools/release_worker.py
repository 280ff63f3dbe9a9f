"""Runs programs, and says what models they made: a line of JSON in and out for each.

Runs with any release of transformers, and without yaie.
"""

from __future__ import annotations

import json
import sys
import warnings
from typing import Any

TOKENS = [[1, 43, 80, 261, 807, 267, 80, 293]]
"""`In the beginning`, by the tokenizer of the model that comes with yaie."""

VOCABULARY = 1024
"""Its number of tokens."""


def main() -> None:
    import transformers

    warnings.simplefilter("ignore")
    transformers.logging.set_verbosity(transformers.logging.CRITICAL)
    answers, sys.stdout = sys.stdout, sys.stderr
    for line in sys.stdin:
        print(json.dumps(_made_by(json.loads(line))), file=answers, flush=True)


def _made_by(program: str) -> dict[str, Any]:
    names: dict[str, Any] = {}
    try:
        exec(program, names)
        return _seen(names["model"], names.get("tokenizer"))
    except Exception as error:
        # Whatever is raised is the answer.
        return {"error": f"{type(error).__name__}: {str(error).strip().splitlines()[0][:200]}"}


def _seen(model: Any, tokenizer: Any) -> dict[str, Any]:
    # 5.0 does not tie the weights of a model that it makes on meta.
    model.tie_weights()
    dtypes = sorted({str(parameter.dtype) for parameter in model.parameters()})
    return {
        "class": type(model).__name__,
        "parameters": sum(parameter.numel() for parameter in model.parameters()),
        "dtypes": dtypes,
        "attention": model.config._attn_implementation,
        "training": model.training,
        "tokens": tokenizer("In the beginning").input_ids if tokenizer is not None else None,
        "logits": _logits(model),
    }


def _logits(model: Any) -> list[float] | None:
    """The first of the last token's; None for what is not the model that comes with yaie."""
    import torch

    if type(model).__name__ != "LlamaForCausalLM" or model.config.vocab_size != VOCABULARY:
        return None
    if any(parameter.is_meta for parameter in model.parameters()):
        return None
    with torch.no_grad():
        output = model(input_ids=torch.tensor(TOKENS), use_cache=False)
    return [float(value) for value in output.logits[0, -1, :16]]


if __name__ == "__main__":
    main()
