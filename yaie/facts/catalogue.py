"""The catalogue: what each architecture of the installed transformers supports."""

from __future__ import annotations

import zlib
from collections.abc import Callable, Mapping
from pathlib import Path

from yaie.facts import catalogue_file
from yaie.facts.architecture import ArchitectureFacts, QuantizationFacts
from yaie.facts.packages import installed
from yaie.sources.kept import keep, kept_folder

Say = Callable[[str], None]
SHIPPED = Path(__file__).parent / "data"


class Catalogue:
    """Facts by model_type, read from a packed catalogue one architecture at a time."""

    def __init__(self, packed: bytes) -> None:
        self._file = catalogue_file.unpack(packed)
        self._read: dict[str, ArchitectureFacts | None] = {}
        self._owners: Mapping[str, tuple[str, str]] | None = None

    @property
    def version(self) -> str:
        """Version of transformers that it describes."""
        return self._file.head.version

    @property
    def tasks(self) -> Mapping[str, str]:
        """Task name → AutoModel class."""
        return self._file.head.tasks

    @property
    def quantization(self) -> Mapping[str, QuantizationFacts]:
        """Method, as the `quant_method` of a config.json spells it → its class."""
        return self._file.head.quantization

    @property
    def model_types(self) -> tuple[str, ...]:
        """Every model_type that transformers knows."""
        return self._file.head.model_types

    def architecture(self, model_type: str) -> ArchitectureFacts | None:
        """Facts of a model_type (or of a sub-config's class without one); None if unknown."""
        if model_type not in self._read:
            facts = catalogue_file.read_architecture(self._file, model_type)
            self._read[model_type] = facts
        return self._read[model_type]

    def task_of(self, class_name: str) -> tuple[str, str] | None:
        """The (model_type, task) that a model class is first of all for; None if no AutoModel class
        leads to it."""
        if self._owners is None:
            self._owners = catalogue_file.read_owners(self._file)
        return self._owners.get(class_name)


def catalogue(say: Say = lambda _: None) -> Catalogue:
    """The installed transformers' catalogue: shipped, else kept from an earlier run, else built.

    `say` is told, in a sentence each, that it is being built (minutes, and transformers is
    imported) and that it could not be kept.
    """
    version = installed()["transformers"]
    if version not in _opened:
        _opened[version] = open_catalogue(version, _build, say)
    return _opened[version]


def open_catalogue(version: str, build: Callable[[], bytes], say: Say) -> Catalogue:
    """A version's catalogue: shipped, else kept, else built and kept."""
    if packed := _read(SHIPPED / f"catalogue-{version}.jsonl.gz"):
        return Catalogue(packed)
    if packed := _read(kept_file(version)):
        try:
            return Catalogue(packed)
        except (EOFError, ValueError, zlib.error) as error:
            say(f"`{kept_file(version)}` is spoiled ({error}) and is made anew.")
    return Catalogue(_built(version, build, say))


def kept_file(version: str) -> Path:
    """The file of a version's catalogue in the cache folder."""
    return kept_folder() / f"catalogue-{catalogue_file.FORMAT}-{version}.jsonl.gz"


_opened: dict[str, Catalogue] = {}


def _read(path: Path) -> bytes | None:
    return path.read_bytes() if path.is_file() else None


def _build() -> bytes:
    from yaie.facts.building import build

    return build()


def _built(version: str, build: Callable[[], bytes], say: Say) -> bytes:
    say(f"Reading what transformers {version} supports; this is done once and takes minutes.")
    packed, path = build(), kept_file(version)
    try:
        keep(packed, path)
    except OSError as error:
        say(f"It could not be kept in `{path.parent}` ({error.strerror}): every run reads it anew.")
    return packed
