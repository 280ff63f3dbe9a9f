"""`--push`: what comes to a hub on loopback, and what is refused before anything is loaded."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

import yaie
from tests.loading.disks import on_a_disk
from tests.push_hub import PushHub
from yaie.cli.program import main
from yaie.loading.acts.push import Push
from yaie.loading.load import load
from yaie.loading.pushing import push
from yaie.loading.reporting import Silent
from yaie.sources.push.target import Target

Captured = pytest.CaptureFixture[str]


ROUND_TRIP = """
import yaie
from transformers import AutoModelForCausalLM, AutoTokenizer

def same(one, other):
    ours, theirs = one.state_dict(), other.state_dict()
    return ours.keys() == theirs.keys() and all(ours[n].equal(theirs[n]) for n in ours)

first = yaie.load("model=tiny", "precision=fp32")
pushed = first.push("me/tiny", revision="v1")
again = yaie.load("model=me/tiny", "model.revision=v1")
assert again.receipt.source == {"id": "me/tiny", "revision": pushed.commit}, again.receipt.source
assert same(again.model, first.model)
assert same(AutoModelForCausalLM.from_pretrained("me/tiny", revision="v1"), first.model)
tokenizer = AutoTokenizer.from_pretrained("me/tiny", revision="v1")
assert tokenizer("In the beginning") == first.tokenizer("In the beginning")
"""
"""The hub's address is read when huggingface_hub is imported, so it is set for a new process."""


def test_what_was_pushed_loads_with_equal_tensors_by_yaie_and_by_transformers(
    hub: PushHub, tmp_path: Path
) -> None:
    environment = {**os.environ, "HF_HOME": str(tmp_path)}
    command = [sys.executable, "-c", ROUND_TRIP]
    done = subprocess.run(command, capture_output=True, text=True, env=environment)
    assert done.returncode == 0, done.stderr


def test_the_receipt_tells_what_the_hub_holds(hub: PushHub, capsys: Captured) -> None:
    words = ["model=tiny", "--push", "me/tiny", "--message", "the first", "--json", "-q"]
    assert main(words) == 0
    told = json.loads(capsys.readouterr().out)["pushed"]
    head = hub.repository("me/tiny").head()
    sizes = [len(content) for name, content in head.held.items() if name[0] not in ".R"]
    assert told.pop("seconds") > 0
    assert told == {
        "repo": "me/tiny",
        "url": f"{hub.url}/me/tiny/tree/main",
        "revision": "main",
        "commit": head.commit,
        "private": True,
        "files": 5,
        "bytes": sum(sizes),
        "uploaded_bytes": sum(sizes) + len(head.held["README.md"]),
        "removed": [],
    }
    assert head.message == "the first"


def test_what_is_saved_too_is_written_once(
    hub: PushHub, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path / "nowhere"))
    assert main(["model=tiny", "--save", str(tmp_path / "out"), "--push", "me/tiny", "-q"]) == 0
    held = hub.repository("me/tiny").head().held
    written = {path.name: path.read_bytes() for path in (tmp_path / "out").iterdir()}
    assert written == {name: held[name] for name in written}


def test_a_card_does_not_call_a_repository_its_own_base(hub: PushHub) -> None:
    loaded = yaie.load("model=tiny")
    push(loaded.model, None, Target(repo="me/tiny"), "me/tiny")
    assert b"base_model" not in hub.repository("me/tiny").head().held["README.md"]


def test_nothing_is_left_on_the_disk(
    hub: PushHub, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path / "temporary"))
    (tmp_path / "temporary").mkdir()
    hub.refused["commit"] = (403, {})
    with pytest.raises(yaie.SourceError):
        yaie.load("model=tiny").push("me/tiny")
    assert list((tmp_path / "temporary").iterdir()) == []


