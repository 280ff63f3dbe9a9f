from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from yaie.errors import InputError, SourceError
from yaie.facts.checkpoint import CheckpointFacts, read_checkpoint
from yaie.sources.locate import locate
from yaie.spec.model import ModelSpec

CONFIG = {"model_type": "llama", "architectures": ["LlamaForCausalLM"], "torch_dtype": "float16"}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "config.json").write_text(json.dumps(CONFIG))
    (tmp_path / "model.safetensors").write_bytes(b"")
    (tmp_path / "tokenizer.json").write_text("{}")
    return tmp_path


def read(folder: Path, model: ModelSpec | None = None) -> CheckpointFacts:
    source = locate(str(folder))
    assert source is not None
    return read_checkpoint(source, model or ModelSpec())


def message_of_reading(folder: Path, model: ModelSpec | None = None) -> str:
    with pytest.raises(SourceError) as caught:
        read(folder, model)
    return caught.value.problems[0].message


def test_config_and_weights_are_told(folder: Path) -> None:
    facts = read(folder)
    assert facts.config == CONFIG
    assert facts.model_type == "llama"
    assert facts.architectures == ("LlamaForCausalLM",)
    assert facts.dtype == "float16"
    assert (facts.format, facts.weight_files) == ("safetensors", ("model.safetensors",))
    assert (facts.has_tokenizer, facts.has_processor) == (True, False)


def test_without_weights_there_is_no_format(folder: Path) -> None:
    (folder / "model.safetensors").unlink()
    facts = read(folder)
    assert (facts.format, facts.weight_files) == (None, ())


def test_without_a_config_there_is_none(folder: Path) -> None:
    (folder / "config.json").unlink()
    assert read(folder).config is None


def test_a_subfolder_is_a_checkpoint_of_its_own(folder: Path) -> None:
    (folder / "part").mkdir()
    (folder / "part" / "config.json").write_text('{"model_type": "gpt2"}')
    facts = read(folder, ModelSpec(subfolder="part"))
    assert facts.model_type == "gpt2"
    assert (facts.format, facts.has_tokenizer) == (None, False)


def test_a_config_that_changed_is_read_again(folder: Path) -> None:
    read(folder)
    (folder / "config.json").write_text('{"model_type": "gpt2"}')
    assert read(folder).model_type == "gpt2"


def test_a_malformed_config_names_the_place(folder: Path) -> None:
    (folder / "config.json").write_text('{"model_type": llama}')
    assert message_of_reading(folder) == (
        f"`{folder}/config.json` is not JSON: Expecting value at line 1, column 16"
    )


def test_fields_of_another_type_are_not_taken_for_facts(folder: Path) -> None:
    odd = {"model_type": 3, "architectures": "Llama", "dtype": {}, "quantization_config": 4}
    (folder / "config.json").write_text(json.dumps(odd))
    facts = read(folder)
    assert (facts.model_type, facts.architectures, facts.dtype) == (None, (), None)
    assert facts.quantization is None


def test_how_it_is_quantised_already_is_told(folder: Path) -> None:
    config = {"quantization_config": {"quant_method": "gptq", "bits": 4}}
    (folder / "config.json").write_text(json.dumps(config))
    assert read(folder).quantization == {"quant_method": "gptq", "bits": 4}


def shard(folder: Path, *names: str) -> None:
    (folder / "model.safetensors").unlink()
    index = {"weight_map": {str(n): name for n, name in enumerate(names)}}
    (folder / "model.safetensors.index.json").write_text(json.dumps(index))


def test_shards_are_told_in_order(folder: Path) -> None:
    shard(folder, "2.safetensors", "1.safetensors")
    (folder / "1.safetensors").touch()
    (folder / "2.safetensors").touch()
    assert read(folder).weight_files == ("1.safetensors", "2.safetensors")


def test_a_shard_that_is_not_there_is_an_error(folder: Path) -> None:
    shard(folder, "1.safetensors")
    assert message_of_reading(folder) == (
        f"`{folder}` is not whole: its index lists `1.safetensors`, which is not there"
    )


def test_a_shard_that_is_still_to_be_fetched_is_missing_and_no_error(folder: Path) -> None:
    shard(folder, "1.safetensors")
    source = locate(str(folder))
    assert source is not None
    facts = read_checkpoint(replace(source, commit="c0ffee"), ModelSpec())
    assert facts.missing_files == ("1.safetensors",)
    assert (facts.format, facts.weight_files) == (None, ())


def test_an_index_that_leads_out_of_the_folder_is_refused(folder: Path) -> None:
    shard(folder, "../../etc/passwd")
    assert message_of_reading(folder) == (
        f"`{folder}/model.safetensors.index.json` cannot be used: "
        "it lists `../../etc/passwd`, which is not a file of the checkpoint"
    )


def test_a_gguf_file_is_read_by_its_own_metadata(folder: Path, smollm2: Path) -> None:
    (file,) = smollm2.glob("*.gguf")
    (folder / "q4.gguf").write_bytes(file.read_bytes())
    facts = read(folder, ModelSpec(gguf_file="q4.gguf"))
    assert (facts.format, facts.weight_files) == ("gguf", ("q4.gguf",))
    assert (facts.config, facts.model_type) == (None, "llama")
    assert facts.has_tokenizer


def test_a_gguf_file_elsewhere_is_an_input_error(folder: Path) -> None:
    with pytest.raises(InputError, match=r"`\.\./q4.gguf` leads out of the checkpoint"):
        read(folder, ModelSpec(gguf_file="../q4.gguf"))
