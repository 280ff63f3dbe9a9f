from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest
from huggingface_hub import try_to_load_from_cache

from tests.hub import Hub
from yaie.errors import InputError, Problem, SourceError
from yaie.sources import source
from yaie.sources.bring import bring
from yaie.sources.locate import folder_of, locate
from yaie.spec.model import ModelSpec


def problem_with(id: str, subfolder: str = "") -> Problem:
    with pytest.raises(SourceError) as caught:
        locate(id, subfolder=subfolder)
    assert caught.value.exit_code == 4
    return caught.value.problems[0]


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A working directory that holds a folder `models/bert` with a config and hidden files."""
    folder = tmp_path / "models" / "bert"
    (folder / ".cache").mkdir(parents=True)
    (folder / "part").mkdir()
    (folder / "config.json").write_text("{}")
    (folder / "part" / "vocab.txt").write_text("a\n")
    (folder / ".cache" / "x").touch()
    monkeypatch.chdir(tmp_path)
    return folder


def test_a_folder_yields_its_files_less_the_hidden(here: Path) -> None:
    found = locate("./models/bert")
    assert found is not None
    assert dict(found.files) == {"config.json": 2, "part/vocab.txt": 2}
    assert found.folder == Path("models/bert")
    assert found.commit is None


def test_a_folder_that_exists_goes_before_the_hub(here: Path) -> None:
    found = locate("models/bert")
    assert found is not None
    assert found.folder == Path("models/bert")


def test_a_folder_that_is_not_there_is_an_error_with_a_near_name(here: Path) -> None:
    problem = problem_with("./model/bert")
    assert problem.message == "there is no folder `./model/bert`"
    assert problem.hint == "`model=./models/bert`"


def test_a_folder_like_no_other_has_no_hint(here: Path) -> None:
    assert problem_with("./elsewhere").hint is None


def test_a_file_is_an_error_that_names_its_folder(here: Path) -> None:
    problem = problem_with("./models/bert/config.json")
    assert problem.message == (
        "`./models/bert/config.json` is a file; the folder that holds it is wanted"
    )
    assert problem.hint == "`model=./models/bert`"


def test_a_gguf_file_is_an_error_that_names_the_field_for_it(here: Path) -> None:
    (here / "q4.gguf").touch()
    assert (
        problem_with("./models/bert/q4.gguf").hint
        == "`model=./models/bert model.gguf_file=q4.gguf`"
    )


def test_a_subfolder_that_is_not_there_is_an_error(here: Path) -> None:
    problem = problem_with("./models/bert", subfolder="prat")
    assert problem.path == "model.subfolder"
    assert problem.message == "`./models/bert` has no folder `prat`"
    assert problem.hint == "`model.subfolder=part`"


def test_a_subfolder_that_leads_out_is_an_input_error(here: Path) -> None:
    with pytest.raises(InputError, match=r"`\.\./x` leads out of the checkpoint"):
        locate("./models/bert", subfolder="../x")


def test_a_package_is_found_without_its_code_being_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    inner = tmp_path / "some_weights" / "model"
    inner.mkdir(parents=True)
    (tmp_path / "some_weights" / "__init__.py").write_text("raise SystemExit")
    (inner / "config.json").write_text("{}")
    monkeypatch.syspath_prepend(tmp_path)
    found = locate("pkg://some_weights/model")
    assert found is not None
    assert found.folder == inner == folder_of("pkg://some_weights/model")
    assert "some_weights" not in sys.modules


@pytest.mark.parametrize("package", ["no_such_package", "__main__"])
def test_a_package_that_is_not_installed_is_an_error(package: str) -> None:
    message = f"no package `{package}` is installed here"
    assert problem_with(f"pkg://{package}/x").message == message


def test_what_the_cache_lacks_is_none(tmp_path: Path) -> None:
    assert locate("org/model", cache_dir=str(tmp_path)) is None


def test_a_cached_snapshot_is_found_where_huggingface_hub_finds_it(hub: Hub) -> None:
    bring(ModelSpec(id="org/model"))
    found = locate("org/model")
    assert found is not None
    assert found.commit == hub.repositories["org/model"].commit
    theirs = try_to_load_from_cache("org/model", "config.json", cache_dir=found.folder.parents[2])
    assert theirs == str(found.folder / "config.json")


def test_a_cached_snapshot_is_found_by_its_commit(hub: Hub) -> None:
    bring(ModelSpec(id="org/model"))
    commit = hub.repositories["org/model"].commit
    found = locate("org/model", revision=commit)
    assert found is not None
    assert found.commit == commit
    assert locate("org/model", revision="v2") is None


def test_a_snapshot_named_by_its_path_is_a_folder_like_any_other(hub: Hub) -> None:
    brought = bring(ModelSpec(id="org/model"))
    found = locate(str(brought.folder))
    assert found is not None
    assert found.files == brought.files


def test_a_link_whose_blob_is_gone_is_not_at_hand(hub: Hub) -> None:
    brought = bring(ModelSpec(id="org/model"))
    (brought.folder / "tokenizer.json").resolve().unlink()
    found = locate("org/model")
    assert found is not None
    assert "tokenizer.json" not in found.files


def test_a_link_out_of_the_folder_is_refused(here: Path, tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.write_text("x")
    (here / "tokenizer.json").symlink_to(secret)
    assert problem_with("./models/bert").message == (
        f"`models/bert/tokenizer.json` is a link out of its checkpoint, to `{secret}`. "
        "Links may lead to files of the same folder only"
    )


def test_links_that_go_round_end(here: Path) -> None:
    (here / "part" / "again").symlink_to(here)
    (here / "best").symlink_to(here / "part")
    found = locate("./models/bert")
    assert found is not None
    assert list(found.files) == ["best/vocab.txt", "config.json", "part/vocab.txt"]


def test_a_folder_of_too_many_files_is_no_checkpoint(
    here: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(source, "MOST_FILES", 1)
    assert problem_with("./models/bert").message == (
        "`models/bert` holds more than 1 files, so it is not a checkpoint's folder"
    )


@pytest.mark.skipif(not os.path.lexists("/proc/1/root"), reason="this system has no /proc")
def test_a_folder_that_may_not_be_looked_into_is_an_error() -> None:
    if os.path.isdir("/proc/1/root"):
        pytest.skip("all of it may be looked into")
    assert problem_with("/proc/1/root").message == "there is no folder `/proc/1/root`"
