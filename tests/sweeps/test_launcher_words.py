"""Words for Hydra's launcher: what is wrong with them is told with what to type instead."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Sequence
from importlib.util import find_spec
from pathlib import Path

import pytest

from yaie.errors import Problem, YaieError
from yaie.sweeps.launcher import launcher_of

JOBLIB = "hydra/launcher=joblib"


def refused(*words: str) -> Problem:
    """What is said of words that are refused."""
    with pytest.raises(YaieError) as caught:
        launcher_of(words)
    (problem,) = caught.value.problems
    return problem


def test_a_launcher_that_is_none_is_told_with_those_that_are() -> None:
    problem = refused("hydra/launcher=job_lib")
    assert problem.message.startswith("there is no launcher `job_lib`; those that are: `basic`")
    assert (problem.hint, problem.fault) == ("`hydra/launcher=joblib`", 2)


def test_one_that_resembles_none_has_no_hint() -> None:
    assert refused("hydra/launcher=nonsense").hint is None


@pytest.mark.parametrize(
    ("words", "path", "hint"),
    [
        ([JOBLIB, "hydra.launcher.n_jobbs=2"], "n_jobbs", "`hydra.launcher.n_jobs=2`"),
        (
            ["hydra.launcher.n_jobs=2"],
            "n_jobs",
            "name the launcher that has it, too: `hydra/launcher=joblib`",
        ),
        (
            ["hydra/launcher=ray", "hydra.launcher.ray.inti.address=auto"],
            "ray.inti",
            "`hydra.launcher.ray.init.address=auto`",
        ),
        (
            ["hydra/launcher=ray", "hydra.launcher.ray.init.num_cpus=2"],
            "ray.init.num_cpus",
            "`+hydra.launcher.ray.init.num_cpus=2` adds it",
        ),
        ([JOBLIB, "hydra.launcher._target_=os.system"], "_target_", None),
    ],
)
def test_a_field_that_it_does_not_have_is_told(
    words: Sequence[str], path: str, hint: str | None
) -> None:
    if find_spec("ray") is None:
        pytest.skip("`ray` is not installed: pip install 'yaie[ray]'")
    problem = refused(*words)
    assert (problem.path, problem.hint) == (f"hydra.launcher.{path}", hint)


def test_those_that_it_has_are_listed() -> None:
    assert refused(JOBLIB, "hydra.launcher.n_jobbs=2").message.startswith(
        "the launcher `joblib` has no field `n_jobbs`; `hydra.launcher` has `n_jobs`, `backend`, "
    )


def test_the_node_itself_is_no_field() -> None:
    problem = refused("hydra.launcher=joblib")
    assert problem.message == (
        "`hydra.launcher` is a node of fields; a launcher is named by `hydra/launcher`"
    )
    assert problem.hint == "`hydra/launcher=joblib`"


def test_a_value_of_another_type_is_told_in_hydras_words() -> None:
    assert refused(JOBLIB, "hydra.launcher.n_jobs=many").message.endswith(
        ": Value 'many' of type 'str' could not be converted to Integer"
    )


def test_slurm_is_looked_for_before_anything_is_planned(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    problem = refused("hydra/launcher=submitit_slurm")
    assert problem.message == (
        "`submitit_slurm` submits jobs by `sbatch` and `srun`, which are not on this machine"
    )
    assert problem.fault == 3


def packages_without(name: str, folder: Path) -> Path:
    """What is installed, less a launcher of Hydra's."""
    (folder / "hydra_plugins").mkdir(parents=True)
    installed = Path(pytest.__file__).parents[1]
    for entry in (*installed.iterdir(), *(installed / "hydra_plugins").iterdir()):
        if entry.name != "hydra_plugins" and name not in entry.name:
            (folder / entry.relative_to(installed)).symlink_to(entry)
    return folder


def test_one_that_is_not_installed_is_told_with_the_extra_that_brings_it(tmp_path: Path) -> None:
    path = (
        packages_without("hydra_ray_launcher", tmp_path / "packages"),
        Path(__file__).parents[2],
    )
    program = (
        "from yaie.cli.program import main; import sys;"
        "sys.exit(main(['sweep', 'model=tiny', 'precision=fp32,bf16', 'hydra/launcher=ray']))"
    )
    done = subprocess.run(
        [sys.executable, "-S", "-c", program],
        env={**os.environ, "PYTHONPATH": os.pathsep.join(map(str, path))},
        cwd=tmp_path,
        capture_output=True,
        text=True,
    )
    assert done.stderr.startswith("hydra/launcher: the launcher `ray` is not installed; ")
    assert done.stderr.endswith("\n\nhint: `pip install 'yaie[ray]'`\n")
    assert (done.returncode, done.stdout) == (3, "")
