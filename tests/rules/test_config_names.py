"""Is each name of an override one of a config, and none of a call's own keywords?"""

from __future__ import annotations

from typing import Any

import pytest

from tests.rules.making import LLAMA, LLAVA, checkpoint, facts, spec
from yaie.rules.judge import judge
from yaie.rules.problems import wrong

UNKNOWN = facts(architecture=None)
SAID = "tells transformers how to load and is no field of a config"


def overridden(name: str, value: Any = 1) -> Any:
    return spec(model={"config": {name: value}})


@pytest.mark.parametrize("name", ["token", "state_dict", "kernel_config", "use_auth_token"])
@pytest.mark.parametrize("known", [facts(), UNKNOWN], ids=["known", "unknown"])
def test_a_keyword_of_from_pretrained_is_no_field(name: str, known: Any) -> None:
    (problem,) = judge(overridden(name), known)[:1]
    assert problem == wrong(f"model.config.{name}", f"`{name}` {SAID}")


def test_a_keyword_that_a_group_has_is_said_there() -> None:
    assert judge(overridden("trust_remote_code"), facts()) == (
        wrong(
            "model.config.trust_remote_code",
            f"`trust_remote_code` {SAID}",
            "`model.trust_remote_code=true`",
        ),
    )


def test_what_a_keyword_was_to_be_is_said_there() -> None:
    (problem,) = judge(overridden("subfolder", "weights"), facts())
    assert problem.hint == "`model.subfolder=weights`"


def test_a_keyword_stays_one_where_config_json_has_the_name() -> None:
    held = checkpoint(config={"model_type": "llama", "token": "x"})
    (problem,) = judge(overridden("token"), facts(checkpoint=held))
    assert problem.message == f"`token` {SAID}"


@pytest.mark.parametrize("name", ["a-b", "class", "_name", "1st", ""])
def test_a_name_that_no_field_can_have_is_an_input_error(name: str) -> None:
    assert judge(overridden(name), facts()) == (
        wrong(
            f"model.config.{name}",
            f"`{name}` cannot be a field: a name of letters, digits and `_`, a letter first",
        ),
    )


def test_a_kernel_inside_of_a_part_is_no_field_either() -> None:
    multimodal = facts(
        architecture=LLAVA, model_type="llava", sub_architectures={"text_config": LLAMA}
    )
    asked = overridden("text_config", {"deep": [{"_attn_implementation": "org/kernel"}]})
    assert judge(asked, multimodal)[-1] == wrong(
        "model.config.text_config.deep.0._attn_implementation", f"`_attn_implementation` {SAID}"
    )


def test_what_an_option_knows_has_no_keywords() -> None:
    known = {"source": "ours", "config": {"use_kernels": True, "quantization_config": {}}}
    assert judge(spec(model={"known": known}), facts()) == (
        wrong("model.known.config.use_kernels", f"`use_kernels` {SAID}"),
    )


def test_transformers_takes_the_name_for_its_own(llama: str) -> None:
    from transformers import AutoConfig

    taken = AutoConfig.from_pretrained(llama, attn_implementation="org/kernel")
    assert taken._attn_implementation == "org/kernel"
    assert isinstance(AutoConfig.from_pretrained(llama, return_unused_kwargs=True), tuple)