def test_a_disk_too_small_is_told_before_the_load(
    hub: PushHub, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    disk = tmp_path / "disk"
    monkeypatch.setenv("TMPDIR", str(disk))
    words = ("-m", "yaie", "model=tiny", "--push", "me/tiny", "-q")
    done = on_a_disk(disk, "size=1m", "true", *words)
    assert (done.returncode, done.stdout) == (4, "")
    assert done.stderr == (
        f"--push: the disk of `{disk}` has 1.05 MB free, and 2.2 MB are needed for the model, which"
        " is written before it is sent\n\n"
        "hint: set `TMPDIR` to a folder on another disk, or save it too: `--save DIR`\n"
    )
    assert hub.repositories == {}


@pytest.mark.parametrize(
    ("words", "code", "message"),
    [
        (("--push", "me/a b"), 2, "`me/a b` cannot be the name of a repository"),
        (("--push", "else/new"), 4, "`else/new` is not there, or not for `me` to see"),
        (("--push", "else/model"), 4, "this account may not write to `else/model`"),
        (("--push", "me/open", "--private"), 3, "`me/open` is public, and `--private` was asked"),
        (("--push", "me/own", "--public"), 3, "`me/own` is private, and `--public` was asked"),
        (("--push", "me/own", "weights=meta"), 3, "`weights=meta` has a structure but no"),
        (("--push", "me/own", "device=tp"), 3, "pieces that several processes hold"),
    ],
)
def test_what_cannot_be_is_refused_before_anything_is_loaded(
    words: tuple[str, ...], code: int, message: str, hub: PushHub, capsys: Captured
) -> None:
    for id in ("else/model", "me/open", "me/own"):
        hub.make(id, private=id == "me/own")
    assert main(["model=tiny", *words]) == code
    out, err = capsys.readouterr()
    assert out == ""
    assert f"--push: {message}" in err
    assert {request.split()[0] for request in hub.requests} <= {"GET"}


def test_a_method_that_transformers_does_not_save_is_refused(
    hub: PushHub, llama: Path, capsys: Captured
) -> None:
    words = [f"model={llama}", "processor=none", "precision=fp32", "quantization=quanto"]
    assert main([*words, "--push", "me/model"]) == 3
    assert capsys.readouterr().err == (
        "--push: transformers does not save models that `quanto` has quantised\n\n"
        "hint: `quantization=none`, or leave `--push` out\n"
    )


def test_how_to_push_is_told_to_say_where(capsys: Captured) -> None:
    assert main(["model=tiny", "--private", "--revision", "v1"]) == 2
    assert capsys.readouterr().err == (
        "`--private` says how to push, and nothing is pushed\n\nhint: add `--push REPO`\n\n"
        "`--revision` says how to push, and nothing is pushed\n\n"
        "hint: add `--push REPO`, or `model.revision=v1` to load it\n"
    )


def test_people_are_told_where_it_is(hub: PushHub, capsys: Captured) -> None:
    hub.make("me/tiny")
    assert main(["model=tiny", "--push", "tiny", "-q"]) == 0
    commit = hub.repository("me/tiny").branches["main"][:8]
    row = f"pushed        {hub.url}/me/tiny/tree/main at {commit}, public, 2.09 MB in 5 files, "
    assert row + "2.09 MB sent" in capsys.readouterr().out


class Recording(Silent):
    def __init__(self) -> None:
        self.told: list[tuple[int, int]] = []

    def bytes(self, done: int, total: int) -> None:
        self.told.append((done, total))


def test_whoever_watches_the_load_is_told_of_the_bytes(hub: PushHub) -> None:
    watching = Recording()
    act = Push(target=Target(repo="me/tiny"))
    loaded = load(yaie.compose("model=tiny"), reporter=watching, acts=(act,))
    sent = loaded.receipt.as_json()["pushed"]["uploaded_bytes"]
    assert watching.told[-1] == (sent, sent)


@pytest.fixture
def kept(hub: PushHub, saved_llama: Path) -> str:
    """A model that its hub keeps from the public."""
    hub.add("meta/kept", saved_llama).private = True
    return "meta/kept"


def test_a_kept_model_is_not_made_public_unasked(hub: PushHub, kept: str, capsys: Captured) -> None:
    hub.make("me/open")
    assert main([f"model={kept}", "processor=none", "--push", "me/open", "-q"]) == 3
    assert capsys.readouterr().err == (
        "--push: `meta/kept` is private, and `me/open` is public\n\n"
        "hint: `--public` if its licence allows it, or another repository\n"
    )
    assert hub.repository("me/open").history() == ["initial commit"]


def test_a_kept_model_that_was_said_to_be_public_is_told(hub: PushHub, kept: str) -> None:
    loaded = yaie.load("model=tiny")
    target = Target(repo="me/open", visibility="public")
    (warning,) = push(loaded.model, loaded.processor, target, kept).warnings
    assert warning.message == "`meta/kept` is private, and `me/open` is to be public"
    card = hub.repository("me/open").head().held["README.md"].decode()
    assert card == (
        '---\nlibrary_name: transformers\nbase_model: "meta/kept"\n---\n\n'
        "A checkpoint of `LlamaForCausalLM`, loaded from `meta/kept` and pushed with yaie.\n"
    )
