from __future__ import annotations

from pathlib import Path

import pytest
from hydra.core.global_hydra import GlobalHydra
from hydra.version import VersionBase

from yaie.spec.compose_options import compose
from yaie.spec.conf import folders, options
from yaie.spec.load_spec import GROUPS
from yaie.spec.options import Option, OptionError, bring


def brought(folder: Path, text: str) -> Option | OptionError:
    (folder / "model").mkdir()
    (folder / "model" / "mine.yaml").write_text(text)
    return bring([("model", "mine")], folder)["model", "mine"]


@pytest.mark.parametrize("group", GROUPS)
def test_options_read_alone_are_what_hydra_composes(group: str) -> None:
    keys = [(group, name) for name in options(group)]
    read = bring(keys, None)
    alone = {key: option.values for key in keys if isinstance(option := read[key], Option)}

    assert alone == compose(keys, folders(None))


def test_an_option_builds_on_another(tmp_path: Path) -> None:
    mine = brought(tmp_path, "defaults: [gpt2, _self_]\nrevision: v1\n")

    assert isinstance(mine, Option)
    assert mine.values["architecture"] == "gpt2"
    assert mine.values["revision"] == "v1"


def test_an_option_refers_to_its_own_fields(tmp_path: Path) -> None:
    mine = brought(tmp_path, "id: org/name\nrevision: r-${id}-${.id}\n")

    assert isinstance(mine, Option)
    assert mine.values["revision"] == "r-org/name-org/name"


def test_an_option_knows_the_paths_of_its_values(tmp_path: Path) -> None:
    mine = brought(tmp_path, "id: x/y\nconfig: {a: 1, b: [2], c: {}}\n")

    assert isinstance(mine, Option)
    assert mine.paths == ("model.id", "model.config.a", "model.config.b", "model.config.c")


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("defaults: [mine, _self_]", "its `defaults` lead back to itself"),
        ("id: ${oc.env:HOME}", "an option refers to its own fields alone, `${id}`; it calls no"),
        ("id: ${precision.dtype}", "Interpolation key 'precision.dtype' not found"),
        ("defaults: [nowhere]", "In 'model/mine': Could not load 'model/nowhere'"),
        ("- a", "an option is a mapping"),
        ("a: {", "not YAML"),
    ],
)
def test_an_option_that_cannot_be_composed_says_why(tmp_path: Path, text: str, reason: str) -> None:
    error = brought(tmp_path, text)

    assert isinstance(error, OptionError)
    assert str(error).startswith(reason)


def test_an_application_of_hydra_around_is_left_as_it_was() -> None:
    before = VersionBase.instance().getbase()

    compose([("model", "llama2-13b")], folders(None))

    assert VersionBase.instance().getbase() is before
    assert not GlobalHydra.instance().is_initialized()
