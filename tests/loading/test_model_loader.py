"""ModelLoader, the small interface: lazy, float16, a padding token, clear errors."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
import torch

from yaie import ModelLoader, SourceError, UnsupportedError

TINY = "pkg://yaie/tiny"


def test_nothing_heavy_is_imported_or_read_before_a_method_asks() -> None:
    program = "import sys, yaie; yaie.ModelLoader('no/where'); print('torch' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    assert done.stdout == "False\n"


def test_a_model_is_in_float16_and_eval_mode() -> None:
    model = ModelLoader(TINY).load_model()
    assert {parameter.dtype for parameter in model.parameters()} == {torch.float16}
    assert not model.training


def test_overrides_are_those_of_the_command_line() -> None:
    model = ModelLoader(TINY, "precision=fp32", "attention=eager").load_model()
    assert next(model.parameters()).dtype == torch.float32
    assert model.config._attn_implementation == "eager"


def test_the_tokenizer_has_a_padding_token() -> None:
    tokenizer = ModelLoader(TINY).load_tokenizer()
    assert tokenizer.pad_token is not None
    assert tokenizer(["a", "a longer text"], padding=True, return_tensors="pt")["input_ids"].ndim


def test_a_missing_padding_token_becomes_the_end_of_the_sequence(tmp_path: Path) -> None:
    from transformers import AutoTokenizer

    tokenizer = ModelLoader(TINY).load_tokenizer()
    tokenizer.pad_token = None
    ModelLoader(TINY).load_model().save_pretrained(tmp_path)
    tokenizer.save_pretrained(tmp_path)
    assert AutoTokenizer.from_pretrained(tmp_path).pad_token is None
    padded = ModelLoader(str(tmp_path)).load_tokenizer()
    assert padded.pad_token == padded.eos_token is not None


def test_a_checkpoint_without_a_head_is_refused(tiny_bert_base: Path) -> None:
    with pytest.raises(UnsupportedError) as error:
        ModelLoader(str(tiny_bert_base)).load_model()
    assert "has no causal-LM head" in error.value.problems[-1].message


def test_an_architecture_without_the_class_is_refused(tmp_path: Path) -> None:
    from transformers import ViTConfig, ViTModel

    ViTModel(ViTConfig(hidden_size=8, num_hidden_layers=1, num_attention_heads=2)).save_pretrained(
        tmp_path
    )
    with pytest.raises(UnsupportedError) as error:
        ModelLoader(str(tmp_path)).load_model()
    assert error.value.problems[0].message.startswith("`vit` has no class for `causal-lm`")


def test_a_folder_that_is_not_there_is_a_source_error(tmp_path: Path) -> None:
    with pytest.raises(SourceError):
        ModelLoader(str(tmp_path / "nowhere")).load_model()


def test_hf_home_is_where_the_model_is_looked_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, tiny_bert: Path
) -> None:
    snapshot = tmp_path / "hub" / "models--org--bert" / "snapshots" / ("0" * 40)
    snapshot.parent.mkdir(parents=True)
    snapshot.symlink_to(tiny_bert)
    monkeypatch.setenv("HF_HOME", str(tmp_path))
    monkeypatch.delenv("HF_HUB_CACHE", raising=False)
    from yaie.sources.locate import locate

    found = locate("org/bert", revision="0" * 40)
    assert found is not None
    assert found.folder == snapshot
