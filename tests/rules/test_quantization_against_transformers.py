"""For each method of quantisation a rule says no where transformers fails, or quantises nothing.

All are asked of transformers as the plan would call it, on this machine, with its packages.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests import quantised as packing
from yaie.facts.gather import gather
from yaie.facts.quantization import METHODS
from yaie.loading.measuring import quantised
from yaie.planning.execute import evaluated
from yaie.planning.keywords import placement
from yaie.planning.keywords import quantization as config_call
from yaie.rules.judge import judge
from yaie.spec.compose import compose
from yaie.spec.load_spec import LoadSpec

# Upstream warns where it does something other than asked; what it does is asserted instead.
pytestmark = pytest.mark.filterwarnings("ignore")


def asked(folder: str, *overrides: str) -> LoadSpec:
    return compose(None, [f"model.id={folder}", "processor=none", *overrides]).spec


def refusals(spec: LoadSpec) -> list[str]:
    problems = judge(spec, gather(spec))
    return [problem.message for problem in problems if problem.severity == "error"]


def loaded(spec: LoadSpec) -> Any:
    """The model by transformers, with the keywords that the plan would call it with."""
    from transformers import AutoModelForCausalLM

    keywords = config_call(spec.quantization) | placement(spec.device, ranks=1)
    if spec.precision.dtype != "auto":
        keywords["dtype"] = spec.precision.dtype
    arguments = {name: evaluated(value, ()) for name, value in keywords.items()}
    return AutoModelForCausalLM.from_pretrained(spec.model.id, **arguments)


def failure(spec: LoadSpec) -> Exception | None:
    """What transformers raises; also where it loads and quantises nothing."""
    try:
        model = loaded(spec)
        model(**model.dummy_inputs)
    except Exception as error:
        return error
    quantises = spec.quantization.method != "none"
    return None if quantised(model) or not quantises else ValueError("nothing is quantised")


def agrees(spec: LoadSpec) -> bool:
    refused, failed = refusals(spec), failure(spec)
    assert bool(refused) == (failed is not None), f"{refused} but {failed!r}"
    return not refused


@pytest.mark.parametrize("method", METHODS)
def test_a_method_quantises_here_where_the_rules_say_so(llama: str, method: str) -> None:
    agrees(asked(llama, f"quantization={method}", "device=cpu", "precision=fp32"))


@pytest.mark.parametrize("method", ["bnb_8bit", "bnb_4bit", "quanto", "torchao"])
def test_these_methods_quantise_on_a_cpu(llama: str, method: str) -> None:
    assert refusals(asked(llama, f"quantization={method}", "device=cpu")) == []


@pytest.mark.parametrize("method", ["bnb_8bit", "bnb_4bit", "quanto", "torchao"])
@pytest.mark.parametrize("precision", ["fp16", "bf16", "fp64"])
def test_a_method_takes_the_dtypes_that_the_rules_say(
    llama: str, method: str, precision: str
) -> None:
    agrees(asked(llama, f"quantization={method}", "device=cpu", f"precision={precision}"))


@pytest.mark.parametrize("method", ["bnb_8bit", "quanto", "torchao"])
@pytest.mark.parametrize("placed", ["{model:cpu,lm_head:cpu}", "{model:cpu,lm_head:disk}"])
def test_a_method_takes_the_maps_that_the_rules_say(llama: str, method: str, placed: str) -> None:
    device = ("device=map", f"device.map={placed}")
    agrees(asked(llama, f"quantization={method}", *device, "precision=fp32"))


def stored(folder: Path, base: str, method: str) -> str:
    marked = {"quant_method": METHODS[method].stored}
    return packing.write(folder, base, packing.CONFIGS.get(method, marked))


PACKED_ELSEWHERE = {"bnb_8bit", "bnb_4bit", "torchao"}
"""Methods whose checkpoints transformers writes itself: tested where they are saved."""
NEVER_SAVED = {"quanto", "gguf"}


@pytest.mark.parametrize("method", sorted({*METHODS} - PACKED_ELSEWHERE - NEVER_SAVED))
def test_a_quantised_checkpoint_loads_here_where_the_rules_say_so(
    llama: str, tmp_path: Path, method: str
) -> None:
    agrees(asked(stored(tmp_path, llama, method), "device=cpu"))


@pytest.mark.parametrize("method", packing.CONFIGS)
def test_these_quantised_checkpoints_load_on_a_cpu(llama: str, tmp_path: Path, method: str) -> None:
    assert refusals(asked(stored(tmp_path, llama, method), "device=cpu")) == []


@pytest.mark.parametrize("own", [{"bits": 4}, {"quant_method": "modelopt"}])
def test_an_unnamed_method_fails_and_an_unknown_one_is_not_heeded(
    llama: str, tmp_path: Path, own: dict[str, Any]
) -> None:
    folder = packing.write(tmp_path, llama, own)
    agrees(asked(folder, "device=cpu"))


@pytest.mark.parametrize(
    "fields",
    [
        ("gptq", "bits=4", "group_size=0"),
        ("gptq", "bits=4", "group_size=-1"),
        ("gptq", "damp_percent=1.0"),
        ("auto_round", "group_size=-2"),
        ("metal", "group_size=0"),
        ("metal", "group_size=-1"),
        ("higgs", "hadamard_size=100"),
        ("higgs", "hadamard_size=1024"),
        ("fp8", "weight_block_size=[0,128]"),
        ("fp8", "weight_block_size=null"),
        ("fp_quant", "forward_method=quest"),
        ("fp_quant", "backward_dtype=mxfp4"),
        ("fp_quant", "forward_dtype=mxfp4", "hadamard_group_size=16"),
        ("fp_quant", "forward_dtype=mxfp4", "forward_method=quest", "backward_dtype=mxfp8"),
        ("fp_quant", "hadamard_group_size=16"),
    ],
)
def test_fields_go_together_where_the_config_class_says_so(fields: tuple[str, ...]) -> None:
    method, *values = fields
    overrides = [f"quantization={method}", *(f"quantization.{value}" for value in values)]
    spec = asked("org/unknown", "model.architecture=llama", *overrides)
    said = [p for p in judge(spec, gather(spec)) if p.path.startswith("quantization.")]
    wrong = [problem for problem in said if problem.path != "quantization.method"]
    try:
        evaluated(config_call(spec.quantization)["quantization_config"], ())
        built = True
    except ValueError:
        built = False
    assert built == (not [p for p in wrong if p.severity == "error"])


@pytest.fixture(scope="module")
def gpt2(tmp_path_factory: pytest.TempPathFactory) -> str:
    """A GPT-2 of two layers, whose linear layers are Conv1D."""
    from transformers import AutoConfig, AutoModelForCausalLM

    folder = tmp_path_factory.mktemp("gpt2")
    config = AutoConfig.for_model("gpt2", n_embd=64, n_layer=2, n_head=2, vocab_size=64)
    AutoModelForCausalLM.from_config(config).save_pretrained(folder)
    return str(folder)


@pytest.mark.parametrize("method", ["bnb_8bit", "bnb_4bit", "quanto", "torchao"])
def test_layers_that_are_not_linear_are_quantised_where_the_rules_say_so(
    gpt2: str, method: str
) -> None:
    agrees(asked(gpt2, f"quantization={method}", "device=cpu"))


def test_a_list_that_is_not_said_takes_the_place_of_the_checkpoints_own() -> None:
    from transformers import FineGrainedFP8Config
    from transformers.quantizers.auto import AutoHfQuantizer

    own = {"quant_method": "fp8", "modules_to_not_convert": ["lm_head", "model.layers.0"]}
    merged = AutoHfQuantizer.merge_quantization_configs(own, FineGrainedFP8Config())
    assert merged.modules_to_not_convert is None


def quantizer(method: str) -> Any:
    from transformers.quantizers.auto import AUTO_QUANTIZER_MAPPING

    stored = METHODS[method].stored
    return AUTO_QUANTIZER_MAPPING[f"{stored}_{method[-4:]}" if stored == "bitsandbytes" else stored]


@pytest.mark.parametrize("method", sorted({*METHODS} - {"gptq", "gguf"}))
def test_what_only_reads_is_what_transformers_has_no_operation_for(method: str) -> None:
    """GPTQ is quantised by a package of its own, and GGUF is a format of files."""
    from transformers.quantizers.base import HfQuantizer

    cls = quantizer(method)
    quantises = cls.get_quantize_ops is not HfQuantizer.get_quantize_ops
    reads_only = cls.requires_calibration or not quantises
    assert (METHODS[method].only_stored is not None) == reads_only


@pytest.mark.parametrize("method", sorted({*METHODS} - {"hqq", "quark"}))
def test_fields_that_are_heeded_are_the_loading_attributes(method: str) -> None:
    from transformers.quantizers.auto import LOADING_ATTRIBUTES_CONFIG_TYPES

    spec = asked("org/unknown", "model.architecture=llama", f"quantization={method}")
    config = evaluated(config_call(spec.quantization)["quantization_config"], ())
    is_loaded = isinstance(config, LOADING_ATTRIBUTES_CONFIG_TYPES)
    heeded = set(config.get_loading_attributes()) if is_loaded else set()
    assert set(METHODS[method].heeded) == heeded


def test_versions_of_packages_are_those_that_transformers_asks_for() -> None:
    from transformers.utils import import_utils

    packages = {p.name: p for facts in METHODS.values() for p in facts.packages}
    constants = {
        "bitsandbytes": "BITSANDBYTES",
        "torchao": "TORCHAO",
        "hqq": "HQQ",
        "vptq": "VPTQ",
        "kernels": "KERNELS",
        "auto-round": "AUTOROUND",
        "compressed-tensors": "COMPRESSED_TENSORS",
        "accelerate": "ACCELERATE",
    }
    asked_for = {
        name: getattr(import_utils, f"{constant}_MIN_VERSION")
        for name, constant in constants.items()
    }
    assert {name: packages[name].minimum for name in constants} == asked_for
    assert packages["kernels"].below == import_utils.KERNELS_MAX_VERSION
