from __future__ import annotations

import pytest
from huggingface_hub.errors import HFValidationError
from huggingface_hub.utils import validate_repo_id
from hypothesis import example, given
from hypothesis import strategies as st

from yaie.errors import InputError
from yaie.sources.names import FolderName, HubName, PackageName, is_hub_id, is_inside, parse


@given(st.text(alphabet="aZ0-_./ é", min_size=1, max_size=12))
@example("a" * 96)
@example("a" * 97)
@example("a/b.git")
def test_a_hub_id_is_what_huggingface_hub_takes_for_one(id: str) -> None:
    try:
        validate_repo_id(id)
        taken = True
    except HFValidationError:
        taken = False
    assert is_hub_id(id) == taken


@pytest.mark.parametrize(
    ("id", "kind"),
    [
        ("gpt2", HubName),
        ("meta-llama/Llama-2-7b-hf", HubName),
        ("./gpt2", FolderName),
        ("/models/gpt2", FolderName),
        ("~/gpt2", FolderName),
        ("pkg://yaie/tiny", PackageName),
    ],
)
def test_the_form_of_an_id_tells_its_kind(id: str, kind: type) -> None:
    assert isinstance(parse(id), kind)


def test_an_id_of_no_form_says_which_forms_there_are() -> None:
    with pytest.raises(InputError) as caught:
        parse("my model")
    problem = caught.value.problems[0]
    assert problem.path == "model.id"
    assert problem.message == (
        "`my model` is neither a folder at hand nor a hub id: `name` or `org/name` of ASCII "
        "letters, digits, `-`, `_` and `.`"
    )


@pytest.mark.parametrize(
    ("id", "hint"),
    [
        ("https://huggingface.co/openai/gpt2/tree/main", "`model=openai/gpt2`"),
        ("hf://openai/gpt2", "`model=openai/gpt2`"),
        ("org/model/part", "`model=./org/model/part` for a folder, or `model=org/model "
         "model.subfolder=part`"),
        ("a b", None),
    ],
)  # fmt: skip
def test_what_was_probably_meant_is_hinted(id: str, hint: str | None) -> None:
    with pytest.raises(InputError) as caught:
        parse(id)
    assert caught.value.problems[0].hint == hint


@pytest.mark.parametrize("id", ["pkg://", "pkg://a-b/c", "pkg://yaie/../x"])
def test_a_malformed_package_path_is_refused(id: str) -> None:
    with pytest.raises(InputError, match="is not of the form `pkg://package/path`"):
        parse(id)


@pytest.mark.parametrize(
    ("name", "inside"),
    [
        ("model.safetensors", True),
        ("part/model.safetensors", True),
        ("../model.safetensors", False),
        ("part/../../x", False),
        ("/etc/passwd", False),
        ("..\\x", False),
        ("a//b", False),
        ("", False),
    ],
)
def test_a_name_stays_in_its_folder_or_not(name: str, inside: bool) -> None:
    assert is_inside(name) == inside
