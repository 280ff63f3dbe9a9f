"""Which verb was named, and the flags."""

import pytest

from yaie.cli.arguments import parse, select
from yaie.cli.verbs import LATER, SUMMARIES
from yaie.errors import InputError


@pytest.mark.parametrize("name", SUMMARIES)
def test_a_verb_is_taken_out_of_the_arguments(name: str) -> None:
    assert select([name, "model=tiny"]) == (name, ["model=tiny"])


def test_flags_may_stand_before_the_verb() -> None:
    assert select(["--json", "-cd", "mine", "check"]) == ("check", ["--json", "-cd", "mine"])


def test_no_verb_is_named_where_the_first_word_is_an_override() -> None:
    assert select(["model=tiny"]) == (None, ["model=tiny"])


def test_the_value_of_a_flag_is_no_verb() -> None:
    assert select(["--prompt", "check", "model=tiny"])[0] is None


@pytest.mark.parametrize("flag", [["--cfg", "job"], ["--cfg=job"], ["-c", "job"]])
def test_cfg_job_is_show(flag: list[str]) -> None:
    assert select(["model=tiny", *flag, "--json"]) == ("show", ["model=tiny", "--json"])


def test_other_configs_of_hydra_are_refused() -> None:
    with pytest.raises(InputError) as caught:
        select(["--cfg", "hydra"])
    assert (
        caught.value.problems[0].message == "`--cfg hydra` is not supported, `--cfg job` alone is"
    )


@pytest.mark.parametrize("name", LATER)
def test_a_verb_of_later_says_so(name: str) -> None:
    with pytest.raises(InputError) as caught:
        select([name, "model=tiny"])
    assert caught.value.problems[0].message == (
        f"the verb `{name}` comes in a later version;"
        " today's are `load`, `check`, `plan`, `fit`, `sweep`, `inspect`, `code`, `fetch`, `show`"
    )


@pytest.mark.parametrize("flag", ["-m", "--multirun"])
@pytest.mark.parametrize("verb", [[], ["load"], ["sweep"]], ids=["none", "load", "sweep"])
def test_multirun_is_sweep(flag: str, verb: list[str]) -> None:
    assert select([*verb, "model=tiny", flag]) == ("sweep", ["model=tiny"])


def test_multirun_is_no_flag_of_another_verb() -> None:
    with pytest.raises(InputError) as caught:
        select(["check", "-m", "precision=fp16,bf16"])
    assert caught.value.problems[0].message == "`-m` asks for a sweep, and `check` is another verb"


def test_words_and_flags_may_be_mixed() -> None:
    args = parse("load", ["a=1", "--json", "~b", "-q", "c.yaml"])
    assert (args.words, args.json, args.quiet) == (["a=1", "~b", "c.yaml"], True, True)


def test_an_unknown_flag_names_the_nearest() -> None:
    with pytest.raises(InputError) as caught:
        parse("check", ["--jsno"])
    (problem,) = caught.value.problems
    assert problem.message == "`--jsno` is no flag of `check`"
    assert problem.hint == "`--json`"


def test_every_unknown_flag_is_said_at_once() -> None:
    with pytest.raises(InputError) as caught:
        parse("check", ["--one", "--two=2"])
    assert [p.message for p in caught.value.problems] == [
        "`--one` is no flag of `check`",
        "`--two` is no flag of `check`",
    ]


def test_a_flag_is_not_abbreviated() -> None:
    with pytest.raises(InputError):
        parse("check", ["--config", "mine"])


def test_a_folder_of_options_must_be_there() -> None:
    with pytest.raises(InputError) as caught:
        parse("load", ["-cd", "nowhere"])
    assert (
        caught.value.problems[0].message
        == "argument --config-dir/-cd: there is no folder `nowhere`"
    )


def test_a_flag_without_its_value_is_an_error_of_ours() -> None:
    with pytest.raises(InputError) as caught:
        parse("load", ["--config-dir"])
    (problem,) = caught.value.problems
    assert problem.message == "argument --config-dir/-cd: expected one argument"
    assert problem.hint == "`yaie load --help` lists the flags"
