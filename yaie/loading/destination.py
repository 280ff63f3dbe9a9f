"""Where a model may be saved: judged before a load, and once more before it is written."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from fnmatch import fnmatchcase
from pathlib import Path

from yaie.errors import Problem
from yaie.planning.saving import FLAG, without_whole_weights
from yaie.rules.problems import absent, wrong
from yaie.sources.cache import cache_folder
from yaie.sources.disk import existing
from yaie.spec.load_spec import LoadSpec
from yaie.spec.wording import quoted

_ELSEWHERE = "name a folder that is new, empty, or holds a checkpoint"
_WEIGHTS = (
    *("model*.safetensors", "pytorch_model*.bin", "adapter_model*.safetensors"),
    *("adapter_model*.bin", "*.safetensors.index.json", "*.bin.index.json"),
)
_SMALL = (
    *("config.json", "*_config.json", "configuration_*.py", "modeling_*.py", "tokenization_*.py"),
    *("tokenizer*.json", "vocab*.json", "vocab.txt", "merges.txt", "special_tokens_map.json"),
    *("added_tokens.json", "normalizer.json", "tekken.json", "*.model", "*.tiktoken", "*.spm"),
    *("*.codes", "chat_template.json", "*.jinja", "additional_chat_templates", "*_tokenizer"),
)
_REPOSITORIES = ("models--", "datasets--", "spaces--")
_DOCUMENTS = ("*.md", "LICENSE*", "NOTICE*", ".gitattributes", ".gitignore")


def place_of(folder: str | Path) -> Path:
    """Where a folder that is said is: a symlink stays, and what it leads to is replaced."""
    return Path(os.path.realpath(os.path.expanduser(folder)))


def documents(place: Path) -> list[Path]:
    """What was written for people about the checkpoint that is there: it goes with the new one."""
    if not place.is_dir():
        return []
    return [p for p in sorted(place.iterdir()) if _matches(p.name, _DOCUMENTS) and p.is_file()]


def unsaveable_to(spec: LoadSpec, folder: str | Path) -> Iterator[Problem]:
    """Why a load cannot be saved to a folder, by what was said alone."""
    yield from obstacles(folder)
    yield from without_whole_weights(spec)


def obstacles(folder: str | Path) -> Iterator[Problem]:
    """Why a model cannot be saved to a folder, whatever the model."""
    place = place_of(folder)
    if _is_kept_by_the_hub(place):
        message = f"`{folder}` is a folder of the hub's cache, which its own files alone are in"
        yield wrong(FLAG, message, _ELSEWHERE)
        return
    if os.path.isdir(place):
        yield from _unreplaceable(folder, place)
    elif os.path.lexists(place):
        yield wrong(FLAG, f"`{folder}` is there and is no folder", _ELSEWHERE)
        return
    above = existing(place.parent)
    below = above / place.relative_to(above).parts[0]
    if below != place and os.path.lexists(below):
        yield wrong(FLAG, f"`{below}` is there and is no folder", _ELSEWHERE)
    elif not os.access(above, os.R_OK | os.W_OK | os.X_OK):
        yield absent(FLAG, f"`{above}` cannot be written to", "save to another folder")


def _is_kept_by_the_hub(place: Path) -> bool:
    """Whether a place is in what the hub's cache keeps of a repository; beside those is room."""
    cache = Path(os.path.realpath(cache_folder()))
    below = place.relative_to(cache).parts if place.is_relative_to(cache) else ()
    return bool(below) and below[0].startswith((".locks", *_REPOSITORIES))


def _unreplaceable(folder: str | Path, place: Path) -> Iterator[Problem]:
    """Why the folder that is there cannot be replaced as a whole."""
    if place == Path.cwd() or place in Path.cwd().parents:
        yield wrong(
            FLAG,
            f"`{folder}` holds the working directory, and is replaced as a whole",
            "name a folder inside it, or run this from outside",
        )
    elif place.is_mount():
        yield wrong(FLAG, f"`{folder}` is where a disk is mounted", "name a folder inside it")
    elif not os.access(place, os.R_OK | os.W_OK | os.X_OK):
        yield absent(FLAG, f"`{folder}` cannot be written to", "save to another folder")
    else:
        yield from _foreign(folder, place)


def _foreign(folder: str | Path, place: Path) -> Iterator[Problem]:
    """What the folder holds that is not a checkpoint's, and would be lost."""
    names = sorted(os.listdir(place))
    if not names:
        return
    if "config.json" not in names or not any(_matches(name, _WEIGHTS) for name in names):
        message = f"`{folder}` is not empty and no checkpoint: it holds {quoted(names, 3)}"
        yield wrong(FLAG, message, _ELSEWHERE)
    elif strange := [n for n in names if not _matches(n, (*_WEIGHTS, *_SMALL, *_DOCUMENTS))]:
        yield wrong(
            FLAG,
            f"`{folder}` is replaced as a whole, and holds {quoted(strange, 3)}, which no"
            " checkpoint has",
            "move that elsewhere, or name another folder",
        )


def _matches(name: str, patterns: Iterable[str]) -> bool:
    return any(fnmatchcase(name, pattern) for pattern in patterns)
