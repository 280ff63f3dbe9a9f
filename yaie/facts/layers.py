"""Model classes without plain linear layers that could be quantised. Data.

Seen on the default models of transformers 5.23, less the output head and what is tied to it, which
methods leave as they are unless they are told otherwise.
"""

from __future__ import annotations

from collections.abc import Mapping

LINEAR = "Linear"
"""torch.nn.Linear itself."""
DERIVED = "derived"
"""A class that is derived from it."""
CONV1D = "Conv1D"
"""transformers.pytorch_utils.Conv1D, a linear layer whose weight is the other way round."""

_CONV1D = frozenset({CONV1D})
_DERIVED = frozenset({DERIVED})
_NONE: frozenset[str] = frozenset()

LAYERS: Mapping[str, frozenset[str]] = {
    "BitModel": _NONE,
    "DacModel": _NONE,
    "EfficientNetModel": _NONE,
    "EncodecModel": _NONE,
    "FalconForCausalLM": _DERIVED,
    "FalconForSequenceClassification": _DERIVED,
    "FalconModel": _DERIVED,
    "GPT2ForSequenceClassification": _CONV1D,
    "GPT2LMHeadModel": _CONV1D,
    "GPT2Model": _CONV1D,
    "GlmImageVQVAE": _NONE,
    "HGNetV2Backbone": _NONE,
    "ImageGPTForImageClassification": _CONV1D,
    "ImageGPTModel": _CONV1D,
    "MobileNetV1Model": _NONE,
    "MobileNetV2ForSemanticSegmentation": _NONE,
    "MobileNetV2Model": _NONE,
    "MobileViTV2ForSemanticSegmentation": _NONE,
    "MobileViTV2Model": _NONE,
    "OpenAIGPTForSequenceClassification": _CONV1D,
    "OpenAIGPTLMHeadModel": _CONV1D,
    "OpenAIGPTModel": _CONV1D,
    "PPOCRV5MobileDetForObjectDetection": _NONE,
    "PPOCRV5MobileRecModel": _NONE,
    "PPOCRV5ServerRecModel": _NONE,
    "PPOCRV6SmallDetForObjectDetection": _NONE,
    "PPOCRV6SmallDetModel": _NONE,
    "PPOCRV6SmallRecModel": _NONE,
    "PPOCRV6TinyRecModel": _NONE,
    "PoolFormerModel": _NONE,
    "RegNetModel": _NONE,
    "ResNetModel": _NONE,
    "SuperPointForKeypointDetection": _NONE,
    "TextNetModel": _NONE,
    "UVDocModel": _NONE,
    "UnivNetModel": _NONE,
    "UperNetForSemanticSegmentation": _NONE,
}
"""Model class → the kinds of linear layers that it has instead."""
