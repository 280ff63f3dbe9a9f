"""The wheel: built, installed in an environment of its own, and run from another folder."""

import json
import os
import subprocess
import sys
import sysconfig
import venv
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel as `python -m build` makes it."""
    out = tmp_path_factory.mktemp("dist")
    build = [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", str(out)]
    subprocess.run([*build, str(ROOT)], check=True, capture_output=True)
    return next(out.glob("*.whl"))


@pytest.fixture(scope="module")
def python(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A fresh environment that holds the wheel; only third-party packages are lent by this one.

    They are lent as links, one a package, so that nothing of the checkout and none of this
    environment's `.pth` files come along.
    """
    folder = tmp_path_factory.mktemp("environment")
    venv.create(folder, with_pip=False, symlinks=True)
    site = Path(sysconfig.get_path("purelib", vars={"base": str(folder)}))
    for package in Path(sysconfig.get_path("purelib")).iterdir():
        if package.suffix != ".pth" and not package.name.startswith(("yaie", "_yaie")):
            (site / package.name).symlink_to(package)
    into = ["install", "--quiet", "--no-deps", "--no-index", "--target", str(site), str(wheel)]
    subprocess.run([sys.executable, "-m", "pip", *into], check=True, capture_output=True)
    return folder / "bin" / "python"


def run(python: Path, folder: Path, *argv: str) -> str:
    """Stdout of a command in another folder, with nothing that points back to the checkout."""
    environment = {k: v for k, v in os.environ.items() if not k.startswith("PYTHON")}
    done = subprocess.run(
        [python, *argv], cwd=folder, env=environment, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_the_wheel_holds_the_options_the_tiny_model_and_the_marker_of_types(wheel: Path) -> None:
    names = set(zipfile.ZipFile(wheel).namelist())
    assert {
        "yaie/py.typed",
        "yaie/conf/model/tiny.yaml",
        "yaie/conf/quantization/bnb_4bit.yaml",
        "yaie/tiny/config.json",
        "yaie/tiny/model.safetensors",
        "yaie/tiny/tokenizer.json",
    } <= names
    assert any(name.startswith("yaie/facts/data/") for name in names)


def test_every_option_of_the_checkout_is_in_the_wheel(wheel: Path) -> None:
    names = set(zipfile.ZipFile(wheel).namelist())
    options = {f"yaie/{path.relative_to(ROOT).as_posix()}" for path in ROOT.glob("conf/*/*.yaml")}
    assert options
    assert options <= names


def test_the_wheel_holds_the_package_alone(wheel: Path) -> None:
    tops = {name.partition("/")[0] for name in zipfile.ZipFile(wheel).namelist()}
    assert {top for top in tops if not top.endswith(".dist-info")} == {"yaie"}


def test_the_installed_package_and_its_options_are_those_of_the_wheel(
    python: Path, tmp_path: Path
) -> None:
    program = "import yaie, yaie.spec.conf as c; print(yaie.__file__, c.conf_folder())"
    file, conf = run(python, tmp_path, "-c", program).split()
    site = Path(file).parents[1]
    assert site.is_relative_to(python.parents[1])
    assert Path(conf) == site / "yaie" / "conf"


def test_the_installed_program_checks(python: Path, tmp_path: Path) -> None:
    answer = json.loads(run(python, tmp_path, "-m", "yaie", "check", "model=tiny", "--json"))
    assert answer["ok"]


def test_the_installed_program_loads_the_tiny_model(python: Path, tmp_path: Path) -> None:
    receipt = json.loads(run(python, tmp_path, "-m", "yaie", "model=tiny", "--json"))
    assert receipt["model_class"] == "LlamaForCausalLM"
    assert receipt["parameters"] > 0
    assert list(tmp_path.iterdir()) == []
