"""A part of a file on the hub: these bytes and no others, or an error that says why not."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

import pytest

from tests.hub import Hub, running
from yaie.errors import SourceError
from yaie.sources import ranges
from yaie.sources.bring import list_files
from yaie.sources.ranges import RemoteBytes
from yaie.spec.model import ModelSpec

NAME = "model-00001-of-00002.safetensors"
FILE = f"org/model/{NAME}"
MODEL = ModelSpec(id="org/model")


def opened(name: str = NAME) -> RemoteBytes:
    return RemoteBytes(list_files(MODEL, waits=()), name, waits=())


def refusal() -> str:
    """The message of the error that a reading ends in."""
    with pytest.raises(SourceError) as caught:
        opened().read(8)
    return caught.value.problems[0].message


def test_what_is_read_is_what_is_sent(hub: Hub, checkpoint: Path) -> None:
    (checkpoint / NAME).write_bytes(bytes(range(200)))
    file = opened()
    assert file.read(3) == bytes([0, 1, 2])
    file.seek(-2, 2)
    assert file.read() == bytes([198, 199])
    assert hub.sent[NAME] == {0, 1, 2, 198, 199}


def test_nothing_is_asked_for_behind_the_end(hub: Hub) -> None:
    file = opened()
    file.seek(0, 2)
    asked = len(hub.requests)
    assert file.read(10) == b""
    assert len(hub.requests) == asked


def test_a_failure_that_passes_is_outlasted(hub: Hub) -> None:
    file = RemoteBytes(list_files(MODEL, waits=()), NAME, waits=(0.0,))
    hub.failing["GET"] = 1
    assert file.read(2) == b"aa"


@pytest.mark.parametrize(
    ("done", "said"),
    [
        ("ignored", "`{url}` answers with the whole of `{file}` when asked for its header"),
        ("shifted", "`{url}` sent other bytes of `{file}` than were asked for"),
        ("too long", "`{url}` sent other bytes of `{file}` than were asked for"),
        ("cut short", "`{url}` cannot be reached for `org/model` (RemoteProtocolError)"),
    ],
)
def test_other_bytes_than_these_are_an_error(
    hub: Hub, done: Literal["ignored", "shifted", "too long", "cut short"], said: str
) -> None:
    hub.repositories["org/model"].ranges = done
    assert refusal() == said.format(url=hub.url, file=FILE)


def test_the_body_of_a_hub_that_ignores_ranges_is_left_unread(
    hub: Hub, checkpoint: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    hub.repositories["org/model"].ranges = "ignored"
    monkeypatch.setattr(RemoteBytes, "_body", lambda *_: pytest.fail("the body was read"))
    assert refusal().startswith(f"`{hub.url}` answers with the whole")


def test_a_gated_repository_says_what_to_do(hub: Hub) -> None:
    file = opened()
    hub.repositories["org/model"].gated = True
    with pytest.raises(SourceError, match="is gated: its licence has to be accepted"):
        file.read(8)


def test_a_part_beyond_the_limit_is_not_asked_for(
    hub: Hub, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ranges, "MOST_BYTES", 7)
    assert refusal() == f"the header of `{FILE}` cannot be read alone: it would be 8 bytes"
    assert not hub.sent[NAME]


def test_a_refusal_without_an_end_is_not_read(hub: Hub, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ranges, "MOST_REFUSAL", -1)
    file = opened()
    hub.failing["GET"] = 1
    with pytest.raises(SourceError, match="does not answer as a hub does"):
        file.read(8)


def test_a_file_that_lies_elsewhere_is_read_there_without_the_token(
    hub: Hub, checkpoint: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HF_TOKEN", "hf_secret")
    with running() as storage:
        storage.add("org/model", checkpoint)
        hub.repositories["org/model"].moved_to = storage.url
        assert opened().read(2) == b"aa"
        assert hub.tokens[-1] == "Bearer hf_secret"
        assert storage.tokens == [None]
