"""Speed is told with its spread, in the unit of what the model does."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import pytest

import yaie
from tests.sweeps.measures.conftest import Measure
from tests.sweeps.measures.test_quality import VIT
from yaie.loading.acts.act import Deed
from yaie.loading.loaded import Loaded
from yaie.sweeps.measures.clock import spread

STATUS = Path("/proc/self/status")


def test_the_spread_is_the_range_about_the_median() -> None:
    assert spread([3.0, 1.0, 2.00000049]) == {"median": 2.0, "min": 1.0, "max": 3.0, "repeats": 3}


def test_a_generator_reads_and_writes_tokens(tiny: Loaded, measure: Measure) -> None:
    read = _spread(measure(tiny, "prompt"), "prompt_tokens_per_second")
    written = _spread(measure(tiny, "generation"), "generated_tokens_per_second")
    for found in (read, written):
        assert 0 < found["min"] <= found["median"] <= found["max"]
        assert found["repeats"] == 2
    assert measure(tiny, "items").told == {}


def test_a_model_of_images_has_items(measure: Measure) -> None:
    loaded = yaie.load(*VIT)
    assert _spread(measure(loaded, "items"), "items_per_second")["min"] > 0
    assert measure(loaded, "prompt").told == measure(loaded, "generation").told == {}


def test_training_mode_is_left_as_it_was(measure: Measure) -> None:
    loaded = yaie.load("model=tiny", "weights.mode=train", "device=cpu")
    measure(loaded, "first forward")
    assert all(module.training for module in loaded.model.modules())


def test_packed_weights_are_touched_too(four_bits: Loaded, measure: Measure) -> None:
    assert measure(four_bits, "touch").problems == ()


@pytest.mark.skipif(not STATUS.is_file(), reason="the kernel tells no resident memory")
def test_weights_that_are_mapped_are_read(minilm: Path, measure: Measure) -> None:
    loaded = yaie.load(f"model={minilm}", "precision=fp32", "device=cpu")
    before = mapped()
    measure(loaded, "touch")
    assert mapped() - before > 0.9 * loaded.receipt.memory_bytes


def mapped() -> int:
    """Bytes of files that are in this process's memory."""
    found = re.search(r"^RssFile:\s*(\d+) kB", STATUS.read_text(), re.MULTILINE)
    assert found is not None
    return 1024 * int(found[1])


def test_what_was_told_of_one_measure_is_not_told_of_the_next(measure: Measure) -> None:
    loaded = yaie.load(*VIT)
    deed = measure(loaded, "items")
    (problem,) = deed.problems
    assert problem.message == "it was measured on images of 32 × 32 drawn by chance"
    told = replace(loaded, receipt=replace(loaded.receipt, problems=deed.problems))
    assert not measure(told, "quality").problems


def test_what_a_model_raises_is_a_warning(tiny: Loaded, measure: Measure) -> None:
    loaded = yaie.load("model=tiny", "device=cpu", "model.config.num_hidden_layers=4")
    loaded.model.lm_head.forward = None
    (problem,) = measure(loaded, "first forward").problems
    assert problem.severity == "warning"
    assert problem.message == (
        "first forward was not measured: TypeError: 'NoneType' object is not callable"
    )


def _spread(deed: Deed, name: str) -> dict[str, float]:
    assert isinstance(deed.told, dict)
    found: dict[str, float] = deed.told[name]
    return found
