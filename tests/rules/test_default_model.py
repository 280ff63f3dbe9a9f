"""Can the model be built from what is said of its config?"""

from __future__ import annotations

import json
import random
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

import yaie
from tests.rules.making import LLAMA, VISION, checkpoint, facts, model_class, spec
from yaie.facts.architecture import ArchitectureFacts, ClassFacts, FieldFacts
from yaie.facts.catalogue import catalogue
from yaie.rules.judge import judge
from yaie.rules.problems import refused, said

BY_NAME = {"id": None, "architecture": "llama", "known": None}
OPEN = {"head_dim": FieldFacts(type="int | None", default=None)}


def by_name(kind: str = "meta", **config: Any) -> Any:
    """A Llama of the default config."""
    return spec(
        model=BY_NAME | {"config": config},
        weights={"kind": kind},
        processor={"kind": "none"},
        attention={"kind": "eager"},
    )


def llama(**changes: Any) -> ArchitectureFacts:
    """A Llama whose causal class is another."""
    causal = model_class("LlamaForCausalLM", head="lm_head", **changes)
    return replace(LLAMA, fields=LLAMA.fields | OPEN, classes={"causal-lm": causal})


BLOCKED = llama(obstacle="7 heads", mended_by={"head_dim": 64, "use_cache": False})


@pytest.mark.parametrize("kind", ["random", "meta"])
def test_a_default_config_that_builds_nothing_is_refused(kind: str) -> None:
    assert judge(by_name(kind), facts(architecture=BLOCKED)) == (
        refused(
            "model.architecture",
            "the default config of `llama` builds no `LlamaForCausalLM` (7 heads); a checkpoint's"
            " config is needed",
            "name a checkpoint: `model.id=…`, or set `model.config.head_dim=…`, or"
            " `model.config.use_cache=false`",
        ),
    )


def test_a_checkpoints_config_is_not_the_default_one() -> None:
    held = facts(architecture=BLOCKED, checkpoint=checkpoint())
    assert judge(spec(weights={"kind": "meta"}, attention={"kind": "eager"}), held) == ()


def test_a_field_with_a_plain_default_takes_no_obstacle_away() -> None:
    (problem,) = judge(by_name(num_hidden_layers=1), facts(architecture=BLOCKED))
    assert problem.severity == "error"


def test_a_field_that_was_left_open_may_take_the_obstacle_away() -> None:
    (problem,) = judge(by_name(head_dim=8), facts(architecture=BLOCKED))
    assert problem.severity == "warning"
    assert problem.message.endswith("is needed, unless `head_dim` takes that away")


def test_a_truth_value_that_was_seen_to_take_the_obstacle_away_does() -> None:
    fields = BLOCKED.fields | {"use_cache": FieldFacts(type="bool", default=True)}
    known = replace(BLOCKED, fields=fields)
    assert judge(by_name(use_cache=False), facts(architecture=known)) == ()


def test_a_package_that_the_default_model_needs_is_asked_for() -> None:
    known = facts(architecture=llama(needs_packages=("timm",)))
    assert judge(by_name(), known) == (
        refused(
            "model.architecture",
            "`LlamaForCausalLM` needs the package `timm`, which is not installed",
            "`pip install timm`",
        ),
    )


def test_a_package_is_a_warning_while_the_checkpoints_config_is_not_at_hand() -> None:
    known = facts(architecture=llama(needs_packages=("timm",)))
    asked = spec(model={"known": None}, attention={"kind": "eager"})
    assert judge(asked, known) == (
        said(
            "model.id",
            "`LlamaForCausalLM` of the default config needs `timm`, and the checkpoint's config is"
            " not at hand",
            "`pip install timm`",
        ),
    )


