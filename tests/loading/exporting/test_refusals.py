"""Exports that are refused before anything is loaded, and those that leave all as it was."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import sysconfig
from pathlib import Path

import pytest

import yaie
from tests.loading.disks import on_a_disk
from tests.loading.exporting.conftest import Cases
from tools.oracle.checkpoints import tiny
from yaie.cli.program import main
from yaie.loading.acts.export import Export
from yaie.loading.load import load as load_composition
from yaie.planning.exporting import placed

Captured = pytest.CaptureFixture[str]
TINY = ("model=tiny", "precision=fp32")


def problem_of(folder: Path, *words: str) -> yaie.Problem:
    act = Export(format="onnx", folder=folder)
    with pytest.raises(yaie.YaieError) as caught:
        load_composition(yaie.compose(*(words or TINY)), acts=(act,))
    (problem,) = (p for p in caught.value.problems if p.path == "--export")
    return problem


def test_a_folder_that_is_no_export_is_refused_and_so_is_a_checkpoint(
    tmp_path: Path, checkpoints: dict[str, Path]
) -> None:
    (tmp_path / "notes.txt").touch()
    problem = problem_of(tmp_path)
    message = f"`{tmp_path}` is not empty and no ONNX export: it holds `notes.txt`"
    assert (problem.message, problem.fault) == (message, 2)
    assert problem.hint == "name a folder that is new, empty, or holds an ONNX export"
    folder = checkpoints["causal"]
    assert problem_of(folder).message.startswith(f"`{folder}` is not empty and no ONNX export: ")


def test_an_export_with_something_else_in_it_is_refused(cases: Cases, tmp_path: Path) -> None:
    out = Path(shutil.copytree(cases["vision"].folder, tmp_path / "out"))
    (out / "notes.txt").touch()
    assert problem_of(out).message == (
        f"`{out}` is replaced as a whole, and holds `notes.txt`, which no ONNX export has"
    )


def test_a_format_that_there_is_not_is_refused(capsys: Captured) -> None:
    assert main(["model=tiny", "--export", "onx:out"]) == 2
    err = capsys.readouterr().err
    assert err == "--export: `onx` is no format; allowed is `onnx`\n\nhint: `--export onnx`\n"


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_a_folder_without_rights_is_refused(tmp_path: Path) -> None:
    tmp_path.chmod(0o500)
    assert problem_of(tmp_path / "out").message == f"`{tmp_path}` cannot be written to"


@pytest.mark.parametrize(
    ("words", "message", "hint"),
    [
        (
            (*TINY, "weights=meta"),
            "`weights=meta` has a structure but no numbers to export",
            None,
        ),
        (
            (*TINY, "weights.mode=train"),
            "a model in training mode drops some of its numbers",
            "weights.mode=eval",
        ),
        (
            (*TINY, "quantization=bnb_4bit"),
            "models that `bitsandbytes` has quantised cannot be exported",
            "quantization=none",
        ),
        (
            ("model=tiny",),
            "onnxruntime computes on a CPU in `float16` and `float32`, and the weights are"
            " `bfloat16`",
            "precision=fp32",
        ),
        (
            (*TINY, "attention=flex_attention"),
            "attention by `flex_attention` is no part of a graph; `eager` and `sdpa` are",
            "attention=eager",
        ),
    ],
)
def test_what_cannot_be_exported_is_refused_before_it_is_loaded(
    words: tuple[str, ...], message: str, hint: str | None, tmp_path: Path
) -> None:
    problem = problem_of(tmp_path / "out", *words)
    assert (problem.message, problem.fault) == (message, 3)
    assert problem.hint == (f"`{hint}`" if hint else None)
    assert not any(tmp_path.iterdir())


def test_a_sharded_load_is_refused_before_its_ranks_are_started(
    tmp_path: Path, capsys: Captured
) -> None:
    words = [*TINY, "device=tp", "device.ranks=2", "--export", f"onnx:{tmp_path}/out"]
    assert main(words) == 3
    assert capsys.readouterr().err == (
        "--export: a model in pieces over several processes cannot be exported\n\n"
        "hint: `device=cpu`\n"
    )


def test_weights_that_are_elsewhere_are_refused() -> None:
    (problem,) = placed({"disk", "cuda:0"})
    message = "a model is exported on `cpu`, and this one goes to `cuda:0` and `disk`"
    assert (problem.message, problem.hint) == (message, "`device=cpu`")


def test_the_hints_help(tmp_path: Path) -> None:
    from yaie.planning.exporting import unexportable, without_numbers
    from yaie.planning.preflight import survey

    for asked, hint in (
        ("weights.mode=train", "weights.mode=eval"),
        ("quantization=bnb_4bit", "quantization=none"),
        ("precision=bf16", "precision=fp32"),
        ("attention=flex_attention", "attention=eager"),
    ):
        composition = yaie.compose(*TINY, asked, hint)
        facts, problems = survey(composition)
        spec = composition.spec
        found = [*problems, *without_numbers(spec), *unexportable(spec, facts)]
        assert not [problem for problem in found if problem.severity == "error"]


def test_a_model_that_reads_several_things_is_refused(tmp_path: Path) -> None:
    words = ("model=architecture", "model.architecture=llava", "task=image-text-to-text")
    problem = problem_of(tmp_path / "out", *words, "weights=random", "processor=none")
    assert problem.message == (
        "`LlavaForConditionalGeneration` reads texts with images or sounds: of such models no graph"
        " can be traced and compared yet"
    )


@pytest.mark.parametrize(
    ("architecture", "task", "message", "hint"),
    [
        (
            "mamba",
            "causal-lm",
            "`MambaForCausalLM` goes token by token, and a graph has one length then",
            None,
        ),
        (
            "llama",
            "sequence-classification",
            "`LlamaForSequenceClassification` does not take what it would be traced by: Cannot"
            " handle batch sizes > 1 if no padding token is defined.",
            "`model.config.pad_token_id=0`",
        ),
    ],
)
def test_what_has_no_graph_is_told_before_the_load(
    architecture: str, task: str, message: str, hint: str | None, tmp_path: Path
) -> None:
    """It was told by the export, of the loaded model."""
    folder = tiny(architecture)
    words = (f"model={folder}", f"task={task}", "weights=random", "precision=fp32")
    problem = problem_of(tmp_path / "out", *words, "processor=none")
    assert (problem.message, problem.hint) == (message, hint)


def test_a_disk_too_small_is_told_before_the_load(tmp_path: Path) -> None:
    disk = tmp_path / "disk"
    words = ("-m", "yaie", *TINY, "--export", f"onnx:{disk}/out", "-q")
    done = on_a_disk(disk, "size=1m", "true", *words)
    assert done.returncode == 4
    assert done.stderr.startswith(f"--export: the disk of `{disk}` has 1.05 MB free, and 4.07 MB")


def test_packages_that_are_missing_are_named_before_anything_is_read(tmp_path: Path) -> None:
    """With all packages at hand but two."""
    packages = tmp_path / "packages"
    packages.mkdir()
    for entry in Path(sysconfig.get_path("purelib")).iterdir():
        if not entry.name.startswith(("onnx-", "onnx.", "onnxruntime")) and entry.name != "onnx":
            (packages / entry.name).symlink_to(entry)
    root = Path(__file__).parents[3]
    program = "import sys; from yaie.cli.program import main; sys.exit(main(sys.argv[1:]))"
    done = subprocess.run(
        [sys.executable, "-S", "-c", program, "model=tiny", "--export", "onnx"],
        env={**os.environ, "PYTHONPATH": f"{root}:{packages}"},
        cwd=tmp_path,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 3
    assert done.stderr == (
        "--export: an export needs `onnx` and `onnxruntime`, which are not installed\n\n"
        "hint: `pip install onnx onnxruntime`\n"
    )
    assert not (tmp_path / "tiny-onnx").exists()


def test_a_graph_that_answers_otherwise_is_not_put_in_place(cases: Cases, tmp_path: Path) -> None:
    import torch
    from transformers import ViTForImageClassification
    from transformers.exporters.base import ExportedModel

    from yaie.loading.exporting.export import write

    out = Path(shutil.copytree(cases["vision"].folder, tmp_path / "out"))
    before = {path.name: path.read_bytes() for path in out.iterdir()}
    model = ViTForImageClassification.from_pretrained(cases["vision"].checkpoint)
    with torch.no_grad():
        model.classifier.weight.mul_(1.5)
    graph = ExportedModel.from_pretrained(cases["vision"].folder)
    with pytest.raises(yaie.MismatchError) as caught:
        write(graph, model, None, out)
    assert caught.value.problems[0].message.startswith("the graph's `logits` is 0.")
    assert {path.name: path.read_bytes() for path in out.iterdir()} == before
    assert [path.name for path in tmp_path.iterdir()] == ["out"]
