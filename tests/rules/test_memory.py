"""What is said of devices that a model fills."""

from __future__ import annotations

import yaie
from yaie.facts.memory import DeviceMemory, MemoryFacts
from yaie.rules.memory import judge_memory

CARD = 16_000_000_000


def said(*loaded: int) -> list[str]:
    devices = {
        f"cuda:{number}": DeviceMemory(weights_bytes=size, memory_bytes=CARD)
        for number, size in enumerate(loaded)
    }
    memory = MemoryFacts(modules={}, device_map={"": "cuda:0"}, devices=devices)
    spec = yaie.compose("model=llama2", "device=balanced").spec
    return [problem.message for problem in judge_memory(spec, memory)]


def test_devices_that_are_full_alike_are_told_together() -> None:
    assert said(17_000_000_000, 17_000_000_000, 18_000_000_000) == [
        "17 GB of weights do not fit each of `cuda:0`, `cuda:1`, which have 16 GB",
        "18 GB of weights do not fit `cuda:2`, which has 16 GB",
    ]


def test_devices_without_headroom_are_told_together() -> None:
    assert said(15_000_000_000, 1_000_000_000, *[15_000_000_000] * 3) == [
        "15 GB of 16 GB leave less than a tenth of each of `cuda:0`, `cuda:2`, `cuda:3` and 1 more"
        " free, and the driver and kernels take of it too"
    ]
