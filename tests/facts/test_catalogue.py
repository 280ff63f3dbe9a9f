from __future__ import annotations

from pathlib import Path

import pytest

from yaie.facts.architecture import ArchitectureFacts
from yaie.facts.catalogue import SHIPPED, catalogue, kept_file, open_catalogue
from yaie.facts.packages import installed
from yaie.sources.kept import keep

PACKED = (SHIPPED / f"catalogue-{installed()['transformers']}.jsonl.gz").read_bytes()


@pytest.fixture
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    return tmp_path / "cache" / "yaie"


def _facts(model_type: str) -> ArchitectureFacts:
    facts = catalogue().architecture(model_type)
    assert facts is not None
    return facts


def test_the_catalogue_is_that_of_the_installed_version() -> None:
    assert catalogue().version == installed()["transformers"]


def test_tasks_lead_to_auto_classes() -> None:
    tasks = catalogue().tasks
    named = {name: tasks[name] for name in ("base", "ctc", "seq2seq-lm", "audio-xvector")}
    assert named == {
        "base": "AutoModel",
        "ctc": "AutoModelForCTC",
        "seq2seq-lm": "AutoModelForSeq2SeqLM",
        "audio-xvector": "AutoModelForAudioXVector",
    }


def test_a_field_has_its_type_and_default() -> None:
    field = _facts("llama").fields["num_hidden_layers"]
    assert (field.type, field.default, field.checked) == ("int", 32, True)


def test_a_field_that_every_config_has_is_not_checked_by_transformers() -> None:
    assert not _facts("llama").fields["return_dict"].checked


def test_standard_names_lead_to_the_configs_own() -> None:
    assert _facts("gpt2").attribute_map["hidden_size"] == "n_embd"


def test_properties_can_be_set_although_they_are_no_fields() -> None:
    assert {"num_labels", "output_attentions"} <= set(_facts("llama").properties)


def test_modules_are_named_by_layer_and_not_inside_of_what_must_stay_whole() -> None:
    modules = _facts("llama").classes["causal-lm"].modules
    assert modules == (
        "model",
        "model.embed_tokens",
        "model.layers",
        "model.layers.*",
        "model.norm",
        "model.rotary_emb",
        "lm_head",
    )


def test_an_unknown_model_type_has_no_facts() -> None:
    assert catalogue().architecture("llam") is None


@pytest.mark.parametrize(
    ("name", "place"),
    [
        ("LlamaForCausalLM", ("llama", "causal-lm")),
        ("GPT2LMHeadModel", ("gpt2", "causal-lm")),
        ("BertForPreTraining", ("bert", "pre-training")),
        ("BertModel", ("bert", "base")),
        ("T5ForConditionalGeneration", ("t5", "seq2seq-lm")),
        ("WhisperForConditionalGeneration", ("whisper", "speech-seq2seq")),
        ("LlavaForConditionalGeneration", ("llava", "image-text-to-text")),
        ("Gemma3ForConditionalGeneration", ("gemma3", "image-text-to-text")),
        ("CLIPModel", ("clip", "zero-shot-image-classification")),
        ("DeiTForImageClassificationWithTeacher", ("deit", "image-classification")),
    ],
)
def test_a_class_is_first_of_all_for_one_task(name: str, place: tuple[str, str]) -> None:
    assert catalogue().task_of(name) == place


def test_a_class_that_no_auto_class_leads_to_is_for_no_task() -> None:
    assert catalogue().task_of("LlamaDecoderLayer") is None


@pytest.mark.parametrize("model_type", ["llama", "gpt2", "clip", "t5", "bark", "hrm_text", "dbrx"])
def test_what_is_shipped_is_what_transformers_says(model_type: str) -> None:
    from yaie.facts.building import build_architecture

    assert build_architecture(model_type) == _facts(model_type)


def test_another_version_is_built_once(cache: Path) -> None:
    said: list[str] = []
    first = open_catalogue("0.1", lambda: PACKED, said.append)
    open_catalogue("0.1", lambda: pytest.fail("built again"), said.append)
    assert first.architecture("llama") is not None
    assert said == ["Reading what transformers 0.1 supports; this is done once and takes minutes."]


def test_a_cache_that_cannot_be_written_is_said(cache: Path) -> None:
    cache.parent.write_text("a file where the folder should be")
    said: list[str] = []
    open_catalogue("0.1", lambda: PACKED, said.append)
    assert said[1:] == [
        f"It could not be kept in `{cache}` (Not a directory): every run reads it anew."
    ]


def test_a_spoiled_file_is_made_anew(cache: Path) -> None:
    keep(PACKED[:1000], kept_file("0.1"))
    said: list[str] = []
    assert open_catalogue("0.1", lambda: PACKED, said.append).architecture("llama")
    assert kept_file("0.1").read_bytes() == PACKED
    assert said[0].startswith(f"`{kept_file('0.1')}` is spoiled")


def test_keeping_leaves_nothing_but_the_file(tmp_path: Path) -> None:
    keep(b"packed", tmp_path / "yaie" / "catalogue")
    assert [path.name for path in (tmp_path / "yaie").iterdir()] == ["catalogue"]


def test_a_field_whose_name_is_mapped_to_none_keeps_it() -> None:
    from transformers import Qwen3MoeConfig

    facts = catalogue().architecture("qwen3_moe")
    assert facts is not None
    assert facts.attribute_map == {"num_local_experts": "num_experts"}
    assert Qwen3MoeConfig(num_experts=4).num_local_experts == 4
