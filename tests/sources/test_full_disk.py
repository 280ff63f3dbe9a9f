"""A disk that is too small for real: a small tmpfs, in a namespace of its own."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.hub import Hub

MOUNTED = 'mount -t tmpfs -o size=1m tmpfs "$HF_HUB_CACHE" && exec "$0" -c "$1"'
OURS = """
from yaie.errors import SourceError
from yaie.sources.bring import bring
from yaie.spec.model import ModelSpec
try:
    bring(ModelSpec(id="org/model"), waits=())
except SourceError as error:
    print(error)
"""
THEIRS = """
from huggingface_hub import snapshot_download
try:
    snapshot_download("org/model", max_workers=1)
except OSError as error:
    print(error)
"""


@pytest.fixture
def large(hub: Hub, checkpoint: Path) -> Hub:
    """Two shards of 640 kB each: one would fit."""
    for shard in checkpoint.glob("*.safetensors"):
        shard.write_bytes(shard.name.encode() * 20_000)
    return hub


def on_a_small_disk(program: str) -> str:
    """What a program prints where the hub's cache is on a disk of a megabyte."""
    folder = Path(os.environ["HF_HUB_CACHE"])
    folder.mkdir()
    unshare = ("unshare", "--map-root-user", "--mount", "sh", "-c", MOUNTED)
    if shutil.which("unshare") is None or subprocess.run([*unshare, "true"]).returncode:
        pytest.skip("no disk can be mounted here")
    done = subprocess.run([*unshare, sys.executable, program], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return done.stdout


def shards_asked(hub: Hub) -> list[str]:
    return [r for r in hub.requests if r.startswith("GET") and r.endswith(".safetensors")]


def test_all_that_does_not_fit_is_told_before_the_first_byte(large: Hub) -> None:
    told = on_a_small_disk(OURS)
    assert " free, and 1.28 MB are needed for 2 files of `org/model`" in told
    assert shards_asked(large) == []


def test_huggingface_hub_fails_when_the_disk_is_full(large: Hub) -> None:
    assert "No space left on device" in on_a_small_disk(THEIRS)
    assert len(shards_asked(large)) == 2
