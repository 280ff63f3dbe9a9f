"""Where a rule says no to an attention kind, transformers fails or does something else."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.rules.conftest import SIZES
from tests.rules.test_against_transformers import load
from yaie.facts.catalogue import catalogue
from yaie.facts.flash_attention import FLASH, KERNELS, KERNELS_PACKAGE
from yaie.rules import attention, flex_attention, unasked_kernels

pytestmark = pytest.mark.filterwarnings("ignore")


def test_an_unknown_attention_kind_fails(llama: str) -> None:
    with pytest.raises(ValueError, match="is not supported"):
        load(llama, attn_implementation="flash_atention_2")


@pytest.mark.parametrize("kind", FLASH)
def test_flash_attention_without_its_package_fails(llama: str, kind: str) -> None:
    with pytest.raises(ImportError, match="doesn't seem to be installed"):
        load(llama, attn_implementation=kind)


def test_a_class_fails_on_a_kind_that_it_does_not_run_on() -> None:
    from transformers import AutoConfig, AutoModelForMaskedLM

    with pytest.raises(ValueError, match="does not support"):
        AutoModelForMaskedLM.from_config(
            AutoConfig.for_model("xlm", n_layers=1), attn_implementation="sdpa"
        )


def test_a_kind_for_a_part_that_is_none_is_ignored(llama: str) -> None:
    loaded = load(llama, attn_implementation={"vision_confg": "eager"})
    assert loaded.config._attn_implementation == "sdpa"


def test_a_kernel_for_experts_that_are_not_there_is_carried_unread(llama: str) -> None:
    loaded = load(llama, experts_implementation="batched_mm")
    assert loaded.config._experts_implementation == "batched_mm"


def test_attention_weights_from_another_kernel_fail(llama: str) -> None:
    from huggingface_hub.errors import StrictDataclassClassValidationError

    with pytest.raises(StrictDataclassClassValidationError, match="output_attentions"):
        load(llama, output_attentions=True, attn_implementation="sdpa")


def test_flex_attention_has_no_backward_pass_on_a_cpu(llama: str) -> None:
    import torch

    loaded = load(llama, attn_implementation="flex_attention")
    failing = pytest.raises(NotImplementedError, match="backward on CPU")
    with torch.compiler.set_stance("force_eager"), failing:
        loaded(torch.tensor([[1, 2]]))


def test_attention_kinds_are_those_that_transformers_registers() -> None:
    from transformers.modeling_utils import ALL_ATTENTION_FUNCTIONS

    assert set(attention.KINDS) == {"auto", "eager", *ALL_ATTENTION_FUNCTIONS.valid_keys()}


def call(loaded: Any) -> Any:
    import torch

    with torch.no_grad():
        return loaded(torch.tensor([[1, 2]]))


def test_what_auto_takes_returns_no_attention_weights(llama: str, tmp_path: Path) -> None:
    from transformers import AutoConfig, AutoModelForCausalLM

    built = AutoModelForCausalLM.from_config(
        AutoConfig.for_model("llama", **SIZES, head_dim=8, output_attentions=True)
    )
    assert call(built).attentions == ()
    load(llama, output_attentions=True).save_pretrained(tmp_path)
    assert call(load(str(tmp_path))).attentions == ()


def test_an_override_of_a_config_json_makes_auto_the_eager_kernel(llama: str) -> None:
    loaded = load(llama, output_attentions=True)
    assert loaded.config._attn_implementation == "eager"


def test_paged_attention_fails_in_a_call(llama: str) -> None:
    with pytest.raises(ValueError, match="without a paged attention cache"):
        call(load(llama, attn_implementation="paged|eager"))


def test_other_paged_kinds_lose_their_prefix(llama: str) -> None:
    loaded = load(llama, attn_implementation="paged|sdpa")
    assert loaded.config._attn_implementation == "sdpa"


def test_flex_attention_fails_on_dropout(llama: str) -> None:
    loaded = load(llama, attn_implementation="flex_attention", attention_dropout=0.1)
    with pytest.raises(ValueError, match="does not support `dropout`"):
        call(loaded.train())


def test_flex_attention_computes_no_sinks_on_a_cpu() -> None:
    from transformers import AutoConfig, AutoModelForCausalLM

    config = AutoConfig.for_model("gpt_oss", **SIZES, head_dim=16, num_local_experts=2)
    model = AutoModelForCausalLM.from_config(config, attn_implementation="flex_attention")
    with pytest.raises(ValueError, match="sinks cannot be run on CPU"):
        call(model.eval())


def test_a_part_fails_on_a_kind_that_its_class_does_not_run_on() -> None:
    import torch
    from transformers import AutoModel, BarkConfig

    kinds = {"": "eager", "codec_config": "sdpa"}
    with torch.device("meta"), pytest.raises(ValueError, match="EncodecModel does not support"):
        AutoModel.from_config(BarkConfig(), attn_implementation=kinds)


def test_a_revision_is_a_word_without_slashes(llama: str) -> None:
    with pytest.raises(ValueError, match="is not supported"):
        load(llama, attn_implementation="kernels-community/flash-attn2@refs/pr/1")


def test_a_hub_kernel_fails_without_its_package(llama: str) -> None:
    with pytest.raises(ImportError, match="kernels"):
        load(llama, attn_implementation="kernels-community/flash-attn2@v4")


def test_flash_attention_needs_what_transformers_names() -> None:
    from transformers.modeling_flash_attention_utils import FLASH_ATTENTION_COMPATIBILITY_MATRIX

    for version, needs in FLASH_ATTENTION_COMPATIBILITY_MATRIX.items():
        flash = FLASH[f"flash_attention_{version}"]
        named = {device for _, device in needs["supported_devices"]}
        assert flash.devices == named - {"xpu"}
        assert flash.capability[0] == needs.get("cuda_min_major_version", 8)


def test_hub_kernels_are_those_that_transformers_names() -> None:
    from transformers import modeling_flash_attention_utils as upstream

    assert {name: kernel.version for name, kernel in KERNELS.items()} == (
        upstream.FLASH_ATTN_KERNEL_VERSIONS
    )
    for name, devices in upstream.FLASH_ATTN_KERNEL_DEVICES.items():
        assert {{"rocm": "cuda"}.get(device, device) for device in devices} == KERNELS[name].devices
    for kind, name in upstream.FLASH_ATTN_KERNEL_FALLBACK.items():
        assert kind in KERNELS[name].stands_for


def test_the_package_kernels_is_that_of_transformers() -> None:
    from transformers.utils.import_utils import KERNELS_MAX_VERSION, KERNELS_MIN_VERSION

    assert KERNELS_PACKAGE == ("kernels", KERNELS_MIN_VERSION, KERNELS_MAX_VERSION)


def _sources() -> Iterator[tuple[str, str]]:
    """Each architecture's folder, and the source of its models."""
    import transformers

    models = Path(transformers.__file__).parent / "models"
    for file in models.glob("*/modeling_*.py"):
        yield file.parent.name, file.read_text("utf-8")


def test_architectures_that_fetch_kernels_are_those_that_call_for_them() -> None:
    calling = {name for name, source in _sources() if re.search(r"\bget_kernel\(", source)}
    assert calling == {*unasked_kernels.WHEN_BUILT, *unasked_kernels.WHEN_CALLED}


def test_attention_sinks_are_in_the_architectures_that_hand_them_over() -> None:
    known = catalogue()
    handing = {name for name, source in _sources() if "s_aux=" in source}
    flexible = {
        name
        for name in handing
        if (facts := known.architecture(name))
        and any("flex_attention" in c.attention for c in facts.classes.values())
    }
    assert flexible == flex_attention.SINKS


def test_kernels_of_methods_are_those_that_transformers_names() -> None:
    import transformers

    integrations = Path(transformers.__file__).parent / "integrations"
    sources = "".join(file.read_text("utf-8") for file in integrations.rglob("*.py"))
    assert [k for k in unasked_kernels.OF_METHODS.values() if f'"{k}"' not in sources] == []
