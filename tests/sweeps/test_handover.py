"""What is handed to a cell's process is what was composed."""

import json

import pytest

from yaie.spec.compose import compose
from yaie.spec.conf import options
from yaie.spec.load_spec import GROUPS
from yaie.sweeps.handover import as_json, from_json

CHOICES = [f"{group}={option}" for group in GROUPS for option in options(group)]
NEEDED = {
    "device=map": ["device.map={model:cpu,lm_head:cpu}"],
    "adapter=peft": ["adapter.id=./adapter"],
}
FIELDS = [
    "model.config.rope_parameters={rope_type:linear,factor:2.0}",
    "model.config.attention_dropout=null",
    "weights.reinitialize=[classifier.*]",
    "device.max_memory.0=20GiB",
    "device.max_memory.cpu=4GiB",
    "precision=bf16",
]


@pytest.mark.parametrize("word", CHOICES)
def test_every_option_comes_back_as_it_was(word: str) -> None:
    composition = compose(None, [word, *NEEDED.get(word, ())])
    assert from_json(json.loads(json.dumps(as_json(composition)))) == composition


def test_fields_come_back_as_they_were() -> None:
    composition = compose(None, FIELDS)
    handed = from_json(json.loads(json.dumps(as_json(composition))))
    assert handed == composition
    assert repr(handed.spec) == repr(composition.spec)