def test_a_part_that_the_config_names_needs_what_its_own_class_needs() -> None:
    timm = model_class("TimmBackbone", needs_packages=("timm",))
    told = facts(
        architecture=replace(
            llama(needs_packages=("natten",)),
            sub_configs={"vision_config": "clip_vision_model"},
            open_sub_configs=("vision_config",),
        ),
        sub_architectures={"vision_config": replace(VISION, classes={"base": timm})},
        checkpoint=checkpoint(config={"vision_config": {"model_type": "timm_backbone"}}),
    )
    asked = spec(weights={"kind": "meta"}, attention={"kind": "eager"})
    assert [problem.message for problem in judge(asked, told)] == [
        "`TimmBackbone` needs the package `timm`, which is not installed"
    ]


def blocked() -> list[tuple[str, str, ClassFacts]]:
    """Each class of the installed transformers that has no default model, once."""
    found = {}
    for model_type in catalogue().model_types:
        known = catalogue().architecture(model_type)
        for task, cls in known.classes.items() if known else ():
            if cls.obstacle and not cls.needs_packages:
                found.setdefault((model_type, cls.name), (model_type, task, cls))
    return list(found.values())


def built(model_type: str, task: str, name: str, **fields: Any) -> bool:
    import torch
    import transformers

    auto = getattr(transformers, catalogue().tasks[task])
    try:
        config = transformers.CONFIG_MAPPING[model_type](architectures=[name], **fields)
        with torch.device("meta"):
            auto.from_config(config)
    except Exception:
        return False
    return True


@pytest.fixture
def some() -> list[tuple[str, str, ClassFacts]]:
    """Ten of them, other ones in each run."""
    seed = random.SystemRandom().randrange(10**6)
    print(f"seed {seed}")
    return random.Random(seed).sample(blocked(), 10)


def test_default_configs_that_build_nothing_build_nothing(some: list[Any]) -> None:
    assert [name for name, task, cls in some if built(name, task, cls.name)] == []


@pytest.mark.parametrize("field", ["num_hidden_layers", "hidden_size"])
def test_fields_with_plain_defaults_take_no_obstacle_away(field: str, some: list[Any]) -> None:
    asked = [c for c in some if field in _plain(c[0]) - c[2].mended_by.keys()]
    assert [c[:2] for c in asked if built(*c[:2], c[2].name, **{field: 1})] == []


def _plain(model_type: str) -> set[str]:
    known = catalogue().architecture(model_type)
    assert known is not None
    return {name for name, field in known.fields.items() if field.default is not None}


@pytest.mark.parametrize(
    ("model_type", "task", "field"),
    [
        ("reformer", "causal-lm", {"is_decoder": True}),
        ("ministral", "causal-lm", {"head_dim": 64}),
        ("esm", "masked-lm", {"vocab_size": 33}),
    ],
)
def test_fields_that_take_an_obstacle_away_do(
    model_type: str, task: str, field: dict[str, Any]
) -> None:
    known = catalogue().architecture(model_type)
    assert known is not None
    assert known.classes[task].mended_by.keys() == field.keys()
    assert built(model_type, task, known.classes[task].name, **field)


def test_every_package_that_a_class_needs_is_looked_for_on_the_machine() -> None:
    from yaie.facts.host import PACKAGES

    asked = {
        package
        for model_type in catalogue().model_types
        if (known := catalogue().architecture(model_type))
        for cls in known.classes.values()
        for package in cls.needs_packages
    }
    assert asked <= set(PACKAGES)


COMPOSITE = {"model_type": "qwen3_5", "architectures": ["Qwen3_5ForConditionalGeneration"]}


def test_a_class_that_reads_a_field_that_the_config_has_not_takes_no_checkpoint(
    tmp_path: Path,
) -> None:
    (tmp_path / "config.json").write_text(json.dumps(COMPOSITE))
    asked = (f"model={tmp_path}", "task=decision", "weights=meta", "processor=none")
    assert [problem.message for problem in yaie.check(*asked)] == [
        "`JevForDecision` reads `hidden_size` of its config, and `Qwen3_5Config` has no such field"
    ]


def test_transformers_builds_no_class_of_a_config_without_its_field() -> None:
    import torch
    from transformers import AutoConfig, AutoModelForDecision

    with torch.device("meta"), pytest.raises(AttributeError, match="no attribute 'hidden_size'"):
        AutoModelForDecision.from_config(AutoConfig.for_model("qwen3_5"))
