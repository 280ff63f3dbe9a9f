"""docs/memory.md, written out of a run."""

from __future__ import annotations

import os
import platform
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from importlib.metadata import version

from benchmarks.predicted.caches import LONG, SHORT, Cache
from benchmarks.predicted.families import FAMILIES, SETTINGS
from benchmarks.predicted.large import Resident
from benchmarks.predicted.small import Cell

LIBRARIES = (
    "torch",
    "transformers",
    "accelerate",
    "bitsandbytes",
    "optimum-quanto",
    "torchao",
    "safetensors",
)


def page(
    small: Sequence[Cell | tuple[str, str]], large: Sequence[Resident], caches: Sequence[Cache]
) -> str:
    return "\n".join([*_opening(), *_small(small), *_large(large), *_caches(caches)]) + "\n"


def _opening() -> Iterator[str]:
    libraries = ", ".join(f"{name} {version(name)}" for name in LIBRARIES)
    machine = f"{os.cpu_count()} cores, {platform.machine()}, Python {platform.python_version()}"
    yield from (
        "# Memory, foreseen and had",
        "",
        f"Written by `make predicted` on {datetime.now(UTC):%Y-%m-%d}: {machine}, no accelerator,"
        f" {libraries}.",
        "",
        "What `yaie plan` says of memory is found on `meta`, without a byte of weights. Here it is"
        " held against loads.",
        "",
        "- **Weights** are parameters and buffers, tied ones once: what transformers'"
        " `get_memory_footprint()` says. Of quanto and torchao that counts packed tensors as if"
        " they were not; weights are there the numbers as they are packed.",
        "- **State** is what a quantiser keeps beside the numbers: scales, offsets, tables."
        " Weights are packed by the method's own code on `meta`. Where modules hold their scales as"
        " parameters or buffers of their own (fp8, BitNet, compressed-tensors, gemma), these are"
        " among the weights and the state is none. Of all other methods it is not known, and `plan`"
        " says so.",
    )


def _small(small: Sequence[Cell | tuple[str, str]]) -> Iterator[str]:
    cells = {(c.architecture, c.setting): c for c in small if isinstance(c, Cell)}
    wrong = [cell for cell in cells.values() if not cell.agrees]
    families = {architecture for architecture, _ in cells}
    yield from (
        "",
        f"## {len(families)} architectures, to the byte",
        "",
        f"Tiny checkpoints of random weights, loaded on a CPU: {len(cells):,} loads,"
        f" {len(wrong)} whose weights or state differ by a byte or more. `=` both are as foreseen,"
        " `–` the rules refuse the load. Bytes are those of bfloat16.",
        "",
        f"| architecture | bytes | {' | '.join(SETTINGS)} |",
        f"|---|--:|{':-:|' * len(SETTINGS)}",
    )
    for kind, names in FAMILIES.items():
        yield f"| **{kind}** | |{' |' * len(SETTINGS)}"
        yield from (_row(name, cells) for name in names.split())
    for cell in wrong:
        yield f"\n`{cell.architecture}`, {cell.setting}: {cell.foreseen} foreseen, {cell.had} had."


def _row(name: str, cells: Mapping[tuple[str, str], Cell]) -> str:
    marks = []
    for setting in SETTINGS:
        cell = cells.get((name, setting))
        marks.append("–" if cell is None else "=" if cell.agrees else "**≠**")
    size = cells[name, "bf16"].had.weights if (name, "bf16") in cells else 0
    return f"| {name} | {size:,} | {' | '.join(marks)} |"


def _large(large: Sequence[Resident]) -> Iterator[str]:
    yield from (
        "",
        "## Models of 500 MB and more, by the memory of the process",
        "",
        "Random weights in the shapes of published models, each load in a process of its own."
        " Resident memory (VmRSS) is read once every page of every tensor was touched, less what"
        " was resident before the load, when the libraries had been imported and a small load of"
        " the same kind had been made. What malloc holds free is given back. Tensors that are"
        " loaded in the dtype that they are stored in lie in the mapped file and count as resident;"
        " pages of it that were only read from, to be quantised, are given back before.",
        "",
        "| model | load | weights | state | resident | foreseen / resident |",
        "|---|---|--:|--:|--:|--:|",
    )
    for load in large:
        yield (
            f"| {load.model} | `{' '.join(load.words)}` | {_mb(load.weights)} | {_mb(load.state)} |"
            f" {_mb(load.resident)} | {load.apart:+.2%} |"
        )


def _mb(size: int) -> str:
    return f"{size / 1e6:,.1f} MB"


def _caches(caches: Sequence[Cache]) -> Iterator[str]:
    told = [cache for cache in caches if cache.is_told]
    wrong = [cache for cache in told if not cache.agrees]
    yield from (
        "",
        "## The cache of a generation",
        "",
        f"Two texts of {SHORT} and of {LONG} tokens, sliding windows set to 8: the cache that"
        f" `generate` fills, of {len(told)} architectures, {len(wrong)} of which differ. An"
        " encoder-decoder reads and writes as many.",
        "",
        f"| architecture | {SHORT} tokens | {LONG} tokens | |",
        "|---|--:|--:|:-:|",
    )
    for cache in told:
        sizes = " | ".join(f"{size:,}" for size in cache.foreseen)
        had = " and ".join(f"{size:,}" for size in cache.had)
        yield f"| {cache.architecture} | {sizes} | {'=' if cache.agrees else f'had {had}'} |"
    yield from _untold([cache for cache in caches if not cache.is_told])


def _untold(caches: Sequence[Cache]) -> Iterator[str]:
    half = [c for c in caches if not any(isinstance(size, str) for size in c.foreseen)]
    blind = [c for c in caches if c not in half]
    unforeseen = [c for c in blind if not any(isinstance(size, str) for size in c.had)]
    neither = [c for c in blind if c not in unforeseen]
    yield from (
        "",
        "**Not foreseen**, though it generates from text alone: the forward pass needs numbers.",
        "",
        *(f"- {cache.architecture}: {cache.foreseen[0]}" for cache in unforeseen),
        "",
        "**Foreseen, and not compared**, for `generate` wants more than text, or does not tell its"
        " cache: " + ", ".join(cache.architecture for cache in half) + ".",
        "",
        "**Neither**, for the model wants a sound or a picture, or does not run at the sizes of the"
        " tiny config (deepseek_v3, jamba and qwen3_next agree at sizes of their own, in"
        " tests/planning/memory/test_kv_cache.py): "
        + ", ".join(cache.architecture for cache in neither)
        + ".",
    )
