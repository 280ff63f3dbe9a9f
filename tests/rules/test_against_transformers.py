"""Where a rule says no, transformers fails, late, or does something other than asked."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.rules.conftest import SIZES
from yaie.facts import quantization
from yaie.rules import model
from yaie.rules.device import _bytes

# Upstream warns where it does something other than asked; what it does is asserted instead.
pytestmark = pytest.mark.filterwarnings("ignore")


def load(folder: str, **kwargs: Any) -> Any:
    from transformers import AutoModelForCausalLM

    return AutoModelForCausalLM.from_pretrained(folder, **kwargs)


def four_bit(**kwargs: Any) -> Any:
    from transformers import BitsAndBytesConfig

    return BitsAndBytesConfig(load_in_4bit=True, **kwargs)


def logits(loaded: Any) -> Any:
    import torch

    with torch.no_grad():
        return loaded(torch.tensor([[1, 2]])).logits


def config_of(folder: str, **overrides: Any) -> Any:
    from transformers import AutoConfig

    return AutoConfig.from_pretrained(folder, **overrides)


def test_a_misspelt_override_is_dropped(llama: str) -> None:
    assert not hasattr(config_of(llama, hidden_sizee=3), "hidden_sizee")


def test_a_misspelt_override_of_a_part_is_kept_unread(tmp_path: Path) -> None:
    from transformers import CLIPConfig

    CLIPConfig().save_pretrained(tmp_path)
    vision = config_of(str(tmp_path), vision_config={"hidden_sizee": 64}).vision_config
    assert (vision.hidden_size, vision.hidden_sizee) == (768, 64)


def test_a_field_of_a_part_said_of_the_whole_is_dropped(tmp_path: Path) -> None:
    from transformers import CLIPConfig

    CLIPConfig().save_pretrained(tmp_path)
    assert config_of(str(tmp_path), hidden_size=64).text_config.hidden_size == 512


def test_an_override_of_another_type_fails(llama: str) -> None:
    from huggingface_hub.errors import StrictDataclassFieldValidationError

    with pytest.raises(StrictDataclassFieldValidationError):
        config_of(llama, num_attention_heads="many")


def test_a_former_rope_field_is_dropped(llama: str) -> None:
    read = config_of(llama, rope_theta=5.0)
    assert read.rope_parameters["rope_theta"] == 10000.0
    assert not hasattr(read, "rope_theta")


def test_rope_parameters_without_their_type_fail(llama: str) -> None:
    with pytest.raises(KeyError, match="rope_type"):
        load(llama, config=config_of(llama, rope_parameters={"rope_theta": 5.0}))


def test_more_layers_than_config_json_lists_fail(qwen3: str) -> None:
    with pytest.raises(IndexError):
        load(qwen3, num_hidden_layers=3)


def test_fewer_layers_than_config_json_lists_load(qwen3: str) -> None:
    assert len(load(qwen3, num_hidden_layers=1).model.layers) == 1


def test_fewer_layers_than_are_listed_fail_in_a_new_config() -> None:
    from huggingface_hub.errors import StrictDataclassClassValidationError
    from transformers import AutoConfig

    types = ["full_attention", "full_attention"]
    with pytest.raises(StrictDataclassClassValidationError, match="num_hidden_layers"):
        AutoConfig.for_model("qwen3", num_hidden_layers=1, layer_types=types)


def test_of_a_field_said_by_two_names_one_is_dropped() -> None:
    from transformers import AutoConfig

    assert AutoConfig.for_model("gpt2", n_embd=8, hidden_size=16).n_embd == 16


def test_labels_of_a_model_without_such_a_head_are_carried_unread(llama: str) -> None:
    loaded = load(llama, num_labels=7)
    assert loaded.config.num_labels == 7
    assert logits(loaded).shape[-1] == SIZES["vocab_size"]


def test_labels_change_the_head_that_has_them(llama: str) -> None:
    from transformers import AutoModelForTokenClassification

    loaded = AutoModelForTokenClassification.from_pretrained(llama, num_labels=7)
    assert loaded.score.out_features == 7


def test_of_contradicting_numbers_of_labels_one_is_dropped(llama: str) -> None:
    assert config_of(llama, num_labels=3, id2label={0: "a", 1: "b"}).num_labels == 2


def test_label_numbers_alone_name_no_label(llama: str) -> None:
    assert config_of(llama, label2id={"a": 0, "b": 1}).id2label == {0: "LABEL_0", 1: "LABEL_1"}


def test_a_choice_among_one_label_fails() -> None:
    from transformers import AutoConfig

    with pytest.raises(ValueError, match="num_labels > 1"):
        AutoConfig.for_model("llama", problem_type="single_label_classification", num_labels=1)


def test_an_architecture_without_a_class_for_the_task_fails(llama: str) -> None:
    from transformers import AutoModelForSeq2SeqLM

    with pytest.raises(ValueError, match="Unrecognized configuration class"):
        AutoModelForSeq2SeqLM.from_pretrained(llama)


@pytest.mark.parametrize("asked", [{"use_safetensors": False}, {"variant": "fp16"}])
def test_weights_of_another_format_or_variant_are_not_found(
    llama: str, asked: dict[str, Any]
) -> None:
    with pytest.raises(OSError, match="no file named"):
        load(llama, **asked)


def test_safetensors_alone_are_not_found_in_a_bin_checkpoint(pickled: str) -> None:
    with pytest.raises(OSError, match=r"no file named model\.safetensors"):
        load(pickled, use_safetensors=True)


def test_from_config_takes_neither_quantisation_nor_device_map(llama: str) -> None:
    from transformers import AutoModelForCausalLM

    for asked in ({"quantization_config": four_bit()}, {"device_map": "auto"}):
        with pytest.raises(TypeError, match="unexpected keyword"):
            AutoModelForCausalLM.from_config(config_of(llama), **asked)


def test_an_incomplete_map_leaves_the_rest_on_the_cpu(llama: str) -> None:
    loaded = load(llama, device_map={"model.embed_tokens": "meta"})
    assert {p.device.type for p in loaded.parameters()} == {"meta", "cpu"}


def test_a_misspelt_module_is_not_placed(llama: str) -> None:
    loaded = load(llama, device_map={"": "cpu", "model.layer.0": "disk"})
    assert {p.device.type for p in loaded.model.layers[0].parameters()} == {"cpu"}


@pytest.mark.parametrize(
    "overlapping",
    [{"": "cpu", "model.layers.0": "disk"}, {"": "disk", "lm_head": "cpu"}],
)
def test_a_map_to_disk_with_overlapping_keys_fails(
    llama: str, tmp_path: Path, overlapping: dict[str, str]
) -> None:
    with pytest.raises(ValueError, match="is on the meta device"):
        load(llama, device_map=overlapping, offload_folder=str(tmp_path))


def test_pickled_weights_on_disk_need_a_folder(pickled: str) -> None:
    with pytest.raises(ValueError, match="provide an `offload_folder`"):
        load(pickled, device_map={"": "disk"})


def test_safetensors_on_disk_need_none(llama: str) -> None:
    assert logits(load(llama, device_map={"": "disk"})).isfinite().all()


def test_a_limit_by_a_devices_name_fails(llama: str) -> None:
    with pytest.raises(ValueError, match="is not recognized"):
        load(llama, device_map="auto", max_memory={"cuda:0": "20GiB"})


def test_a_limit_of_nothing_sends_all_to_disk(llama: str) -> None:
    assert load(llama, device_map="auto", max_memory={"cpu": 0}).hf_device_map == {"": "disk"}


@pytest.mark.parametrize(
    "size", ["20GiB", "20GB", "1.5gib", "300 MB", "7KB", "20", "20TB", "20G", "lots", ""]
)
def test_sizes_are_read_as_accelerate_reads_them(size: str) -> None:
    from accelerate.utils import convert_file_size_to_int

    try:
        expected = convert_file_size_to_int(size)
    except ValueError:
        expected = None
    assert _bytes(size) == expected


def test_four_bits_of_float64_fail(llama: str) -> None:
    import torch

    with pytest.raises(RuntimeError, match="conversion of the weights"):
        load(llama, dtype=torch.float64, quantization_config=four_bit())


def test_four_bits_computed_in_float64_fail_or_are_not_numbers(llama: str) -> None:
    """Which of the two depends on the processor, whose kernel bitsandbytes takes."""
    loaded = load(llama, quantization_config=four_bit(bnb_4bit_compute_dtype="float64"))
    try:
        computed = logits(loaded)
    except (AssertionError, RuntimeError):
        return
    assert computed.isnan().any()


def test_other_bits_of_a_quantised_checkpoint_are_ignored(quantised: str) -> None:
    from transformers import BitsAndBytesConfig

    loaded = load(quantised, quantization_config=BitsAndBytesConfig(load_in_8bit=True))
    assert loaded.is_loaded_in_4bit


def test_other_settings_of_a_quantised_checkpoint_are_ignored(quantised: str) -> None:
    loaded = load(quantised, quantization_config=four_bit(bnb_4bit_quant_type="nf4"))
    assert loaded.config.quantization_config.bnb_4bit_quant_type == "fp4"


def test_a_misspelt_module_that_should_be_skipped_is_quantised(llama: str) -> None:
    loaded = load(llama, quantization_config=four_bit(llm_int8_skip_modules=["lm_heed"]))
    assert type(loaded.lm_head).__name__ == "Linear4bit"


def test_quantised_modules_are_not_offloaded_unless_allowed(llama: str) -> None:
    placed = {"model": "cpu", "lm_head": "disk"}
    with pytest.raises(ValueError, match="llm_int8_enable_fp32_cpu_offload"):
        load(llama, device_map=placed, quantization_config=four_bit())


def test_lowest_versions_are_those_of_transformers() -> None:
    from transformers.utils import import_utils

    assert model.GGUF_MINIMUM == import_utils.GGUF_MIN_VERSION


def test_devices_of_bitsandbytes_are_those_that_it_names() -> None:
    import bitsandbytes

    assert bitsandbytes.supported_torch_devices == quantization.BITSANDBYTES
