"""Disks for tests: a tmpfs of its own size, in a namespace that ends with the program."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest


def on_a_disk(
    folder: Path, options: str, prepare: str, *program: str
) -> subprocess.CompletedProcess[str]:
    """Runs a Python program where a disk is mounted on the folder, and a shell line before it."""
    folder.mkdir()
    unshare = ("unshare", "--map-root-user", "--mount")
    if shutil.which("unshare") is None or subprocess.run([*unshare, "true"]).returncode:
        pytest.skip("no disk can be mounted here")
    script = f'mount -t tmpfs -o {options} tmpfs "$0" && {prepare} && exec "$@"'
    line = [*unshare, "sh", "-c", script, str(folder), sys.executable, *program]
    return subprocess.run(line, capture_output=True, text=True, timeout=600)
