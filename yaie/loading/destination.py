"""Where a model may be written: judged before a load, and once more before it is written."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path

from yaie.errors import Problem
from yaie.loading.exchange import ADDED
from yaie.planning.saving import FLAG, without_whole_weights
from yaie.rules.problems import absent, wrong
from yaie.sources.adapters import WEIGHTS as ADAPTER_FILES
from yaie.sources.cache import cache_folder
from yaie.sources.disk import existing
from yaie.sources.files import ADAPTER_CONFIG
from yaie.spec.load_spec import LoadSpec, keeps_adapter
from yaie.spec.wording import quoted

_WEIGHTS = (
    *("model*.safetensors", "pytorch_model*.bin"),
    *("*.safetensors.index.json", "*.bin.index.json"),
)
_SMALL = (
    *("config.json", "generation_config.json", "adapter_config.json", "quant*_config.json"),
    *("tokenizer*_config.json", "*processor_config.json", "hf_quant_config.json"),
    *("configuration_*.py", "modeling_*.py", "tokenization_*.py", "processing_*.py"),
    *("tokenizer*.json", "vocab*.json", "vocab.txt", "merges.txt", "special_tokens_map.json"),
    *("added_tokens.json", "normalizer.json", "tekken.json", "*.tiktoken", "*.spm", "bpe.codes"),
    *("tokenizer*.model", "spiece.model", "sentencepiece*.model", "chat_template.json", "*.jinja"),
)
_FOLDERS = ("additional_chat_templates", "*_tokenizer")
"""Folders of a checkpoint, which hold no others."""
_REPOSITORIES = ("models--", "datasets--", "spaces--")
_DOCUMENTS = ("*.md", "LICENSE*", "NOTICE*", ".gitattributes", ".gitignore")


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """A kind of folder that is written, and that may be replaced by one of its kind."""

    flag: str
    verb: str
    name: str
    """`a checkpoint`, as messages call it."""
    mark: str
    """The file that each has."""
    weights: tuple[str, ...]
    """Patterns of files of which each has at least one."""
    otherwise: str = ""
    """What else could be typed where its folder cannot be replaced."""

    @property
    def noun(self) -> str:
        return self.name.partition(" ")[2]

    @property
    def elsewhere(self) -> str:
        return f"name a folder that is new, empty, or holds {self.name}{self.otherwise}"


CHECKPOINT = Kind(flag=FLAG, verb="save", name="a checkpoint", mark="config.json", weights=_WEIGHTS)
ADAPTER = Kind(
    flag=FLAG,
    verb="save",
    name="an adapter",
    mark=ADAPTER_CONFIG,
    weights=tuple(name for _, name in ADAPTER_FILES),
    otherwise="; `adapter.merge=true` saves the whole model",
)
"""What transformers saves of a model with an adapter: not a weight of the model's own."""


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
    yield from obstacles(folder, ADAPTER if keeps_adapter(spec) else CHECKPOINT)
    yield from without_whole_weights(spec)


def obstacles(folder: str | Path, kind: Kind = CHECKPOINT) -> Iterator[Problem]:
    """Why a model cannot be written to a folder, whatever the model."""
    place = place_of(folder)
    if not str(folder).strip():
        yield wrong(kind.flag, "the folder has no name", kind.elsewhere)
        return
    if _is_kept_by_the_hub(place):
        message = f"`{folder}` is a folder of the hub's cache, which its own files alone are in"
        yield wrong(kind.flag, message, kind.elsewhere)
        return
    if os.path.isdir(place):
        yield from _unreplaceable(folder, place, kind)
    elif os.path.lexists(place):
        yield wrong(kind.flag, f"`{folder}` is there and is no folder", kind.elsewhere)
        return
    above = existing(place.parent)
    if place == above:
        return
    below = above / place.relative_to(above).parts[0]
    longest = os.pathconf(above, "PC_NAME_MAX") - ADDED
    if below != place and os.path.lexists(below):
        yield wrong(kind.flag, f"`{below}` is there and is no folder", kind.elsewhere)
    elif any(len(os.fsencode(part)) > longest for part in place.relative_to(above).parts):
        message = f"a name in `{folder}` is longer than {longest} bytes, and a save adds to it"
        yield wrong(kind.flag, message, "name a folder with a shorter name")
    elif not os.access(above, os.R_OK | os.W_OK | os.X_OK):
        yield absent(kind.flag, f"`{above}` cannot be written to", f"{kind.verb} to another folder")


def _is_kept_by_the_hub(place: Path) -> bool:
    """Whether a place is in what the hub's cache keeps of a repository; beside those is room."""
    cache = Path(os.path.realpath(cache_folder()))
    below = place.relative_to(cache).parts if place.is_relative_to(cache) else ()
    return bool(below) and below[0].startswith((".locks", *_REPOSITORIES))


def _unreplaceable(folder: str | Path, place: Path, kind: Kind) -> Iterator[Problem]:
    """Why the folder that is there cannot be replaced as a whole."""
    if place == Path.cwd() or place in Path.cwd().parents:
        yield wrong(
            kind.flag,
            f"`{folder}` holds the working directory, and is replaced as a whole",
            "name a folder inside it, or run this from outside",
        )
    elif place.is_mount():
        yield wrong(kind.flag, f"`{folder}` is where a disk is mounted", "name a folder inside it")
    elif not os.access(place, os.R_OK | os.W_OK | os.X_OK):
        message = f"`{folder}` cannot be written to"
        yield absent(kind.flag, message, f"{kind.verb} to another folder")
    else:
        yield from _foreign(folder, place, kind)


def _foreign(folder: str | Path, place: Path, kind: Kind) -> Iterator[Problem]:
    """What the folder holds that is not of its kind, and would be lost."""
    names = sorted(os.listdir(place))
    if not names:
        return
    if kind.mark not in names or not any(_matches(name, kind.weights) for name in names):
        message = f"`{folder}` is not empty and no {kind.noun}: it holds {quoted(names, 3)}"
        yield wrong(kind.flag, message, kind.elsewhere)
        return
    known = (kind.mark, *kind.weights, *_SMALL, *_DOCUMENTS)
    if strange := [name for name in names if not _is_known(place / name, known)]:
        yield wrong(
            kind.flag,
            f"`{folder}` is replaced as a whole, and holds {quoted(strange, 3)}, which no"
            f" {kind.noun} has",
            "move that elsewhere, or name another folder",
        )


def _is_known(path: Path, known: Sequence[str]) -> bool:
    """Whether a file, or a folder and all in it, is as a checkpoint's are called."""
    if path.is_dir() and not path.is_symlink():
        return _matches(path.name, _FOLDERS) and all(
            inner.is_file() and _matches(inner.name, known) for inner in path.iterdir()
        )
    return path.is_file() and _matches(path.name, known)


def _matches(name: str, patterns: Iterable[str]) -> bool:
    return any(fnmatchcase(name, pattern) for pattern in patterns)
