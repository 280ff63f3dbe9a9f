from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from yaie.errors import SourceError
from yaie.facts.facts import Facts
from yaie.facts.gather import gather
from yaie.spec.load_spec import LoadSpec


def _facts(**model: Any) -> Facts:
    return gather(LoadSpec.model_validate({"model": model}))


def _saved(folder: Path, **config: Any) -> str:
    (folder / "config.json").write_text(json.dumps(config))
    return str(folder)


def test_an_architecture_by_name_needs_no_checkpoint() -> None:
    facts = _facts(architecture="qwen3")
    assert facts.checkpoint is None
    assert facts.architecture is not None
    assert facts.architecture.config_class == "Qwen3Config"
    assert facts.task == "causal-lm"


def test_the_checkpoint_knows_its_architecture_better_than_the_spec(tmp_path: Path) -> None:
    folder = _saved(tmp_path, model_type="bert", architectures=["BertForMaskedLM"])
    facts = _facts(id=folder, architecture="llama")
    assert (facts.model_type, facts.task) == ("bert", "masked-lm")


def test_an_architecture_that_transformers_does_not_know_has_no_facts(tmp_path: Path) -> None:
    facts = _facts(id=_saved(tmp_path, model_type="nothing_yet"))
    assert (facts.model_type, facts.architecture) == ("nothing_yet", None)


def test_a_sub_config_says_what_it_is_where_any_may_stand(tmp_path: Path) -> None:
    folder = _saved(tmp_path, model_type="llava", text_config={"model_type": "qwen2"})
    assert _facts(id=folder).sub_architectures["text_config"].model_type == "qwen2"


def test_a_sub_config_that_says_nothing_is_the_default_one() -> None:
    parts = _facts(architecture="llava").sub_architectures
    assert {field: facts.model_type for field, facts in parts.items()} == {
        "text_config": "llama",
        "vision_config": "clip_vision_model",
    }


def test_a_sub_config_of_a_class_without_model_type_has_facts_too() -> None:
    parts = _facts(architecture="bark").sub_architectures
    assert parts["semantic_config"].config_class == "BarkSemanticConfig"


def test_a_mistral_with_layer_types_is_a_ministral(tmp_path: Path) -> None:
    folder = _saved(tmp_path, model_type="mistral", layer_types=["full_attention"])
    assert _facts(id=folder).model_type == "ministral"


def test_a_folder_that_is_not_there_is_a_source_error(tmp_path: Path) -> None:
    with pytest.raises(SourceError):
        _facts(id=str(tmp_path / "none"))


def test_gathering_imports_neither_torch_nor_transformers() -> None:
    program = (
        "import sys\nfrom yaie.facts.gather import gather\n"
        "from yaie.spec.load_spec import LoadSpec\n"
        "gather(LoadSpec.model_validate({'model': {'architecture': 'llama'}}))\n"
        "print({'torch', 'transformers', 'huggingface_hub'} & set(sys.modules))"
    )
    run = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    assert run.stdout == "set()\n"


@pytest.mark.parametrize("odd", [["llama"], {"a": 1}, 3])
def test_a_model_type_that_is_no_word_has_no_facts(tmp_path: Path, odd: object) -> None:
    facts = _facts(id=_saved(tmp_path, model_type=odd))
    assert (facts.model_type, facts.architecture) == (None, None)
