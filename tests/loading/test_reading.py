from __future__ import annotations

import os
from pathlib import Path

import pytest

from yaie.facts.gather import gather
from yaie.loading.reading import measured
from yaie.planning.files import reading_place
from yaie.sources import rates
from yaie.sources.disk import mount_of
from yaie.spec.load_spec import LoadSpec


@pytest.fixture
def spec(llama: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> LoadSpec:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    monkeypatch.setattr(rates, "LEAST_BYTES", 1000)
    return LoadSpec.model_validate({"model": {"id": str(llama)}})


def forget(file: Path) -> None:
    """Puts a file out of the system's memory, so that the disk has to be read."""
    with file.open("rb") as opened:
        os.fsync(opened.fileno())
        os.posix_fadvise(opened.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)


def test_only_what_the_disk_gave_is_measured(spec: LoadSpec, llama: Path) -> None:
    weights = llama / "model.safetensors"
    if not Path("/proc/self/io").exists() or os.major(weights.stat().st_dev) == 0:
        pytest.skip("no disk here tells what was read of it")
    facts, place = gather(spec), reading_place(spec, llama)
    weights.read_bytes()
    with measured(spec, facts):
        weights.read_bytes()
    assert rates.rate("read", place) is None
    # Pages that another CPU has just been given are put out of memory the next time only.
    for _ in range(20):
        forget(weights)
        with measured(spec, facts):
            weights.read_bytes()
        if found := rates.rate("read", place):
            break
    assert found is not None
    assert (found.bytes, found.times) == (weights.stat().st_size, 1)


def test_loads_alike_share_how_device_and_disk(tmp_path: Path) -> None:
    disk = mount_of(tmp_path)
    groups = {"model": {"id": "x"}, "device": {"kind": "single", "device": "cpu"}}
    plain = LoadSpec.model_validate(groups)
    four_bit = LoadSpec.model_validate(groups | {"quantization": {"method": "bnb_4bit"}})
    assert reading_place(plain, tmp_path) == f"auto on cpu, from {disk}"
    assert reading_place(four_bit, tmp_path) == f"bnb_4bit on cpu, from {disk}"
