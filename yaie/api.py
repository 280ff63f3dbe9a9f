"""The verbs as functions: `yaie.load("recipe.yaml", "precision=fp16")`."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from yaie.errors import InputError, Problem
from yaie.loading.loaded import Loaded
from yaie.planning.plan import LoadPlan
from yaie.spec.load_spec import Composition

if TYPE_CHECKING:
    from yaie.planning.fit import Cell
    from yaie.planning.inspection import Inspection
    from yaie.sweeps.swept import Swept


def compose(*words: str | Path, config_dir: str | Path | None = None) -> Composition:
    """What the words ask for: a recipe's path first, if any, then overrides.

    Raises InputError with every problem of recipe and overrides.
    """
    from yaie.planning.preflight import compose as compose_files

    recipe, overrides = _split(words)
    return compose_files(recipe, overrides, Path(config_dir) if config_dir else None)


def check(
    *words: str | Path,
    config_dir: str | Path | None = None,
    host: str = "this",
    transformers: str = "installed",
) -> tuple[Problem, ...]:
    """Every problem of what the words ask for, without network, torch or transformers.

    `host` names the machine that it is for: `h100`, `2xrtx4090`, `cpu`; `transformers` the release
    on it: `4.57`, `5.0.0`.

    Raises InputError where the words do not compose, or machine or release have no name.
    """
    from yaie.facts.setting import named
    from yaie.planning.preflight import check as check_composition

    return check_composition(compose(*words, config_dir=config_dir), named(host, transformers))


def plan(
    *words: str | Path,
    config_dir: str | Path | None = None,
    host: str = "this",
    transformers: str = "installed",
    context: int | None = None,
    batch: int = 1,
) -> LoadPlan:
    """The exact calls of a load, the files that it would fetch, which the hub is asked for, and the
    memory that it would take.

    `host` and `transformers` name the machine that it is for and the release on it, as in `check`;
    `context` the tokens of each of `batch` texts that cache and activations are counted for.

    Raises YaieError with every problem where the load is not allowed, SourceError where files are
    needed, the hub cannot be asked and nothing is known of the checkpoint's config.
    """
    from yaie.facts.memory import Use
    from yaie.facts.setting import named
    from yaie.planning.download import plan_with_files

    use = None if context is None else Use(context=context, batch=batch)
    return plan_with_files(compose(*words, config_dir=config_dir), named(host, transformers), use)


def inspect(
    *words: str | Path,
    config_dir: str | Path | None = None,
    host: str = "this",
    transformers: str = "installed",
) -> Inspection:
    """The modules that a load would bring, as a tree with what each holds and where it would lie.

    `.selected("model.layers.3")` is a part of it; `Loaded.tree()` the same of a model that is
    there. `host` and `transformers` are those of `check`.

    Raises YaieError with every problem where the load is not allowed, SourceError where nothing is
    known of the checkpoint's config and it cannot be had; what does not fit is a warning.
    """
    from yaie.facts.setting import named
    from yaie.planning.inspection import inspect as inspect_composition

    return inspect_composition(compose(*words, config_dir=config_dir), named(host, transformers))


def fit(
    *words: str | Path,
    config_dir: str | Path | None = None,
    host: str = "this",
    transformers: str = "installed",
    context: int | None = None,
    batch: int = 1,
) -> tuple[Cell, ...]:
    """Which combinations of options fit a machine, the best first, then those that do not.

    An override with several values, `precision=bf16,fp32`, is tried with each; so are a few options
    of each group of which none is named. `cell.composition` is what to load.

    Raises InputError for words of which no load can be composed, SourceError where nothing is known
    of the checkpoint's config and it cannot be had.
    """
    from yaie.facts.memory import Use
    from yaie.facts.setting import named
    from yaie.planning.fit import fit as fit_words

    recipe, overrides = _split(words)
    use = None if context is None else Use(context=context, batch=batch)
    folder = Path(config_dir) if config_dir else None
    return fit_words(recipe, overrides, folder, named(host, transformers), [use])


def sweep(
    *words: str | Path,
    into: str | Path | None = None,
    workers: int = 1,
    launcher: Sequence[str] = (),
    timeout: float | None = None,
    measure: str | Sequence[str] = ("load", "speed", "quality"),
    text: str | None = None,
    tokens: int = 512,
    repeats: int = 3,
    reference: str | int | None = None,
    dry_run: bool = False,
    config_dir: str | Path | None = None,
    host: str = "this",
    context: int | None = None,
    batch: int = 1,
) -> Swept:
    """The rows of every cell of the product: `yaie.sweep("model=tiny", "precision=fp32,bf16")`.

    They are a sequence with a table (`print`, or a notebook's own), `.best("memory<8GiB")`,
    `.records` for pandas, the `.folder` that they lie in, and in it the `.page` and `rows.csv`.
    The folder of a sweep alone, `yaie.sweep("sweeps/tiny-1a2b3c4d")`, gives what lies there, and
    nothing is planned, run or written.

    Each cell runs in a process of its own, so many at a time as there are workers, or where
    overrides of `hydra/launcher` say; none that is finished in the folder `into` already. `timeout`
    is what a cell may take in seconds. `measure` names what is measured in each, `text` what models
    read then, `tokens` how many of it for quality, `repeats` how often speed is measured, and
    `reference` the cell whose answers others are compared with, by its number or its overrides
    (docs/sweeps.md). `host` names the machine that cells run on, `context` the tokens of each of
    `batch` texts that they are planned for. `dry_run` plans the cells, and runs and writes nothing.

    Raises InputError for what is wrong with all cells, for values out of their range, and for a
    folder that holds another sweep or other files, or of which something else is asked;
    UnsupportedError for a launcher that is not installed, SourceError where the folder takes no
    more.
    """
    from yaie.facts.memory import Use
    from yaie.sweeps.files import Files
    from yaie.sweeps.gathering import Unwatched
    from yaie.sweeps.measures.measuring import Measuring
    from yaie.sweeps.product import Asked
    from yaie.sweeps.reporting import report, write
    from yaie.sweeps.running import Running
    from yaie.sweeps.sweep import sweep as sweep_cells
    from yaie.sweeps.swept import read

    parts = (measure,) if isinstance(measure, str) else tuple(measure)
    running = Running(
        into=None if into is None else Path(into),
        workers=workers,
        launcher=tuple(launcher),
        timeout=timeout,
        measuring=Measuring(parts=parts, text=text, tokens=tokens, repeats=repeats),
        reference=None if reference is None else str(reference),
        dry=dry_run,
    )
    if problems := tuple(running.problems()):
        raise InputError(*problems)
    if len(words) == 1 and Files(Path(words[0])).hold_a_sweep:
        if running != Running() or (host, context, batch, config_dir) != ("this", None, 1, None):
            raise InputError(_only_told(words[0]))
        return read(Path(words[0]))
    recipe, overrides = _split(words)
    asked = Asked(
        recipe=recipe,
        overrides=tuple(overrides),
        config_dir=Path(config_dir) if config_dir else None,
        host=host,
        use=None if context is None else Use(context=context, batch=batch),
    )
    swept = sweep_cells(asked, running, Unwatched())
    if swept.folder is not None:
        write(swept.folder, report(swept), parquet=False)
    return swept


def _only_told(folder: str | Path) -> Problem:
    message = f"`{folder}` is a sweep that was run; what is asked of it besides would do nothing"
    return Problem(path="", message=message, hint=f'`yaie.sweep("{folder}")`')


def load(*words: str | Path, config_dir: str | Path | None = None) -> Loaded:
    """The model, what feeds it, and the receipt; raises YaieError with every problem."""
    from yaie.loading.load import load as load_composition

    return load_composition(compose(*words, config_dir=config_dir))


def _split(words: tuple[str | Path, ...]) -> tuple[Path | None, list[str]]:
    """A word without `=` is a recipe's path; only the first can be one."""
    recipe = None
    overrides = []
    for place, word in enumerate(words):
        if isinstance(word, str) and ("=" in word or word.startswith("~")):
            overrides.append(word)
        elif place == 0 and (isinstance(word, Path) or _is_recipe(word)):
            recipe = Path(word)
        else:
            raise InputError(
                Problem(
                    path="",
                    message=f"`{word}` is neither an override nor a recipe: the path of one"
                    " recipe comes first, then overrides",
                    hint=f"`model={word}`",
                )
            )
    return recipe, overrides


def _is_recipe(word: str) -> bool:
    return word.endswith((".yaml", ".yml")) or Path(word).is_file()
