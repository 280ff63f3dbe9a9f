from __future__ import annotations

from pathlib import Path

import pytest

from yaie.errors import SourceError
from yaie.sources import documents
from yaie.sources.documents import read_object


def test_an_object_is_read(tmp_path: Path) -> None:
    (tmp_path / "config.json").write_text('{"a": [1]}')
    assert read_object(tmp_path / "config.json") == {"a": [1]}


def test_a_float_that_json_has_no_word_for_is_read_as_transformers_writes_it(
    tmp_path: Path,
) -> None:
    from transformers import FalconH1Config

    FalconH1Config(time_step_limit=[0.0, float("inf")]).save_pretrained(tmp_path)
    assert read_object(tmp_path / "config.json")["time_step_limit"] == [0.0, float("inf")]


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b'{"a": 1,\n "b" 2}', "is not JSON: Expecting ':' delimiter at line 2, column 6"),
        (b"", "is not JSON: Expecting value at line 1, column 1"),
        (b"[]", "is not a JSON object"),
        (b"{\xff}", "is not text: byte 1 is not UTF-8"),
        (b"9" * 6000, "is not a sensible JSON document: it holds an endless number"),
        (b"[" * 100_000, "is not a sensible JSON document: it is nested too deeply"),
    ],
)
def test_anything_else_is_an_error_that_names_the_file(
    content: bytes, said: str, tmp_path: Path
) -> None:
    file = tmp_path / "config.json"
    file.write_bytes(content)
    with pytest.raises(SourceError) as caught:
        read_object(file)
    assert caught.value.problems[0].message == f"`{file}` {said}"


def test_a_document_beyond_the_limit_is_not_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(documents, "MOST_BYTES", 1)
    (tmp_path / "config.json").write_text("{}")
    with pytest.raises(SourceError, match="is too large for a JSON document: 2 bytes"):
        read_object(tmp_path / "config.json")
