"""The rooms stand in their order, and what is slow is imported by those alone who need it."""

import ast
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
MODULES = sorted((ROOT / "yaie").rglob("*.py"))
HEAVY = {"accelerate", "bitsandbytes", "gguf", "torch", "transformers"}
HYDRA = {"hydra", "omegaconf"}

COMMANDS = {
    "help": "--help",
    "help of a verb": "check --help",
    "check": "check model=llama2 precision=bf16",
    "show": "show model=llama2 precision=bf16",
    "code": "code model=llama2 precision=bf16",
    "fetch": "fetch model=tiny",
    "options": "show options",
    "architecture": "show arch llama",
    "error": "check model=tinny",
}
REPORTING = (
    "import sys; from yaie.cli.program import main; code = main(sys.argv[1:]);"
    " print(*sorted(sys.modules), file=sys.stderr); sys.exit(code == 1)"
)


def imports(module: Path, *, at_top_only: bool) -> set[str]:
    """Top-level packages that a module imports."""
    tree = ast.parse(module.read_text(encoding="utf-8"))
    nodes = tree.body if at_top_only else list(ast.walk(tree))
    names = [a.name for node in nodes if isinstance(node, ast.Import) for a in node.names]
    names += [node.module or "" for node in nodes if isinstance(node, ast.ImportFrom)]
    return {name.partition(".")[0] for name in names}


def in_a_process(command: str) -> subprocess.CompletedProcess[str]:
    """Runs the program in a process of its own; stderr ends with the modules it imported."""
    argv = [sys.executable, "-c", REPORTING, *command.split()]
    return subprocess.run(argv, capture_output=True, text=True, cwd=ROOT, check=True)


def test_the_linter_of_layers_is_content() -> None:
    linter = Path(sys.executable).with_name("lint-imports")
    done = subprocess.run([linter, "--no-cache"], capture_output=True, text=True, cwd=ROOT)
    assert done.returncode == 0, done.stdout


@pytest.mark.parametrize("module", MODULES, ids=lambda path: str(path.relative_to(ROOT)))
def test_torch_and_transformers_are_imported_inside_functions_only(module: Path) -> None:
    assert not imports(module, at_top_only=True) & HEAVY


@pytest.mark.parametrize("module", MODULES, ids=lambda path: str(path.relative_to(ROOT)))
def test_a_module_outside_of_loading_says_that_it_imports_them(module: Path) -> None:
    if (
        "loading" in module.relative_to(ROOT).parts
        or not imports(module, at_top_only=False) & HEAVY
    ):
        return
    docstring = ast.get_docstring(ast.parse(module.read_text(encoding="utf-8"))) or ""
    assert re.search(r"Imports (torch|transformers)", docstring.replace("\n", " "))


@pytest.mark.parametrize("module", MODULES, ids=lambda path: str(path.relative_to(ROOT)))
def test_hydra_is_known_to_composing_and_launching_alone(module: Path) -> None:
    composing = module.parent.name == "spec" and module.name.startswith("compose")
    launching = module.parent.name == "sweeps" and module.name.startswith("launcher")
    assert composing or launching or not imports(module, at_top_only=False) & HYDRA


@pytest.mark.parametrize("command", COMMANDS.values(), ids=COMMANDS)
def test_a_verb_that_loads_nothing_imports_neither_torch_nor_transformers(command: str) -> None:
    imported = set(in_a_process(command).stderr.split())
    assert "yaie.cli.program" in imported
    assert not imported & HEAVY


def test_the_package_itself_imports_neither() -> None:
    program = "import sys, yaie; print(*sys.modules)"
    argv = [sys.executable, "-c", program]
    done = subprocess.run(argv, capture_output=True, text=True, cwd=ROOT, check=True)
    assert not set(done.stdout.split()) & (HEAVY | HYDRA | {"pydantic", "rich"})


@pytest.mark.parametrize("command", ["--help", "check --help"])
def test_help_imports_nothing_that_is_slow(command: str) -> None:
    slow = HEAVY | HYDRA | {"pydantic", "rich", "yaml", "huggingface_hub"}
    assert not set(in_a_process(command).stderr.split()) & slow


@pytest.mark.parametrize("command", COMMANDS.values(), ids=COMMANDS)
def test_a_pipe_gets_no_colour_codes(command: str) -> None:
    done = in_a_process(command)
    assert "\x1b" not in done.stdout + done.stderr
    assert "rich" not in done.stderr.split()
