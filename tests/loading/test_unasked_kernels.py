"""With the package `kernels` installed, nothing is fetched from the hub that nobody asked for.

The package here stands for the real one, whose place is between its callers and the hub: it writes
down what is asked of it, and has no hub.
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent.parent
KERNELS = """\
import os

def get_kernel(repo_id, *, revision=None, version=None, **said):
    with open(os.environ["ASKED"], "a") as asked:
        print(repo_id, revision or version, file=asked)
    raise FileNotFoundError(repo_id)

def _decorator(*named):
    return lambda decorated: decorated

def _nothing(*args, **kwargs):
    return None

use_kernel_forward_from_hub = use_kernelized_func = _decorator
CUDAProperties = Device = KernelizeFallback = LayerRepository = LocalLayerRepository = _nothing
Mode = ROCMProperties = register_kernel_mapping = replace_kernel_forward_from_hub = _nothing
use_kernel_mapping = kernelize = _nothing
"""
BITSANDBYTES = "import bitsandbytes"
FLASH = """\
from transformers import AutoConfig, AutoModelForCausalLM
config = AutoConfig.for_model('llama', num_hidden_layers=1, hidden_size=64, vocab_size=8)
AutoModelForCausalLM.from_config(config, attn_implementation='flash_attention_2')
"""


@pytest.fixture
def asked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where a process writes down what is asked of its package `kernels`."""
    package = tmp_path / "site" / "kernels"
    package.mkdir(parents=True)
    (package / "__init__.py").write_text(KERNELS)
    metadata = tmp_path / "site" / "kernels-0.18.2.dist-info"
    metadata.mkdir()
    (metadata / "METADATA").write_text("Metadata-Version: 2.1\nName: kernels\nVersion: 0.18.2\n")
    paths = [str(tmp_path / "site"), str(ROOT), *filter(None, [os.environ.get("PYTHONPATH")])]
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join(paths))
    monkeypatch.setenv("ASKED", str(tmp_path / "asked"))
    return tmp_path / "asked"


def python(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, *arguments], capture_output=True, text=True, timeout=300, cwd=ROOT
    )


def test_flash_attention_without_its_package_is_refused_where_transformers_asks_the_hub(
    asked: Path,
) -> None:
    python("-c", FLASH)
    assert asked.read_text() == "kernels-community/flash-attn2 4\n"
    asked.unlink()
    run = python("-m", "yaie", "load", "attention=flash_attention_2", "precision=bf16")
    assert run.returncode == 3
    assert "transformers would fetch a kernel from the hub in its place" in run.stderr
    assert not asked.exists()


def test_bitsandbytes_asks_for_nothing_in_a_load(asked: Path) -> None:
    python("-c", BITSANDBYTES)
    if not asked.exists():
        pytest.skip("bitsandbytes has no kernel for this CPU, and asks for none")
    asked.unlink()
    words = ("quantization=bnb_4bit", "precision=bf16", "device=cpu")
    run = python("-m", "yaie", "load", *words)
    assert run.returncode == 0, run.stderr
    assert not asked.exists()


def test_a_program_of_bitsandbytes_asks_for_nothing_either(asked: Path, tmp_path: Path) -> None:
    written = python("-m", "yaie", "code", "quantization=bnb_4bit", "device=cpu")
    (tmp_path / "program.py").write_text(written.stdout)
    run = python(str(tmp_path / "program.py"))
    assert run.returncode == 0, run.stderr
    assert not asked.exists()


def test_a_hub_kernel_is_asked_for_by_the_revision_that_was_said(asked: Path) -> None:
    named = "kernels-community/flash-attn2@v4"
    python("-c", FLASH.replace("flash_attention_2", named))
    assert asked.read_text() == "kernels-community/flash-attn2 v4\n"
