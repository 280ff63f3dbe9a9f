"""Choices that are no option's name: a checkpoint's id, a device, a hub kernel."""

from __future__ import annotations

import os.path
import re

from yaie.spec.device import DEVICE

_KERNEL = re.compile(r"[\w.-]+/[\w.-]+(@[\w.-]+)?(:[\w.-]+)?")


def free_choice(group: str, word: str) -> dict[str, str] | None:
    """The fields that a free choice sets; None where the word is none."""
    if group == "model" and is_checkpoint(word):
        return {"id": word}
    if group == "adapter" and is_checkpoint(word):
        return {"kind": "peft", "id": word}
    if group == "device" and DEVICE.fullmatch(word):
        return {"kind": "single", "device": word}
    if group == "attention" and is_kernel(word):
        return {"kind": word}
    return None


def is_checkpoint(word: str) -> bool:
    """A hub id with its owner, a path, a package resource, or a file or folder that exists."""
    return "/" in word or word.startswith((".", "~")) or os.path.exists(word)


def is_kernel(word: str) -> bool:
    """A hub kernel `org/name@revision:function`; loading it runs code from the hub."""
    return _KERNEL.fullmatch(word) is not None
