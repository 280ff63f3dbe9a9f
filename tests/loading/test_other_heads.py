"""A base checkpoint under a new head, where config.json does not say what it was saved from."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

import yaie

Load = Callable[..., yaie.Loaded]
CLASSIFIER = ("task=sequence-classification", "task.num_labels=3")


@pytest.fixture
def nameless(tiny_bert: Path, tmp_path: Path) -> Path:
    """A BERT's masked LM without `architectures`."""
    folder = Path(shutil.copytree(tiny_bert, tmp_path / "nameless"))
    config = json.loads((folder / "config.json").read_text())
    del config["architectures"]
    (folder / "config.json").write_text(json.dumps(config))
    return folder


def test_what_is_new_and_what_is_given_up_is_asked(load: Load, nameless: Path) -> None:
    with pytest.raises(yaie.UnsupportedError) as error:
        load(nameless, *CLASSIFIER)
    assert [problem.hint for problem in error.value.problems] == [
        "`weights.reinitialize=['bert.pooler.dense.*','classifier.*']` makes them new",
        "`weights.ignore_unexpected=['cls.*']` gives them up",
    ]


def test_it_loads_as_the_hints_say(load: Load, nameless: Path) -> None:
    loaded = load(
        nameless,
        *CLASSIFIER,
        "weights.reinitialize=['bert.pooler.dense.*','classifier.*']",
        "weights.ignore_unexpected=['cls.*']",
    )
    assert type(loaded.model).__name__ == "BertForSequenceClassification"
    assert loaded.model.classifier.out_features == 3
