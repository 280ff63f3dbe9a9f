"""A push to a hub on loopback: one commit onto the head that was seen, and nothing twice."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.push_hub import TOKEN, PushHub, running
from yaie.errors import Fault, MismatchError, Problem, SourceError, YaieError
from yaie.sources.push.commit import push
from yaie.sources.push.content import Content, Pushed
from yaie.sources.push.standing import stand
from yaie.sources.push.target import Target

CARD = b"---\nlibrary_name: transformers\n---\n"
Push = Callable[..., Pushed]


@pytest.fixture
def hub(monkeypatch: pytest.MonkeyPatch) -> Iterator[PushHub]:
    with running() as hub:
        monkeypatch.setenv("HF_ENDPOINT", hub.url)
        monkeypatch.setenv("HF_TOKEN", TOKEN)
        yield hub


@pytest.fixture
def content(checkpoint: Path) -> Content:
    files = {path.name: path for path in sorted(checkpoint.iterdir())}
    return Content(files=files, card=CARD, message="Upload LlamaForCausalLM")


@pytest.fixture
def pushed(hub: PushHub, content: Content) -> Push:
    def push_as(repo: str = "me/model", **asked: object) -> Pushed:
        target = Target(repo=repo, **asked)  # type: ignore[arg-type]
        return push(target, content, stand(target), waits=(0, 0))

    return push_as


def problem_of(pushed: Push, repo: str = "me/model", **asked: object) -> Problem:
    with pytest.raises(YaieError) as caught:
        pushed(repo, **asked)
    (problem,) = caught.value.problems
    return problem


def test_a_new_repository_is_private_and_holds_one_commit_more(hub: PushHub, pushed: Push) -> None:
    told = pushed()
    repository = hub.repository("me/model")
    assert repository.history() == ["Upload LlamaForCausalLM", "initial commit"]
    assert (told.visibility, told.commit) == ("private", repository.branches["main"])
    assert repository.private
    assert repository.head().held["README.md"] == CARD
    assert told.uploaded_bytes == told.bytes + len(CARD)


def test_a_name_alone_is_one_of_the_account(pushed: Push) -> None:
    assert pushed("model").repo == "me/model"


def test_public_is_what_was_said_to_be(pushed: Push) -> None:
    assert pushed(visibility="public").visibility == "public"


def test_the_second_push_adds_nothing(hub: PushHub, pushed: Push) -> None:
    first = pushed()
    hub.requests.clear()
    second = pushed()
    assert (second.commit, second.uploaded_bytes) == (first.commit, 0)
    assert [r for r in hub.requests if not r.startswith("GET")] == []


def test_large_files_arrive_without_the_token(hub: PushHub, pushed: Push) -> None:
    pushed()
    came = zip(hub.requests, hub.tokens, strict=True)
    assert {token for request, token in came if request.startswith("PUT")} == {None}


def test_a_large_file_comes_in_the_parts_that_the_hub_wants(hub: PushHub, pushed: Push) -> None:
    hub.part_bytes = 300
    told = pushed()
    assert len(hub.asked("PUT /store")) == 2 * 4
    assert told.uploaded_bytes == told.bytes + len(CARD)


def test_progress_ends_with_all_bytes(hub: PushHub, content: Content) -> None:
    told: list[tuple[int, int]] = []
    target = Target(repo="me/model")
    done = push(target, content, stand(target), progress=lambda *at: told.append(at))
    total = done.bytes + len(CARD)
    assert (told[0], told[-1]) == ((0, total), (total, total))


def test_large_files_are_sent_one_after_the_other(
    hub: PushHub, pushed: Push, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("yaie.sources.push.upload._SMALL", 999)
    told = pushed()
    assert len(hub.asked("/preupload/")) == 3
    assert told.uploaded_bytes == told.bytes + len(CARD)


def test_weights_of_another_save_go_in_the_same_commit_and_foreign_files_stay(
    hub: PushHub, pushed: Push
) -> None:
    repository = hub.make("me/model")
    shard, adapter = "model-00001-of-00009.safetensors", "adapter_config.json"
    foreign = {"README.md": b"mine", "vocab.txt": b"old", "eval/model.safetensors": b"x"}
    repository.write({shard: b"old", adapter: b"{}", "model.fp16.bin": b"x", **foreign})
    told = pushed()
    assert told.removed == (adapter, shard, "vocab.txt")
    held = repository.head().held
    assert (held["README.md"], held["eval/model.safetensors"]) == (b"mine", b"x")
    assert {adapter, shard, "vocab.txt"}.isdisjoint(held)
    assert len(repository.history()) == 3


def test_a_repository_that_ignores_weights_gets_them(hub: PushHub, pushed: Push) -> None:
    hub.make("me/model").write({".gitignore": b"*.safetensors"})
    pushed()
    assert "model-00001-of-00002.safetensors" in hub.repository("me/model").head().held


def test_what_somebody_commits_meanwhile_is_not_overwritten(hub: PushHub, pushed: Push) -> None:
    repository = hub.make("me/model")
    hub.before_commit = lambda: repository.write({"config.json": b"theirs"})
    assert problem_of(pushed) == Problem(
        path="--push",
        message="somebody has committed to `main` of `me/model` meanwhile, so nothing was changed",
        hint="look at what came, then push again",
        fault=Fault.SOURCE,
    )
    assert repository.history() == ["of somebody else", "initial commit"]


@pytest.mark.parametrize("branch", ["main", "v1"])
def test_what_somebody_makes_meanwhile_is_not_added_to(
    branch: str, hub: PushHub, content: Content
) -> None:
    target = Target(repo="me/model", revision=branch)
    seen = stand(target)
    repository = hub.make("me/model", private=True)
    repository.write({"config.json": b"theirs"}, branch)
    with pytest.raises(SourceError, match="somebody has committed to"):
        push(target, content, seen)
    assert repository.history(branch)[0] == "of somebody else"


def test_a_commit_whose_answer_is_lost_is_made_once(hub: PushHub, pushed: Push) -> None:
    hub.lost["commit"] = 1
    told = pushed()
    repository = hub.repository("me/model")
    assert repository.history() == ["Upload LlamaForCausalLM", "initial commit"]
    assert told.commit == repository.branches["main"]


@pytest.mark.parametrize("kind", ["create", "branch", "store"])
def test_what_was_made_before_its_answer_was_lost_is_made_once(
    kind: str, hub: PushHub, pushed: Push
) -> None:
    hub.lost[kind] = 1
    pushed(revision="v1")
    assert len(hub.asked("/commit/")) == 1


def test_a_push_that_broke_off_sends_only_what_is_missing(hub: PushHub, pushed: Push) -> None:
    hub.refused["commit"] = (503, {})
    assert problem_of(pushed).message == "the hub answered 503 when `me/model` was pushed to"
    assert hub.repository("me/model").history() == ["initial commit"]
    hub.refused.clear()
    hub.requests.clear()
    told = pushed()
    assert hub.asked("PUT") == []
    assert told.uploaded_bytes == told.bytes + len(CARD) - 2000
    assert len(hub.repository("me/model").history()) == 2


def test_a_file_that_the_store_refuses_is_told(hub: PushHub, pushed: Push) -> None:
    hub.refused["store"] = (403, {"error": "quota exceeded"})
    assert problem_of(pushed).message == (
        "this account may not write to `me/model`: quota exceeded"
    )


def test_a_branch_is_made_from_the_head_of_main(hub: PushHub, pushed: Push) -> None:
    repository = hub.make("me/model")
    repository.write({"notes.txt": b"x"})
    told = pushed(revision="feature/x")
    assert repository.history("feature/x")[1:] == repository.history("main")
    assert told.url == f"{hub.url}/me/model/tree/feature/x"


def test_a_tag_is_no_place_for_a_commit(hub: PushHub, pushed: Push) -> None:
    repository = hub.make("me/model")
    repository.tags["v1"] = repository.branches["main"]
    assert problem_of(pushed, revision="v1").message == (
        "`v1` is a tag of `me/model`, and what is pushed is added to a branch"
    )


def test_a_repository_that_the_hub_makes_public_unasked_gets_no_file(
    hub: PushHub, pushed: Push
) -> None:
    hub.makes = "public"
    assert problem_of(pushed) == Problem(
        path="--push",
        message="the hub made `me/model` public where private was asked, as an organisation may"
        " have set it; nothing was sent, and it is empty",
        hint="`hf repos settings me/model --private`, then push again",
        fault=Fault.UNSUPPORTED,
    )
    assert hub.asked("PUT") + hub.asked("/preupload/") + hub.asked("/commit/") == []


@pytest.mark.parametrize("asked", ["private", None])
def test_what_turns_public_while_files_are_sent_gets_no_commit(
    asked: str | None, hub: PushHub, pushed: Push
) -> None:
    repository = hub.make("me/model", private=True)

    def open_it() -> None:
        repository.private = False

    hub.after_store = open_it
    assert problem_of(pushed, visibility=asked).message == (
        "`me/model` was private and is public by now, so nothing was committed"
    )
    assert repository.history() == ["initial commit"]


def test_a_hub_that_lists_other_than_was_pushed_is_told(hub: PushHub, pushed: Push) -> None:
    def spoil() -> None:
        objects = hub.repository("me/model").objects
        objects.update(dict.fromkeys(objects, b"other"))

    hub.before_commit = spoil
    with pytest.raises(MismatchError, match="does not hold `model-"):
        pushed()


def test_the_token_is_told_to_nobody(hub: PushHub, pushed: Push) -> None:
    hub.refused["commit"] = (403, {"error": f"Bearer {TOKEN} may not"})
    assert (
        problem_of(pushed).message == "this account may not write to `me/model`: Bearer … may not"
    )


@pytest.mark.parametrize(
    ("kind", "answer", "how"),
    [
        ("whoami", ["sign in"], "TypeError"),
        ("whoami", {}, "KeyError"),
        ("whoami", {"name": "a\x1b[2J"}, "ValueError"),
        ("commit", {}, "KeyError"),
    ],
)
def test_what_answers_and_is_no_hub_is_told(
    kind: str, answer: object, how: str, hub: PushHub, pushed: Push
) -> None:
    hub.refused[kind] = (200, answer)
    assert problem_of(pushed).message == f"`{hub.url}` does not answer as a hub does ({how})"


def test_a_hub_that_cannot_tell_of_rights_tells_at_the_commit(hub: PushHub, pushed: Push) -> None:
    hub.make("me/model")
    hub.refused["right"] = (404, {})
    assert pushed().commit


def test_without_a_token_nothing_is_asked(
    hub: PushHub, pushed: Push, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("HF_TOKEN")
    with pytest.raises(SourceError) as caught:
        pushed()
    assert caught.value.problems[0].message == "a push needs a token, and none is set"
    assert hub.requests == []
