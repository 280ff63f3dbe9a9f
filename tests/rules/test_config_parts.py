"""Does an override of a part say all that the part is built of?"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from tests.rules.making import LLAMA, facts, spec
from yaie.errors import Problem
from yaie.facts.limits import FieldLimits, Limits
from yaie.facts.limits_file import limits_of
from yaie.rules.config_parts import (
    mappings_say_what_is_read,
    parts_say_what_the_rest_needs,
    parts_say_what_they_are,
)
from yaie.rules.problems import refused

LLAVA = replace(LLAMA, model_type="llava", sub_configs={"text_config": "llama"})


def test_a_part_of_any_architecture_says_which() -> None:
    asked = spec(
        model={"id": None, "known": None, "config": {"text_config": {"hidden_size": 8}}},
        weights={"kind": "meta"},
    )
    true = facts(
        architecture=LLAVA,
        sub_architectures={"text_config": LLAMA},
        limits={"": Limits(named_parts=("text_config",))},
    )
    assert tuple(parts_say_what_they_are(asked, true)) == (
        refused(
            "model.config.text_config",
            "`text_config` may be of any architecture, and the override does not say which",
            "`model.config.text_config.model_type=llama`",
        ),
    )


def test_a_part_of_which_no_architecture_is_the_default_is_refused_without_a_hint() -> None:
    asked = spec(
        model={"id": None, "known": None, "config": {"text_config": {"hidden_size": 8}}},
        weights={"kind": "meta"},
    )
    true = facts(
        architecture=replace(LLAVA, sub_configs={"text_config": ""}),
        limits={"": Limits(named_parts=("text_config",))},
    )
    assert [problem.hint for problem in parts_say_what_they_are(asked, true)] == [None]


def test_transformers_refuses_a_backbone_of_rf_detr_without_its_architecture() -> None:
    from transformers import AutoConfig

    assert limits_of("5.23.0", "rf_detr").named_parts == ("backbone_config",)
    with pytest.raises(KeyError, match="None"):
        AutoConfig.for_model("rf_detr", backbone_config={"hidden_size": 192})


def test_transformers_refuses_a_part_without_its_architecture() -> None:
    from transformers import AutoConfig

    with pytest.raises(KeyError, match="model_type"):
        AutoConfig.for_model("exaone4_5", text_config={"hidden_size": 64})


def needing(**said: Any) -> tuple[Problem, ...]:
    """What is said of a text part beside which 1,024 hidden values are needed."""
    model = {"id": None, "known": None, "config": {"text_config": said}}
    limits = Limits(whole_parts={"text_config": {"hidden_size": 1024}})
    true = facts(architecture=LLAVA, limits={"": limits})
    asked = spec(model=model, weights={"kind": "meta"})
    return tuple(parts_say_what_the_rest_needs(asked, true))


def test_a_part_is_replaced_with_what_the_other_parts_need() -> None:
    assert needing(vocab_size=8) == (
        refused(
            "model.config.text_config",
            "`text_config` replaces the default as a whole, and says nothing of `hidden_size`",
            "`model.config.text_config.hidden_size=1024`",
        ),
    )


def test_a_part_that_says_what_the_others_need_may_be_replaced() -> None:
    assert needing(vocab_size=8, hidden_size=1024) == ()


def test_transformers_replaces_a_part_as_a_whole() -> None:
    from transformers import AutoConfig

    with pytest.raises(Exception, match="must match `text_config"):
        AutoConfig.for_model("fun_asr_nano", text_config={"vocab_size": 151936})


def test_a_mapping_says_every_key_that_the_model_reads() -> None:
    model = {"id": None, "known": None, "config": {"rates": {"near": 8}}}
    limits = Limits(fields={"rates": FieldLimits(needed=("near", "far"))})
    asked = spec(model=model, weights={"kind": "meta"})
    assert tuple(mappings_say_what_is_read(asked, facts(limits={"": limits}))) == (
        refused(
            "model.config.rates",
            "`rates` replaces the default as a whole, and says nothing for `far`",
            "`~model.config.rates`",
        ),
    )


def test_transformers_misses_a_key_of_a_mapping() -> None:
    import torch
    from transformers import AutoConfig, AutoModel

    config = AutoConfig.for_model("deepseek_v4", compress_rates={"compressed_sparse_attention": 8})
    with torch.device("meta"), pytest.raises(KeyError, match="heavily_compressed_attention"):
        AutoModel.from_config(config)
