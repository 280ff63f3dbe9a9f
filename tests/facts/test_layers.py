"""Which layers model classes have: seen on default models on meta."""

from __future__ import annotations

from typing import Any

import pytest

from yaie.facts.catalogue import catalogue
from yaie.facts.layers import CONV1D, DERIVED, LAYERS, LINEAR


def default_model(name: str) -> Any:
    """The class's default model, as from_config builds it."""
    import torch
    import transformers
    from transformers import AutoConfig

    known = catalogue()
    model_type, task = known.task_of(name) or ("", "")
    auto = getattr(transformers, known.tasks[task])
    config = AutoConfig.for_model(model_type, architectures=[name])
    with torch.device("meta"):
        return auto.from_config(config)


def kinds(model: Any) -> frozenset[str]:
    """The kinds of linear layers that are not left as they are by default."""
    import torch
    from transformers.pytorch_utils import Conv1D
    from transformers.quantizers.base import get_keys_to_not_convert
    from transformers.quantizers.quantizers_utils import should_convert_module

    kept = get_keys_to_not_convert(model)
    found = set()
    for name, module in model.named_modules():
        if should_convert_module(name, kept):
            if type(module) is torch.nn.Linear:
                found.add(LINEAR)
            elif isinstance(module, torch.nn.Linear):
                found.add(DERIVED)
            elif isinstance(module, Conv1D):
                found.add(CONV1D)
    return frozenset(found)


@pytest.mark.parametrize("name", LAYERS)
@pytest.mark.filterwarnings("ignore")
def test_a_class_has_the_layers_that_are_known_of_it(name: str) -> None:
    assert kinds(default_model(name)) == LAYERS[name]


@pytest.mark.parametrize("name", ["LlamaForCausalLM", "BertForMaskedLM", "ViTModel"])
def test_other_classes_have_linear_layers(name: str) -> None:
    assert LINEAR in kinds(default_model(name))
