"""Each method's fields are those of transformers' own config, with its defaults."""

from __future__ import annotations

import inspect
from enum import Enum
from typing import Any

import pytest

from yaie.facts.quantization import METHODS
from yaie.facts.torchao import FORMATS, GRANULARITIES
from yaie.spec.conf import options
from yaie.spec.field_types import variants
from yaie.spec.group import Group

SPECS = {kind.model_fields["method"].default: kind for kind in variants("quantization")}
SAID_ELSEWHERE = {
    "sinq": {"method"},  # the option; the other, `asinq`, is of checkpoints alone
    "gguf": {"gguf_file"},  # model.gguf_file
    "compressed_tensors": {"quant_method"},
}
OURS = {"bnb_4bit_compute_dtype", "bnb_4bit_quant_type", "bnb_4bit_quant_storage"}
"""Fields whose default is yaie's own: upstream's is a dtype by None, or the worse of two."""
CONFIGURED = [method for method, facts in METHODS.items() if facts.config]


def upstream(method: str) -> dict[str, Any]:
    """The arguments of a method's config class and their defaults."""
    import transformers
    from transformers.utils import quantization_config

    name = METHODS[method].config or ""
    config = getattr(transformers, name, None) or getattr(quantization_config, name)
    found = inspect.signature(config.__init__).parameters.values()
    fields = {p.name: p.default for p in found if p.kind is not p.VAR_KEYWORD}
    left_out = {"self", "load_in_8bit", "load_in_4bit"} | SAID_ELSEWHERE.get(method, set())
    return {name: default for name, default in fields.items() if name not in left_out}


def fields(method: str) -> dict[str, Any]:
    kind: type[Group] = SPECS[method]
    names = set(kind.model_fields) - {"method", "quant_type_kwargs"}
    return {name: kind.model_fields[name].get_default(call_default_factory=True) for name in names}


def plain(value: Any) -> Any:
    if isinstance(value, Enum):
        return value.value
    return list(value) if isinstance(value, tuple) else value


def test_there_is_an_option_for_every_method_of_transformers() -> None:
    from transformers.quantizers.auto import AUTO_QUANTIZER_MAPPING

    named = {
        f"{facts.stored}_{method[-4:]}" if facts.stored == "bitsandbytes" else facts.stored
        for method, facts in METHODS.items()
    }
    assert named == set(AUTO_QUANTIZER_MAPPING)
    assert {"none", *METHODS} == set(SPECS) == set(options("quantization"))


@pytest.mark.parametrize("method", [m for m in CONFIGURED if not m.startswith("bnb")])
def test_fields_are_those_of_the_config_class(method: str) -> None:
    assert set(fields(method)) == set(upstream(method))


def test_the_two_of_bitsandbytes_share_the_fields_of_one_class() -> None:
    assert set(fields("bnb_8bit")) | set(fields("bnb_4bit")) == set(upstream("bnb_4bit"))


@pytest.mark.parametrize("method", CONFIGURED)
def test_defaults_are_those_of_the_config_class(method: str) -> None:
    theirs = upstream(method)
    ours = {name: default for name, default in fields(method).items() if name not in OURS}
    required = {name for name in ours if theirs[name] is inspect.Parameter.empty}
    assert {name: plain(default) for name, default in ours.items() if name not in required} == {
        name: plain(theirs[name]) for name in ours if name not in required
    }


def test_the_class_is_the_one_that_transformers_reads_the_method_by() -> None:
    from transformers.quantizers.auto import AUTO_QUANTIZATION_CONFIG_MAPPING

    for method in CONFIGURED:
        facts = METHODS[method]
        bits = f"_{method[-4:]}" if facts.stored == "bitsandbytes" else ""
        assert AUTO_QUANTIZATION_CONFIG_MAPPING[facts.stored + bits].__name__ == facts.config


def test_formats_are_those_of_torchao() -> None:
    quantization = pytest.importorskip("torchao.quantization")
    from torchao.core.config import AOBaseConfig

    classes = [c for c in vars(quantization).values() if isinstance(c, type)]
    there = {c.__name__ for c in classes if issubclass(c, AOBaseConfig)}
    by_module = {"AOPerModuleConfig", "FqnToConfig", "ModuleFqnToConfig"}
    trained = {name for name in there if "Static" in name or name.startswith("intx_")}
    assert set(FORMATS) == there - by_module - trained - {"AOBaseConfig"}


@pytest.mark.parametrize("name", FORMATS)
def test_arguments_of_a_format_are_those_of_its_class(name: str) -> None:
    quantization = pytest.importorskip("torchao.quantization")

    taken = set(inspect.signature(getattr(quantization, name)).parameters)
    assert set(FORMATS[name]) == taken - {"mm_config", "version"}


def test_granularities_are_those_of_torchao() -> None:
    quantization = pytest.importorskip("torchao.quantization")

    assert {name for name in dir(quantization) if name.startswith("Per")} == set(GRANULARITIES)
