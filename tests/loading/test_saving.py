"""`--save`: what is written, and what is refused before anything is loaded."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

import yaie
from tests.loading.disks import on_a_disk
from yaie.cli.program import main
from yaie.loading.acts.save import Save
from yaie.loading.destination import obstacles
from yaie.loading.load import load as load_composition

Captured = pytest.CaptureFixture[str]


def same(one: Any, other: Any) -> bool:
    ours, theirs = one.state_dict(), other.state_dict()
    return ours.keys() == theirs.keys() and all(ours[n].equal(theirs[n]) for n in ours)


def problem_of(folder: Path, *words: str) -> yaie.Problem:
    with pytest.raises(yaie.YaieError) as caught:
        load_composition(yaie.compose(*(words or ("model=tiny",))), acts=(Save(folder=folder),))
    (problem,) = (p for p in caught.value.problems if p.severity == "error")
    return problem


def test_transformers_loads_what_was_saved(tmp_path: Path) -> None:
    from transformers import AutoModelForCausalLM, AutoTokenizer, GenerationConfig

    loaded = yaie.load("model=tiny")
    loaded.save(tmp_path / "out")
    assert same(AutoModelForCausalLM.from_pretrained(tmp_path / "out"), loaded.model)
    tokens = AutoTokenizer.from_pretrained(tmp_path / "out")("In the beginning").input_ids
    assert tokens == loaded.tokenizer("In the beginning").input_ids
    assert GenerationConfig.from_pretrained(tmp_path / "out")


def test_the_receipt_tells_where_and_how_much(tmp_path: Path, capsys: Captured) -> None:
    assert main(["model=tiny", "--save", str(tmp_path / "out"), "-q"]) == 0
    size = sum(path.stat().st_size for path in (tmp_path / "out").iterdir())
    out = capsys.readouterr().out
    assert f"saved         {tmp_path}/out, {size / 1e6:.3g} MB in 5 files" in out
    assert ", save 0." in out


def test_the_checkpoint_that_is_mapped_can_be_saved_over(llama: Path, saved_llama: Path) -> None:
    loaded = yaie.load(f"model={llama}", "processor=none")
    loaded.save(llama)
    again = yaie.load(f"model={llama}", "processor=none")
    assert same(again.model, loaded.model)
    assert same(again.model, yaie.load(f"model={saved_llama}", "processor=none").model)


def test_quantised_weights_load_at_once_and_are_the_same(llama: Path, tmp_path: Path) -> None:
    words = (f"model={llama}", "processor=none", "precision=fp32", "quantization=bnb_4bit")
    loaded = yaie.load(*words)
    loaded.save(tmp_path / "out")
    again = yaie.load(f"model={tmp_path}/out", "processor=none")
    assert again.receipt.quantization["method"] == "bitsandbytes"
    assert same(again.model, loaded.model)


def test_a_symlink_stays_and_what_it_leads_to_is_replaced(llama: Path, tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to(llama)
    yaie.load("model=tiny").save(tmp_path / "link")
    assert (tmp_path / "link").readlink() == llama
    assert (llama / "tokenizer.json").exists()


def test_nothing_of_the_old_checkpoint_stays_but_what_people_wrote(llama: Path) -> None:
    (llama / "README.md").write_text("mine")
    (llama / "vocab.txt").write_text("old")
    yaie.load("model=tiny").save(llama)
    assert (llama / "README.md").read_text() == "mine"
    assert not (llama / "vocab.txt").exists()


def test_what_transformers_refuses_to_write_leaves_the_folder_as_it_was(llama: Path) -> None:
    loaded = yaie.load("model=tiny")
    loaded.model.generation_config.num_beams = 0
    loaded.model.generation_config.do_sample = False
    loaded.model.generation_config.temperature = 0.5
    before = {path.name: path.read_bytes() for path in llama.iterdir()}
    with pytest.raises(yaie.UnsupportedError) as caught:
        loaded.save(llama)
    assert caught.value.problems[0].message.startswith(f"saving to `{llama}`: ValueError: ")
    assert {path.name: path.read_bytes() for path in llama.iterdir()} == before


def test_a_folder_that_is_no_checkpoint_is_refused(tmp_path: Path) -> None:
    (tmp_path / "notes.txt").touch()
    problem = problem_of(tmp_path)
    assert problem.message == (f"`{tmp_path}` is not empty and no checkpoint: it holds `notes.txt`")
    assert problem.hint == "name a folder that is new, empty, or holds a checkpoint"
    assert (problem.path, problem.fault) == ("--save", 2)


def test_a_checkpoint_with_something_else_in_it_is_refused(llama: Path) -> None:
    (llama / "runs").mkdir()
    assert problem_of(llama).message == (
        f"`{llama}` is replaced as a whole, and holds `runs`, which no checkpoint has"
    )


def test_a_file_is_refused_and_so_is_a_folder_below_one(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    message = f"`{tmp_path}/file` is there and is no folder"
    assert problem_of(tmp_path / "file").message == message
    assert problem_of(tmp_path / "file" / "out").message == message


def test_the_working_directory_is_refused(llama: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(llama)
    assert problem_of(Path()).message == (
        "`.` holds the working directory, and is replaced as a whole"
    )


@pytest.mark.parametrize(
    "name", ["LICENSES", "notes.md", "tokenizer_files", "model-old.safetensors"]
)
def test_a_folder_in_a_checkpoint_is_refused_whatever_its_name(llama: Path, name: str) -> None:
    (llama / name).mkdir()
    assert problem_of(llama).message == (
        f"`{llama}` is replaced as a whole, and holds `{name}`, which no checkpoint has"
    )


def test_files_of_other_programs_are_refused(llama: Path) -> None:
    (llama / "my_config.json").touch()
    (llama / "weights.model").touch()
    (llama / "NOTICE").symlink_to("nowhere")
    assert problem_of(llama).message == (
        f"`{llama}` is replaced as a whole, and holds `NOTICE`, `my_config.json`, `weights.model`,"
        " which no checkpoint has"
    )


def test_chat_templates_of_a_checkpoint_are_replaced_with_it(llama: Path) -> None:
    (llama / "additional_chat_templates").mkdir()
    (llama / "additional_chat_templates" / "tools.jinja").touch()
    yaie.load("model=tiny").save(llama)
    assert not (llama / "additional_chat_templates").exists()


def test_the_root_is_refused() -> None:
    assert problem_of(Path("/")).message == (
        "`/` holds the working directory, and is replaced as a whole"
    )


def test_a_folder_without_a_name_is_refused() -> None:
    problem = obstacles("")
    assert [p.message for p in problem] == ["the folder has no name"]


def test_a_name_that_leaves_no_room_for_the_folder_beside_is_refused(tmp_path: Path) -> None:
    problem = problem_of(tmp_path / ("a" * 240))
    assert problem.message.endswith("is longer than 238 bytes, and a save adds to it")


def test_a_folder_of_the_hubs_cache_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HF_HUB_CACHE", str(tmp_path))
    place = tmp_path / "models--me--mine" / "snapshots" / "0123"
    message = f"`{place}` is a folder of the hub's cache, which its own files alone are in"
    assert problem_of(place).message == message


def test_weights_that_are_not_there_are_refused(tmp_path: Path) -> None:
    problem = problem_of(tmp_path / "out", "model=tiny", "weights=meta")
    assert problem.message == "`weights=meta` has a structure but no numbers to save"
    assert problem.fault == 3
    assert not (tmp_path / "out").exists()


def test_quantised_pieces_are_refused_before_ranks_are_started(
    tmp_path: Path, capsys: Captured
) -> None:
    words = ["model=tiny", "device=tp", "device.ranks=2", "quantization=torchao"]
    assert main([*words, "--save", str(tmp_path / "out")]) == 3
    assert capsys.readouterr().err == (
        "--save: pieces that several processes hold are put together for `--save` alone, and only"
        " where no quantisation packs them\n\nhint: `device=auto`, or leave `--save` out\n"
    )


def test_a_method_that_transformers_does_not_save_is_refused_before_the_load(
    llama: Path, tmp_path: Path
) -> None:
    words = (f"model={llama}", "processor=none", "precision=fp32", "quantization=quanto")
    message = "transformers does not save models that `quanto` has quantised"
    assert problem_of(tmp_path / "out", *words).message == message
    with pytest.raises(ValueError, match="not serializable"):
        yaie.load(*words).model.save_pretrained(tmp_path / "out")


def test_gguf_is_refused_before_it_is_read(smollm2: Path, tmp_path: Path) -> None:
    file = next(smollm2.glob("*.gguf")).name
    problem = problem_of(tmp_path / "out", f"model={smollm2}", f"model.gguf_file={file}")
    assert problem.message == "transformers does not save models that `gguf` has quantised"


def test_a_disk_too_small_is_told_before_the_load(tmp_path: Path) -> None:
    disk = tmp_path / "disk"
    words = ("-m", "yaie", "model=tiny", "--save", str(disk / "out"), "-q")
    done = on_a_disk(disk, "size=1m", "true", *words)
    assert (done.returncode, done.stdout) == (4, "")
    assert done.stderr == (
        f"--save: the disk of `{disk}` has 1.05 MB free, and 2.2 MB are needed for the saved"
        " model, beside what is there until it is whole\n\nhint: make room, or save to another"
        " disk\n"
    )


def test_a_disk_that_cannot_be_written_to_is_told_before_the_load(tmp_path: Path) -> None:
    disk = tmp_path / "disk"
    words = ("-m", "yaie", "model=tiny", "--save", str(disk / "out"), "-q")
    done = on_a_disk(disk, "ro", "true", *words)
    assert (done.returncode, done.stdout) == (4, "")
    assert done.stderr == (
        f"--save: `{disk}` cannot be written to\n\nhint: save to another folder\n"
    )


def test_modules_that_are_on_the_disk_are_saved_too(llama: Path, tmp_path: Path) -> None:
    entries = {"model.embed_tokens": "cpu", "model.layers": "disk", "model.norm": "cpu"}
    places = [
        f"device.map.{name}={place}" for name, place in (entries | {"lm_head": "cpu"}).items()
    ]
    words = (f"model={llama}", "processor=none", "device=map", *places)
    extra = (f"device.offload_folder={tmp_path}/off", "device.map.model.rotary_emb=cpu")
    yaie.load(*words, *extra).save(tmp_path / "out")
    again = yaie.load(f"model={tmp_path}/out", "processor=none")
    assert same(again.model, yaie.load(f"model={llama}", "processor=none").model)
