"""Installed packages, by the names of their metadata folders.

importlib.metadata reads and parses a whole METADATA file for each version that it is asked for.
"""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Iterable, Mapping
from functools import cache

_FOLDER = re.compile(r"(?P<name>[^-]+)-(?P<version>[^-]+)(-py[\d.]+)?\.(dist|egg)-info")


@cache
def installed() -> Mapping[str, str]:
    """Distribution name (`flash-attn`) → version, of this interpreter, looked at once a process."""
    return versions(sys.path)


def versions(folders: Iterable[str]) -> dict[str, str]:
    """Distribution name → version in folders of packages; the first folder that has one wins."""
    found: dict[str, str] = {}
    for folder in filter(os.path.isdir, folders):
        for entry in sorted(os.listdir(folder)):
            if match := _FOLDER.fullmatch(entry):
                name = re.sub(r"[._]+", "-", match["name"]).lower()
                found.setdefault(name, match["version"])
    return found


def release(version: str) -> tuple[int, ...]:
    """The leading numbers of a version, to be compared: `2.13.0+cpu` → (2, 13, 0)."""
    numbers = re.match(r"\d+(?:\.\d+)*", version)
    return tuple(int(part) for part in numbers[0].split(".")) if numbers else ()
