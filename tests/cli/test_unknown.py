"""Words that nothing knows, and what could have been meant."""

from pathlib import Path

import pytest

from yaie.cli.unknown import unknown
from yaie.cli.verbs import ELSEWHERE, LATER, SUMMARIES


@pytest.mark.parametrize(
    ("word", "hint"),
    [
        ("chekc", "`check`"),
        ("check", "a verb comes first: `yaie check …`"),
        ("sweep", "a verb comes first: `yaie sweep …`"),
        ("estimate", "`yaie plan …`, or `yaie fit …`"),
        ("benchmark", "`yaie sweep …`"),
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


@pytest.mark.parametrize("word", LATER)
def test_a_verb_that_is_not_here_yet_is_not_hinted_at(word: str) -> None:
    problem = unknown(word, None)
    assert problem.message.startswith(f"the verb `{word}` comes in a later version; today's are ")
    assert problem.hint == "`yaie --help` says what each does"


def test_what_other_programs_call_a_verb_is_none_here() -> None:
    assert not ELSEWHERE.keys() & {*SUMMARIES, *LATER}
    assert {verb for verbs in ELSEWHERE.values() for verb in verbs} <= SUMMARIES.keys()


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
