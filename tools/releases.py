"""Interpreters with other releases of transformers, each in an environment of its own in build/."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parent.parent
FOLDER = ROOT / "build" / "releases"
BESIDE = ("accelerate", "bitsandbytes", "pillow", "pydantic", "scipy", "sentencepiece")
"""What building a catalogue and running programs need besides."""


def interpreter(version: str) -> Path:
    """The Python of a release's environment, which is made where it is not there."""
    python = FOLDER / version / "bin" / "python"
    if not python.exists():
        print(f"making an environment for transformers {version}", file=sys.stderr)
        subprocess.run([sys.executable, "-m", "venv", python.parents[1]], check=True)
        _install(python, f"transformers=={version}", _torch(), *BESIDE)
    return python


def environment() -> dict[str, str]:
    """Variables for a program that runs there: this checkout's yaie, and no network."""
    return {**os.environ, "PYTHONPATH": str(ROOT), "HF_HUB_OFFLINE": "1"}


def _install(python: Path, *requirements: str) -> None:
    command = [str(python), "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
    subprocess.run([*command, *requirements], check=True)


def _torch() -> str:
    """The torch that yaie is tested with; all else is the release's own choice."""
    pins = (ROOT / "constraints.txt").read_text()
    found = re.search(r"^torch==\S+", pins, re.MULTILINE)
    if found is None:
        raise SystemExit("constraints.txt pins no torch")
    return found[0]
