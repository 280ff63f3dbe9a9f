from __future__ import annotations

import pytest

from yaie.facts.catalogue import catalogue
from yaie.facts.types import mismatch

VALUES = [None, True, 0, 1, 3, -1, 0.5, 1.0, "x", "eager", "mean", [], [1], [1, 2], [0.5], ["x"]]
VALUES += [[True], [[1, 2]], {}, {"a": 1}, {"0": "x"}]
FIELDS = [
    ("llama", "hidden_size"),
    ("llama", "attention_bias"),
    ("llama", "rms_norm_eps"),
    ("llama", "attention_dropout"),
    ("llama", "hidden_act"),
    ("llama", "num_key_value_heads"),
    ("llama", "eos_token_id"),
    ("gpt2", "n_inner"),
    ("modernbert", "classifier_pooling"),
    ("cvt", "qkv_bias"),
    ("cvt", "mlp_ratio"),
    ("bamba", "time_step_limit"),
    ("step3p5", "swiglu_limits"),
    ("mllama_vision_model", "supported_aspect_ratios"),
    ("emu3", "vocabulary_map"),
    ("wav2vec2-bert", "position_embeddings_type"),
    ("hgnet_v2", "stem_strides"),
    ("dpt", "readout_type"),
]


@pytest.mark.parametrize(
    ("value", "type_", "allowed"),
    [
        ("x", "int", "an integer"),
        (True, "int", "an integer"),
        (1, "float", "a number with a decimal point (`0.1`)"),
        ("x", "float | int", "a number"),
        (1, "bool | None", "true or false or null"),
        (3, "Literal['cls', 'mean']", "one of `cls`, `mean`"),
        ([0.5], "list[int] | tuple[int, ...]", "a list of integers"),
        ("x", "int | list[int] | tuple[int, int]", "an integer or a list of integers"),
        (3, "dict | PreTrainedConfig | None", "a mapping or null"),
        (3, "str | torch.dtype | None", "text or null"),
        ([1], "list[list[int]] | None", "a list of lists of integers or null"),
        ({"a": "b"}, "dict[str, int] | None", "a mapping to integers or null"),
    ],
)
def test_a_value_of_another_type_is_told_what_is_allowed(
    value: object, type_: str, allowed: str
) -> None:
    assert mismatch(value, type_) == allowed


@pytest.mark.parametrize(
    ("value", "type_"),
    [
        (1, "int"),
        (0.5, "float"),
        (None, "int | None"),
        ([1, 2], "list[int] | tuple[int, int]"),
        ({"text": 1}, "dict[str, Any]"),
        ("mean", "Literal['cls', 'mean']"),
        ([3, [1, 2]], "Sequence[int | list[int] | tuple[int, ...]]"),
        (object(), "Any"),
    ],
)
def test_a_value_of_the_type_fits(value: object, type_: str) -> None:
    assert mismatch(value, type_) is None


@pytest.mark.parametrize(("model_type", "field"), FIELDS)
def test_the_verdict_is_that_of_transformers(model_type: str, field: str) -> None:
    facts = catalogue().architecture(model_type)
    assert facts is not None
    ours = [mismatch(value, facts.fields[field].type) is None for value in VALUES]
    assert ours == [_accepts(model_type, field, value) for value in VALUES]


def test_every_type_of_every_config_can_be_said_in_words() -> None:
    known = catalogue()
    facts = [known.architecture(model_type) for model_type in known.model_types]
    types = {field.type for arch in facts if arch for field in arch.fields.values()}
    assert [t for t in types if "nothing" in (mismatch(object(), t) or "")] == []


def _accepts(model_type: str, field: str, value: object) -> bool:
    """Whether transformers takes the value for the field; other complaints do not count."""
    from huggingface_hub.errors import StrictDataclassFieldValidationError
    from transformers import CONFIG_MAPPING

    config = CONFIG_MAPPING[model_type]()
    try:
        setattr(config, field, value)
    except StrictDataclassFieldValidationError:
        return False
    return True
