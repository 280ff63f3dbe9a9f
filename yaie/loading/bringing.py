"""Bringing what several loads read, without loading."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from yaie.errors import Problem, YaieError, raise_errors
from yaie.facts.facts import Facts
from yaie.facts.gather import gather
from yaie.facts.setting import Setting
from yaie.loading.fetching import told_where_said, with_small_files
from yaie.loading.reporting import Reporter
from yaie.loading.stopwatch import Stopwatch
from yaie.planning.download_plan import DownloadPlan
from yaie.planning.files import Need, download_here, need, needs_adapter
from yaie.planning.preflight import survey
from yaie.sources.adapters import bring_adapter
from yaie.sources.bring import bring
from yaie.sources.disk import DiskNeed, shortages
from yaie.spec.adapter import Peft
from yaie.spec.load_spec import Composition, LoadSpec


@dataclass(frozen=True, slots=True, kw_only=True)
class Fetched:
    """What was brought for one load, and where it is."""

    recipe: str | None
    id: str | None
    """As it was asked; None for a model by its architecture alone."""
    revision: str | None
    """The commit; None where the files are not from the hub."""
    folder: str | None
    """None where no file is read."""
    files: Mapping[str, int]
    """Brought now → bytes; what another load of the same fetch brought is at hand."""
    cached: Mapping[str, int]
    """At hand before → bytes."""
    seconds: float
    problems: tuple[Problem, ...]
    """Warnings."""

    def as_json(self) -> dict[str, object]:
        """In the words that a plan has for the same."""
        return {
            "recipe": self.recipe,
            "source": {"id": self.id, "revision": self.revision},
            "folder": self.folder,
            "files": list(self.files),
            "bytes": sum(self.files.values()),
            "cached": {"files": list(self.cached), "bytes": sum(self.cached.values())},
            "seconds": round(self.seconds, 4),
            "problems": [problem.as_json() for problem in self.problems],
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class _Ready:
    """A load whose small files are at hand."""

    composition: Composition
    download: DownloadPlan

    @property
    def place(self) -> tuple[object, ...]:
        """Where its files are."""
        return place(self.composition.spec)


_WHEREABOUTS = (
    *("id", "revision", "subfolder", "variant"),
    *("gguf_file", "use_safetensors", "cache_dir"),
)


def place(spec: LoadSpec) -> tuple[object, ...]:
    """What loads have in common that read the same files."""
    return (*(getattr(spec.model, name) for name in _WHEREABOUTS), spec.adapter)


def fetch(
    compositions: Sequence[Composition], reporter: Reporter, setting: Setting | None = None
) -> tuple[Fetched, ...]:
    """Everything that the loads read, to this machine; they are judged for the setting.

    Raises YaieError with every problem of all of them, a disk without room for all that is to come
    among them, before the first byte of a weight.
    """
    surveyed = [(composition, *survey(composition, setting)) for composition in compositions]
    raise_errors(problem for _, _, problems in surveyed for problem in problems)
    ready: list[_Ready] = []
    refused: list[Problem] = []
    for composition, facts, _ in surveyed:
        try:
            ready.append(_ready(composition, facts, setting))
        except YaieError as error:
            refused += error.problems
    raise_errors((*refused, *shortages(_needs(ready))))
    done: set[tuple[object, ...]] = set()
    return tuple(_fetched(load, done, reporter, setting) for load in ready)


def _ready(composition: Composition, facts: Facts, setting: Setting | None) -> _Ready:
    with told_where_said(composition):
        if need(composition.spec, facts) is not Need.NOTHING:
            facts = with_small_files(composition, setting)
        return _Ready(composition=composition, download=download_here(composition.spec, facts))


def _needs(loads: Sequence[_Ready]) -> Iterable[DiskNeed]:
    """The room for what is to come, once for loads that read the same."""
    # A load without weights lacks less of the same repository: the one that lacks most decides.
    ordered = sorted(loads, key=lambda load: load.download.bytes)
    return {load.place: load.download.need for load in ordered if load.download.need}.values()


def _fetched(
    load: _Ready, done: set[tuple[object, ...]], reporter: Reporter, setting: Setting | None
) -> Fetched:
    """Brings what a load lacks, unless a load before it has brought the same."""
    spec, files, cached = load.composition.spec, load.download.files, load.download.cached or {}
    watch = Stopwatch(reporter)
    if files and load.place in done:
        files, cached = {}, {**cached, **files}
    elif files:
        done.add(load.place)
        with watch.stage("fetch"), told_where_said(load.composition):
            _bring(spec, gather(spec, setting), watch)
    facts, problems = survey(load.composition, setting)
    held = facts.checkpoint
    return Fetched(
        recipe=load.composition.recipe,
        id=spec.model.id,
        revision=held.commit if held else None,
        folder=str(held.folder) if held else None,
        files=files,
        cached=cached,
        seconds=watch.seconds.get("fetch", 0.0),
        problems=problems,
    )


def _bring(spec: LoadSpec, facts: Facts, watch: Stopwatch) -> None:
    if isinstance(spec.adapter, Peft) and needs_adapter(spec, facts):
        bring_adapter(spec.adapter.repository(spec.model.cache_dir), progress=watch.bytes)
    if need(spec, facts) is not Need.NOTHING:
        bring(spec.model, progress=watch.bytes)
