from __future__ import annotations

import struct
from pathlib import Path

import pytest

from yaie.errors import SourceError
from yaie.facts.gguf import GgufFacts, gguf_facts


def text(value: str) -> bytes:
    return struct.pack("<Q", len(value)) + value.encode()


def entry(key: str, value: str) -> bytes:
    return text(key) + struct.pack("<I", 8) + text(value)


def written(file: Path, *entries: bytes) -> Path:
    file.write_bytes(b"GGUF" + struct.pack("<IQQ", 3, 0, len(entries)) + b"".join(entries))
    return file


def facts_of(architecture: str, name: str | None = None) -> GgufFacts:
    return GgufFacts(architecture=architecture, name=name, has_tokenizer=False)


def test_a_real_file_tells_its_architecture(smollm2: Path) -> None:
    (file,) = smollm2.glob("*.gguf")
    facts = gguf_facts(file)
    assert (facts.architecture, facts.model_type, facts.has_tokenizer) == ("llama", "llama", True)


def test_keys_in_front_of_those_wanted_are_passed_over(tmp_path: Path) -> None:
    number = text("n") + struct.pack("<IQ", 10, 7)
    numbers = text("ns") + struct.pack("<IIQ", 9, 4, 3) + bytes(12)
    texts = text("ts") + struct.pack("<IIQ", 9, 8, 2) + text("a") + text("bc")
    file = written(tmp_path / "x.gguf", number, numbers, texts, entry("general.architecture", "t5"))
    assert gguf_facts(file) == facts_of("t5")


@pytest.mark.parametrize(
    ("facts", "model_type"),
    [
        (facts_of("llama"), "llama"),
        (facts_of("llama", "Mistral 7B"), "mistral"),
        (facts_of("qwen3moe"), "qwen3_moe"),
        (facts_of("gemma3"), "gemma3_text"),
        (facts_of("t5encoder", "umt5-xxl"), "umt5"),
        (facts_of("gemma2"), "gemma2"),
    ],
)
def test_architectures_are_told_by_their_name_in_transformers(
    facts: GgufFacts, model_type: str
) -> None:
    assert facts.model_type == model_type


def test_every_architecture_that_transformers_reads_is_a_model_type() -> None:
    from transformers.integrations.gguf import GGUF_CONFIG_ARCHS
    from transformers.modeling_gguf_pytorch_utils import GGUF_SUPPORTED_ARCHITECTURES
    from transformers.models.auto.configuration_auto import CONFIG_MAPPING_NAMES

    names = {*GGUF_SUPPORTED_ARCHITECTURES, *GGUF_CONFIG_ARCHS} - {"general", "tokenizer"}
    unknown = {n for n in names if facts_of(n).model_type not in CONFIG_MAPPING_NAMES}
    # transformers reads its files, and has no config class for them.
    assert unknown == {"deci"}


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "is not a GGUF file: it does not begin with `GGUF`"),
        (b"GGUF\x03", "is damaged or cut short: its GGUF metadata cannot be read"),
        (
            b"GGUF" + struct.pack("<IQQ", 3, 0, 2**60),
            "is damaged or cut short: its GGUF metadata cannot be read",
        ),
        (
            b"GGUF" + struct.pack("<IQQ", 3, 0, 0),
            "names no `general.architecture` in its GGUF metadata",
        ),
    ],
)
def test_anything_else_is_an_error(content: bytes, said: str, tmp_path: Path) -> None:
    file = tmp_path / "x.gguf"
    file.write_bytes(content)
    with pytest.raises(SourceError) as caught:
        gguf_facts(file)
    assert caught.value.problems[0].message == f"`{file}` {said}"
