"""Tensors of a `.bin` file by its pickle: exactly torch's, and nothing in it is run."""

from __future__ import annotations

import io
import os
import pickle
import zipfile
from collections import OrderedDict
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
import torch

from yaie.errors import SourceError
from yaie.facts.headers import tensors
from yaie.facts.tensor import TensorFacts


def read(file: Path) -> Mapping[str, TensorFacts] | None:
    return tensors(file, "bin")


def archive(file: Path, content: bytes, *, compressed: bool = False) -> Path:
    """A file of torch's form with a pickle of our own."""
    how = zipfile.ZIP_DEFLATED if compressed else zipfile.ZIP_STORED
    with zipfile.ZipFile(file, "w", how) as made:
        made.writestr("archive/data.pkl", content)
    return file


DTYPES = (
    "float32 float16 bfloat16 float64 float8_e4m3fn float8_e5m2 complex64"
    " int64 int8 uint8 uint16 bool"
)


@pytest.mark.parametrize("dtype", DTYPES.split())
def test_every_tensor_is_named_as_torch_has_it(dtype: str, tmp_path: Path) -> None:
    held = {"a.weight": torch.zeros(3, 4).to(getattr(torch, dtype)), "b": torch.zeros(())}
    torch.save(held, tmp_path / "pytorch_model.bin")
    assert read(tmp_path / "pytorch_model.bin") == {
        "a.weight": TensorFacts(dtype=dtype, shape=(3, 4)),
        "b": TensorFacts(dtype="float32", shape=()),
    }


def test_a_state_dict_of_a_module_with_shared_and_sliced_tensors_is_read(tmp_path: Path) -> None:
    module = torch.nn.Linear(2, 3)
    held = module.state_dict() | {"tied": module.weight, "row": module.weight[:1]}
    torch.save(OrderedDict(held), tmp_path / "pytorch_model.bin")
    found = read(tmp_path / "pytorch_model.bin")
    assert found is not None
    assert {name: t.shape for name, t in found.items()} == {
        "weight": (3, 2),
        "bias": (3,),
        "tied": (3, 2),
        "row": (1, 2),
    }


class Evil:
    def __reduce__(self) -> tuple[Any, ...]:
        return os.mkdir, ("it-ran",)


def test_nothing_in_a_pickle_is_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert read(archive(tmp_path / "evil.bin", pickle.dumps({"a": Evil()}))) is None
    assert not (tmp_path / "it-ran").exists()


def test_what_is_no_state_dict_is_left_to_torch(tmp_path: Path) -> None:
    torch.save({"model": {"weight": torch.zeros(1)}, "epoch": 3}, tmp_path / "trainer.bin")
    assert read(tmp_path / "trainer.bin") is None


def test_the_form_before_archives_is_left_to_torch(tmp_path: Path) -> None:
    file = tmp_path / "old.bin"
    torch.save({"a": torch.zeros(1)}, file, _use_new_zipfile_serialization=False)
    assert read(file) is None


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"\x80\x02}q\x00(", "is damaged: its pickle cannot be read"),
        (b"\x80\x02]q\x00ctorch\nFloatStorage\nq\x01\x85R.", "is damaged: its pickle"),
    ],
)
def test_a_damaged_pickle_is_an_error(content: bytes, said: str, tmp_path: Path) -> None:
    with pytest.raises(SourceError, match=said):
        read(archive(tmp_path / "broken.bin", content))


def test_a_file_that_is_cut_short_is_an_error(tmp_path: Path) -> None:
    file = tmp_path / "pytorch_model.bin"
    torch.save({"a": torch.zeros(100)}, file)
    file.write_bytes(file.read_bytes()[:-40])
    with pytest.raises(SourceError, match="is damaged or cut short, as a zip archive"):
        read(file)


def test_a_pickle_that_would_unpack_to_more_is_an_error(tmp_path: Path) -> None:
    file = archive(tmp_path / "bomb.bin", bytes(1_000_000), compressed=True)
    with pytest.raises(SourceError, match=r"holds no sensible `data\.pkl`: 1,000,000 bytes"):
        read(file)


def test_an_archive_of_something_else_is_an_error(tmp_path: Path) -> None:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as zipped:
        zipped.writestr("readme.txt", "hello")
    (tmp_path / "other.bin").write_bytes(made.getvalue())
    with pytest.raises(SourceError, match=r"it holds no `data\.pkl`"):
        read(tmp_path / "other.bin")
