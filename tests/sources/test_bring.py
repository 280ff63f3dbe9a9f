from __future__ import annotations

from pathlib import Path
from shutil import disk_usage
from types import SimpleNamespace

import pytest

from tests.hub import Hub
from yaie.errors import Problem, SourceError
from yaie.sources.bring import bring, bring_small_files, fetch, list_files, weight_files
from yaie.sources.locate import locate
from yaie.spec.model import ModelSpec
from yaie.spec.wording import sized

MODEL = ModelSpec(id="org/model")
SHARDS = ("model-00001-of-00002.safetensors", "model-00002-of-00002.safetensors")
SMALL = {"config.json", "tokenizer.json"}
WHOLE = {*SMALL, *SHARDS, "model.safetensors.index.json"}


def problem_of_bringing(model: ModelSpec = MODEL) -> Problem:
    with pytest.raises(SourceError) as caught:
        bring(model, waits=(0, 0))
    assert caught.value.exit_code == 4
    (problem,) = caught.value.problems
    return problem


def test_everything_that_a_load_reads_is_brought(hub: Hub, checkpoint: Path) -> None:
    (checkpoint / "README.md").write_text("not read")
    source = bring(MODEL)
    assert set(source.files) == WHOLE
    assert (source.folder / SHARDS[0]).read_bytes() == b"a" * 1000


def test_what_is_at_hand_is_not_fetched_again(hub: Hub) -> None:
    bring(MODEL)
    hub.requests.clear()
    bring(MODEL)
    assert hub.requests == ["GET /api/models/org/model"]


def test_the_small_files_can_be_brought_alone(hub: Hub) -> None:
    assert set(bring_small_files(MODEL).files) == SMALL
    found = locate("org/model")
    assert found is not None
    assert set(found.files) == SMALL


def test_the_cache_is_where_it_was_asked_to_be(hub: Hub, tmp_path: Path) -> None:
    source = bring(ModelSpec(id="org/model", cache_dir=str(tmp_path / "mine")))
    assert source.folder.is_relative_to(tmp_path / "mine")


def test_a_cache_that_is_a_file_says_to_name_a_folder(hub: Hub, tmp_path: Path) -> None:
    file = tmp_path / "file"
    file.write_text("not a folder")
    problem = problem_of_bringing(ModelSpec(id="org/model", cache_dir=str(file)))
    assert problem.message.startswith("the hub's cache cannot be written: [Errno 20]")
    assert problem.hint == "name a folder that you may write: `model.cache_dir=…`, or set `HF_HOME`"


def test_a_listing_says_what_would_be_fetched(hub: Hub) -> None:
    listing = list_files(MODEL)
    assert listing.commit == hub.repositories["org/model"].commit
    assert listing.sizes[SHARDS[0]] == 1000
    assert weight_files(listing, MODEL) == ("model.safetensors.index.json", *SHARDS)


def test_progress_is_told_in_bytes_of_the_weights(hub: Hub) -> None:
    told: list[tuple[int, int]] = []
    listing = list_files(MODEL)
    fetch(listing, SHARDS, progress=lambda done, total: told.append((done, total)))
    assert told[0] == (0, 2000)
    assert told[-1] == (2000, 2000)
    assert told == sorted(told)


def test_a_hub_that_fails_for_a_moment_is_asked_again(hub: Hub) -> None:
    hub.failing["GET"] = 2
    assert set(bring(MODEL, waits=(0, 0)).files) == WHOLE


def test_a_hub_that_keeps_failing_is_given_up(hub: Hub) -> None:
    hub.failing["GET"] = 99
    problem = problem_of_bringing()
    assert problem.message == "the hub answered 503 when asked for `org/model`"
    assert hub.requests.count("GET /api/models/org/model") == 3


def test_a_repository_that_is_not_there_is_an_error(hub: Hub) -> None:
    problem = problem_of_bringing(ModelSpec(id="org/modle"))
    assert problem.message == "the hub has no model `org/modle`, or it is private"


def test_a_revision_that_is_not_there_is_an_error(hub: Hub) -> None:
    problem = problem_of_bringing(ModelSpec(id="org/model", revision="v9"))
    assert problem.path == "model.revision"
    assert problem.message == "`org/model` has no revision `v9`"


