"""Hydra's launchers: who runs the jobs, and where. They are told a cell's number and nothing else.

A launcher gets a config of its own, Hydra's node and a number; it composes no cell anew, changes no
folder and writes no `outputs`.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator, Sequence
from contextlib import nullcontext, redirect_stdout
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from hydra._internal.callbacks import Callbacks
from hydra._internal.config_loader_impl import ConfigLoaderImpl
from hydra._internal.utils import create_config_search_path
from hydra.core.plugins import Plugins
from hydra.core.utils import JobStatus, setup_globals
from hydra.errors import HydraException
from hydra.types import HydraContext, RunMode
from omegaconf import OmegaConf, open_dict
from omegaconf.errors import OmegaConfBaseException

from yaie.errors import Fault, InputError, Problem, raise_errors
from yaie.spec.compose_options import hydra_of_today
from yaie.spec.wording import quoted
from yaie.sweeps.job import Job
from yaie.sweeps.launcher_words import CHOICE, NODE, chosen, unknown_fields, unknown_launcher
from yaie.sweeps.submitted import in_queue, is_slurm_here, keeps_accounts

_SUBMITIT = "hydra_plugins.hydra_submitit_launcher."
_HERE = (".BasicLauncher", ".JoblibLauncher", ".LocalLauncher", ".RayLauncher")
_QUIET = (
    "hydra/hydra_logging=none",
    "hydra/job_logging=none",
    "hydra.output_subdir=null",
    "hydra.job.chdir=false",
    "hydra.job.name=yaie",
)


@dataclass(frozen=True, slots=True)
class Launcher:
    """A launcher of Hydra's, set up by the words of a command line."""

    config: Any
    """Hydra's own config, with the launcher's node in it."""

    @property
    def isolates(self) -> bool:
        """Whether a job that is lost was lost by its own doing: submitit's have a process each."""
        return _target(self.config).startswith(_SUBMITIT)

    @property
    def is_here(self) -> bool:
        """Whether its jobs run on this machine."""
        return _target(self.config).endswith(_HERE) and not self.joins

    @property
    def joins(self) -> bool:
        """Whether it runs them on a Ray cluster that is there already."""
        is_ray = _target(self.config).endswith(".RayLauncher")
        return is_ray and bool(self.config.hydra.launcher.ray.init.get("address"))

    @property
    def submits(self) -> bool:
        """Whether its jobs wait in SLURM's queue."""
        return self.isolates and _target(self.config).endswith(".SlurmLauncher")

    def remarks(self) -> Iterator[str]:
        """What is worth knowing before it launches."""
        if self.submits and not keeps_accounts():
            yield (
                "SLURM keeps no accounts here (`sacct` fails), so that submitit waits for a job"
                " that SLURM killed: end the sweep by Ctrl-C then, and give the command again"
            )

    def launch(self, job: Job, numbers: Sequence[int], folder: Path) -> None:
        """Has the job run for each number; raises what a job raised, or the launcher itself."""
        config = self.config.copy()
        with open_dict(config):
            config.hydra.sweep.dir = _literal(folder)
            config.hydra.sweep.subdir = "."
            if self.joins:
                # The launcher would size the store of a cluster that runs, which Ray refuses.
                config.hydra.launcher.ray.init.setdefault("object_store_memory", None)
            _spare_idle(config.hydra.launcher, len(numbers))
        queue = in_queue(folder / ".submitit") if self.submits else nullcontext()
        with hydra_of_today(), redirect_stdout(sys.stderr), queue:
            context = HydraContext(config_loader=Numbered(), callbacks=Callbacks())
            launcher = Plugins.instance().instantiate_launcher(context, job, config)
            returned = launcher.launch([[f"cell={number}"] for number in numbers], 0)
        for each in returned:
            if each.status is JobStatus.FAILED:
                raise each._return_value


def _spare_idle(launcher: Any, jobs: int) -> None:
    """joblib starts as many workers as it may, also those that there is no job for; by one it would
    run jobs in this process."""
    workers, needed = launcher.get("n_jobs"), max(2, jobs)
    if isinstance(workers, int) and workers > needed:
        launcher.n_jobs = needed


def _literal(folder: Path) -> str:
    """A path as OmegaConf reads it: `${` is no value to be looked up."""
    return re.sub(r"(\\*)\$\{", lambda found: f"{2 * found[1]}\\${{", str(folder))


class Numbered:
    """Stands in the place of Hydra's loader of configs, which would compose each job anew."""

    def load_sweep_config(self, master_config: Any, sweep_overrides: Sequence[str]) -> Any:
        """The config of one job: the sweep's own, with the cell's number."""
        config = master_config.copy()
        with open_dict(config):
            config.cell = int(sweep_overrides[0].partition("=")[2])
        return config


def launcher_of(words: Sequence[str], config_dir: Path | None = None) -> Launcher:
    """The launcher that overrides of `hydra/launcher` and `hydra.launcher.*` name; Hydra's basic
    one, which runs a job after the other, where there are none.

    Raises InputError for words that Hydra does not take, UnsupportedError for a launcher that is
    not installed, or has nothing to launch by.
    """
    name = chosen(words)
    with hydra_of_today():
        setup_globals()
        folder = None if config_dir is None else str(config_dir.resolve())
        loader = ConfigLoaderImpl(create_config_search_path(folder))
        raise_errors(unknown_launcher(name, loader.get_group_options(CHOICE)))
        own = loader.load_configuration(None, [*_QUIET, f"{CHOICE}={name}"], RunMode.MULTIRUN)
        raise_errors(unknown_fields(words, own.hydra.launcher, name))
        try:
            config = loader.load_configuration(None, [*_QUIET, *words], RunMode.MULTIRUN)
            OmegaConf.to_container(config.hydra.launcher, resolve=True)
        except (HydraException, OmegaConfBaseException) as error:
            raise InputError(_unreadable(words, error)) from error
    launcher = Launcher(config)
    if launcher.submits:
        raise_errors(_without_slurm(name))
    return launcher


def _target(config: Any) -> str:
    return str(config.hydra.launcher._target_)


def _without_slurm(name: str) -> Iterator[Problem]:
    if not is_slurm_here():
        message = f"`{name}` submits jobs by `sbatch` and `srun`, which are not on this machine"
        hint = "give the command on a machine that submits to SLURM"
        origin = f"override {CHOICE}={name}"
        yield Problem(
            path=CHOICE, message=message, hint=hint, origin=origin, fault=Fault.UNSUPPORTED
        )


def _unreadable(words: Sequence[str], error: Exception) -> Problem:
    cause = error.__cause__ if isinstance(error.__cause__, OmegaConfBaseException) else error
    said = " ".join(str(cause).split("\n")[0].split())
    return Problem(path=NODE, message=f"Hydra does not take {quoted(words)}: {said}")
