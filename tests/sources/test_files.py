from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from yaie.sources.files import has_processor, has_tokenizer, shards, small_files, weights
from yaie.spec.model import ModelSpec

STEMS = ("model.safetensors", "pytorch_model.bin")
NAMES = sorted(
    {
        name
        for stem in STEMS
        for name in (stem, f"{stem}.index.json")
        for name in (name, ".fp16.".join(name.rsplit(".", 1)))
    }
)


@given(
    names=st.sets(st.sampled_from(NAMES)),
    variant=st.sampled_from([None, "fp16"]),
    use_safetensors=st.sampled_from([None, True, False]),
    subfolder=st.sampled_from(["", "part"]),
)
@settings(deadline=None, max_examples=80)
def test_the_weights_are_those_that_transformers_takes(
    names: set[str],
    variant: str | None,
    use_safetensors: bool | None,
    subfolder: str,
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    folder = tmp_path_factory.mktemp("weights")
    (folder / subfolder).mkdir(exist_ok=True)
    for name in names:
        (folder / subfolder / name).write_text('{"metadata": {}, "weight_map": {"a": "shard"}}')
    model = ModelSpec(variant=variant, use_safetensors=use_safetensors, subfolder=subfolder)
    files = {p.relative_to(folder).as_posix() for p in folder.rglob("*") if p.is_file()}
    ours = weights(files, model, {})
    assert (ours and _read_by_us(ours.file, ours.is_index)) == _read_by_transformers(folder, model)


def _read_by_us(file: str, is_index: bool) -> str:
    return str(Path(file).parent / "shard") if is_index else file


def _read_by_transformers(folder: Path, model: ModelSpec) -> str | None:
    from transformers.modeling_utils import _get_resolved_checkpoint_files

    asked: dict[str, Any] = {"variant": model.variant, "use_safetensors": model.use_safetensors}
    try:
        read, _ = _get_resolved_checkpoint_files(
            str(folder),
            gguf_file=None,
            user_agent=None,
            is_remote_code=False,
            download_kwargs={"subfolder": model.subfolder},
            **asked,
        )
    except OSError:
        return None
    return str(read[0]).removeprefix(f"{folder}/")


def test_a_gguf_file_is_read_alone() -> None:
    model = ModelSpec(gguf_file="q4.gguf", subfolder="part")
    found = weights({"part/q4.gguf", "model.safetensors"}, model, {})
    assert found is not None
    assert (found.format, found.file) == ("gguf", "part/q4.gguf")


def test_a_config_may_name_its_own_weights() -> None:
    config = {"transformers_weights": "other.safetensors"}
    found = weights({"other.safetensors", "model.safetensors"}, ModelSpec(), config)
    assert found is not None
    assert found.file == "other.safetensors"


def test_a_config_that_names_weights_elsewhere_is_not_heeded() -> None:
    config = {"transformers_weights": "../other.safetensors"}
    assert weights({"../other.safetensors"}, ModelSpec(), config) is None


def test_shards_are_read_in_order_from_the_folder_of_their_index() -> None:
    index = {"weight_map": {"a": "2.safetensors", "b": "1.safetensors", "c": "2.safetensors"}}
    assert shards(index, "part/index.json") == ("part/1.safetensors", "part/2.safetensors")


@pytest.mark.parametrize("name", ["../x", "/etc/passwd", "a/../../x", "", 3])
def test_an_index_that_leads_out_of_the_checkpoint_is_refused(name: object) -> None:
    with pytest.raises(ValueError, match="which is not a file of the checkpoint"):
        shards({"weight_map": {"a": name}}, "index.json")


@pytest.mark.parametrize("index", [{}, {"weight_map": {}}, {"weight_map": []}])
def test_an_index_without_a_weight_map_is_refused(index: dict[str, object]) -> None:
    with pytest.raises(ValueError, match="it has no `weight_map`"):
        shards(index, "index.json")


def test_small_files_are_those_beside_the_weights() -> None:
    files = [
        "config.json",
        "generation_config.json",
        "chat_template.jinja",
        "additional_chat_templates/tools.jinja",
        "decoder_tokenizer/vocab.txt",
        "model.safetensors",
        "model.safetensors.index.json",
        "onnx/config.json",
        "README.md",
    ]
    assert small_files(files, ModelSpec()) == tuple(files[:5])


def test_python_of_the_repository_is_small_only_where_it_may_run() -> None:
    files = ["modeling_mine.py"]
    assert small_files(files, ModelSpec()) == ()
    assert small_files(files, ModelSpec(trust_remote_code=True)) == ("modeling_mine.py",)


def test_small_files_of_a_subfolder_are_its_own() -> None:
    files = ["config.json", "part/config.json", "part/decoder_tokenizer/vocab.txt", "parts/x.json"]
    found = small_files(files, ModelSpec(subfolder="part"))
    assert found == ("part/config.json", "part/decoder_tokenizer/vocab.txt")


def test_every_file_that_a_tokenizer_of_transformers_reads_is_small() -> None:
    import transformers

    sources = Path(transformers.__file__).parent.glob("models/**/tokenization_*.py")
    tables = re.findall(
        r"VOCAB_FILES_NAMES = (\{[^}]*\})", "".join(p.read_text("utf-8") for p in sources)
    )
    names = {name for table in tables for name in re.findall(r': "([\w.-]+)"', table)}
    assert len(names) > 10
    assert set(small_files(names, ModelSpec())) == names


@pytest.mark.parametrize(
    ("files", "tokenizer", "processor"),
    [
        (["config.json", "model.safetensors"], False, False),
        (["vocab.txt"], True, False),
        (["spiece.model"], True, False),
        (["other/tokenizer.json"], False, False),
        (["preprocessor_config.json"], False, True),
        (["processor_config.json", "tokenizer.json"], True, True),
    ],
)
def test_what_processes_input_is_told_by_its_files(
    files: list[str], tokenizer: bool, processor: bool
) -> None:
    assert (has_tokenizer(files, ""), has_processor(files, "")) == (tokenizer, processor)


def test_a_tokenizer_of_the_subfolder_counts() -> None:
    assert has_tokenizer([json.dumps({}), "part/tokenizer.json"], "part")


@pytest.mark.parametrize("name", [["x"], {}, None])
def test_an_index_that_lists_no_names_is_refused(name: object) -> None:
    with pytest.raises(ValueError, match="which is not a file of the checkpoint"):
        shards({"weight_map": {"a": name}}, "index.json")