def test_a_gated_repository_says_where_to_accept_its_licence(hub: Hub) -> None:
    hub.repositories["org/model"].gated = True
    problem = problem_of_bringing()
    assert problem.hint == f"accept the licence at {hub.url}/org/model, then `hf auth login`"


def test_no_network_is_an_error(hub: Hub, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HF_ENDPOINT", "http://127.0.0.1:9")
    message = "`http://127.0.0.1:9` cannot be reached for `org/model` (ConnectError)"
    assert problem_of_bringing().message == message


def test_offline_nothing_is_asked(hub: Hub, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_OFFLINE", True)
    assert problem_of_bringing().message == (
        "`org/model` is not at hand, and `HF_HUB_OFFLINE` keeps it from being fetched"
    )
    assert hub.requests == []


@pytest.mark.parametrize("name", [SHARDS[0], "config.json"])
def test_a_flipped_bit_is_found_and_the_file_removed(name: str, hub: Hub) -> None:
    hub.repositories["org/model"].spoiled = name
    problem = problem_of_bringing()
    assert problem.message == (
        f"`{name}` came damaged: it is not what the hub lists, and was removed"
    )
    hub.repositories["org/model"].spoiled = None
    assert set(bring(MODEL).files) == WHOLE


def test_a_file_of_another_size_is_fetched_anew(hub: Hub) -> None:
    source = bring(MODEL)
    (source.folder / SHARDS[0]).resolve().write_bytes(b"cut")
    assert bring(MODEL).files[SHARDS[0]] == 1000


def test_a_disk_without_room_for_all_is_told_before_the_first_byte(
    hub: Hub, tmp_path: Path
) -> None:
    hub.repositories["org/model"].claimed = dict.fromkeys(SHARDS, 5 * 10**15)
    listing = list_files(MODEL)
    hub.requests.clear()
    with pytest.raises(SourceError) as caught:
        fetch(listing, SHARDS)
    assert caught.value.problems[0].message == (
        f"the disk of `{tmp_path}/cache/models--org--model` has"
        f" {sized(disk_usage(tmp_path).free)} free, and 10 PB are needed for 2 files of `org/model`"
    )
    assert hub.requests == []


def test_a_branch_is_remembered_once_all_its_files_are_there(hub: Hub, checkpoint: Path) -> None:
    first = bring(MODEL)
    (checkpoint / "config.json").write_text('{"model_type": "gpt2"}')
    hub.repositories["org/model"].spoiled = SHARDS[1]
    (checkpoint / SHARDS[1]).write_bytes(b"new")
    problem_of_bringing()
    assert locate("org/model") == first


def test_weights_that_are_not_as_asked_for_say_what_is_there(hub: Hub) -> None:
    problem = problem_of_bringing(ModelSpec(id="org/model", variant="fp16"))
    assert problem.message == "`org/model` holds no weights as asked for at `main`"
    assert (
        problem.hint == "leave out `model.variant`, `model.use_safetensors` and `model.gguf_file`"
    )


def test_a_repository_of_gguf_files_alone_says_so(hub: Hub, tmp_path: Path) -> None:
    folder = tmp_path / "gguf"
    folder.mkdir()
    (folder / "q4.gguf").write_bytes(b"GGUF")
    hub.add("org/gguf", folder)
    assert problem_of_bringing(ModelSpec(id="org/gguf")).hint == "`model.gguf_file=q4.gguf`"
    model = ModelSpec(id="org/gguf", gguf_file="q4.gguf")
    assert list(bring(model).files) == ["q4.gguf"]


def test_an_index_that_lists_what_is_not_there_is_an_error(hub: Hub, checkpoint: Path) -> None:
    (checkpoint / SHARDS[1]).unlink()
    assert problem_of_bringing().message == (
        f"`model.safetensors.index.json` lists `{SHARDS[1]}`, which `org/model` does not hold"
    )


def test_a_commit_that_is_none_is_not_the_answer_of_a_hub(hub: Hub) -> None:
    at = SimpleNamespace(commit="../../x", names=list, private=False, gated=False)
    hub.repositories["org/model"] = SimpleNamespace(at=lambda revision: at)
    assert problem_of_bringing().message == (
        f"`{hub.url}` does not answer as a hub does when asked for `org/model`"
    )
