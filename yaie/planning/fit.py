"""Which combinations of options fit a machine, the best first. Imports torch and transformers.

A cell is one load: the words that were given, with one option of each group that was left open.
The rules judge it, its memory is counted, and what does not fit is a cell with its reason.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import product
from pathlib import Path

from yaie.errors import InputError, Problem, errors_of
from yaie.facts.facts import Facts
from yaie.facts.gather import gather
from yaie.facts.memory import MemoryFacts, Use
from yaie.facts.setting import Setting, here
from yaie.planning.inquiry import with_config
from yaie.planning.memory.anatomies import Anatomies
from yaie.planning.memory.structure import settled_dtype
from yaie.planning.preflight import compose, judged, with_origins
from yaie.planning.ranking import Rank, rank
from yaie.planning.rehearsal import memory_judged
from yaie.planning.uncollected import uncollected
from yaie.planning.upstream import quieted
from yaie.spec.axes import axes
from yaie.spec.load_spec import DEFAULTS, Composition, LoadSpec
from yaie.spec.precision import PrecisionSpec
from yaie.spec.wording import counted

OPEN: Mapping[str, tuple[str, ...]] = {
    "precision": ("bf16", "fp16", "fp32"),
    "quantization": ("none", "bnb_8bit", "quanto", "bnb_4bit"),
    "device": ("auto", "cpu"),
    "attention": ("auto", "flash_attention_2"),
}
"""The options that are tried of a group of which none was named; the first accelerator besides."""
MOST_CELLS = 1000


@dataclass(frozen=True, slots=True, kw_only=True)
class Cell:
    """One combination, and whether it fits."""

    words: tuple[str, ...]
    """The overrides that differ from cell to cell."""
    composition: Composition
    use: Use | None
    memory: MemoryFacts | None
    """None where a rule refuses it first, or where it cannot be foreseen."""
    problems: tuple[Problem, ...]
    rank: Rank | None
    """None where it does not fit, or where nothing tells whether it does."""


def fit(
    recipe: Path | None,
    overrides: Sequence[str],
    config_dir: Path | None = None,
    setting: Setting | None = None,
    uses: Sequence[Use | None] = (None,),
) -> tuple[Cell, ...]:
    """Every cell: those that fit, best first, then those that do not.

    Raises InputError for words of which no cell can be composed, SourceError where nothing is known
    of the checkpoint's config and it cannot be had.
    """
    there = setting or here()
    parted = axes(overrides)
    asked = compose(recipe, parted.fixed, config_dir)
    open_ = {**_open(asked, there), **parted.varied}
    # What is so without being said makes the command longer and nothing else.
    unsaid = {f"{group}={DEFAULTS[group]}" for group in open_ if group not in parted.varied}
    grid = list(product(*open_.values()))
    if len(grid) * len(uses) > MOST_CELLS:
        raise InputError(_too_many(len(grid) * len(uses)))
    compositions = {
        words: compose(recipe, [*parted.fixed, *words], config_dir)
        for words in (tuple(word for word in cell if word not in unsaid) for cell in grid)
    }
    facts = gather(asked.spec, there)
    with with_config(asked, facts, there) as known, quieted(), uncollected():
        trials = _Trials(facts=known)
        cells = [trials.cell(w, c, use) for w, c in compositions.items() for use in uses]
    ranked = [(cell.rank, cell) for cell in cells if cell.rank is not None]
    best_first = [cell for _, cell in sorted(ranked, key=lambda pair: pair[0])]
    return (*_distinct(best_first), *(cell for cell in cells if cell.rank is None))


def _open(asked: Composition, setting: Setting) -> dict[str, tuple[str, ...]]:
    """Overrides for each group of which neither recipe nor command line names an option."""
    devices = setting.host.devices
    found = {}
    for group, options in OPEN.items():
        if _is_named(asked, group):
            continue
        if group == "device":
            options = (f"{devices[0].kind}:0", *options) if devices else ("cpu",)
        if group == "attention" and not any(each.kind == "cuda" for each in devices):
            options = options[:1]
        found[group] = tuple(f"{group}={option}" for option in options)
    return found


def _is_named(asked: Composition, group: str) -> bool:
    said = (o for path, o in asked.origins.items() if path.partition(".")[0] == group)
    return any(not origin.startswith("option ") for origin in said)


@dataclass(slots=True)
class _Trials:
    """Cells tried one after another; what they have in common is counted once."""

    facts: Facts
    anatomies: Anatomies = field(default_factory=Anatomies)

    def cell(self, words: tuple[str, ...], composition: Composition, use: Use | None) -> Cell:
        problems = judged(composition, self.facts)
        memory = None
        if not errors_of(problems):
            counted = self.anatomies.memory_of
            memory, found = memory_judged(composition.spec, self.facts, use, counted)
            problems = (*problems, *with_origins(composition, found))
        fits = memory is not None and not errors_of(problems)
        return Cell(
            words=words,
            composition=composition,
            use=use,
            memory=memory,
            problems=problems,
            rank=self._rank(composition.spec, memory, problems) if fits and memory else None,
        )

    def _rank(self, spec: LoadSpec, memory: MemoryFacts, problems: Sequence[Problem]) -> Rank:
        as_stored = spec.model_copy(update={"precision": PrecisionSpec()})
        return rank(
            spec,
            memory,
            settled_dtype(as_stored, self.facts),
            settled_dtype(spec, self.facts),
            accelerated=bool(self.facts.host.devices),
            doubts=len(problems),
        )


def _distinct(cells: Sequence[Cell]) -> Iterator[Cell]:
    """The cells less those that come to the same as one before: `device=auto` on one device."""
    seen: list[tuple[object, ...]] = []
    for cell in cells:
        spec = cell.composition.spec
        same = (cell.use, spec.precision, spec.quantization, spec.attention)
        held = cell.memory.devices if cell.memory else {}
        key = (*same, {name: d.loaded_bytes for name, d in held.items() if d.weights_bytes})
        if key not in seen:
            seen.append(key)
            yield cell


def _too_many(number: int) -> Problem:
    return Problem(
        path="",
        message=f"these are {counted(number, 'cell')}, and {MOST_CELLS:,} are the most",
        hint="name fewer values, or one option of a group: `attention=auto`",
    )
