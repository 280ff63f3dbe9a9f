"""Words that nothing knows, and what could have been meant."""

from pathlib import Path

import pytest

from yaie.cli.unknown import unknown


@pytest.mark.parametrize(
    ("word", "hint"),
    [
        ("chekc", "`check`"),
        ("check", "a verb comes first: `yaie check …`"),
        ("sweep", "a verb comes first: `yaie sweep …`"),
        ("llama2", "`model=llama2`"),
        ("bf16", "`precision=bf16`"),
        ("bnb_4bi", "`quantization=bnb_4bit`"),
        ("precision", "`yaie show options precision` lists what `precision=` can be"),
        ("org/name", "`model=org/name`"),
        ("qqqqqqq", "`yaie --help` shows what can be said"),
    ],
)
def test_the_hint_says_what_could_have_been_meant(word: str, hint: str) -> None:
    assert unknown(word, None).hint == hint


def test_a_folder_is_taken_for_a_model(tmp_path: Path) -> None:
    assert unknown(str(tmp_path), None).hint == f"`model={tmp_path}`"


def test_a_recipe_nearby_is_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "recipes").mkdir()
    (tmp_path / "recipes" / "frobnicator.yaml").write_text("")
    monkeypatch.chdir(tmp_path)
    assert unknown("frobnicater", None).hint == "`recipes/frobnicator.yaml`"


def test_an_option_of_a_folder_of_ones_own_is_found(tmp_path: Path) -> None:
    (tmp_path / "model").mkdir()
    (tmp_path / "model" / "frobnicator.yaml").write_text("")
    assert unknown("frobnicater", tmp_path).hint == "`model=frobnicator`"
