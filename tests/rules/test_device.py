"""Are the devices there, and is each limit one that accelerate can keep?"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from tests.rules.making import CPU, checkpoint, facts, gpus, spec
from yaie.rules.judge import judge
from yaie.rules.problems import absent, refused, wrong

WHOLE = {"kind": "map", "map": {"": "cpu"}}


def on(device: str) -> Any:
    return spec(device={"kind": "single", "device": device})


@pytest.mark.parametrize(
    ("asked", "meant"), [("gpu", "cuda"), ("gpu:1", "cuda:1"), ("coda", "cuda"), ("qqq", "cpu")]
)
def test_a_word_that_is_no_device_is_an_input_error(asked: str, meant: str) -> None:
    assert judge(on(asked), facts()) == (
        wrong(
            "device.device",
            f"`{asked}` is no torch device; there are `cpu`, `cuda`, `mps`, `xpu`, with a number as"
            " in `cuda:1`",
            f"`device={meant}`",
        ),
    )


@pytest.mark.parametrize(
    ("device", "host", "reason"),
    [
        ("cuda", CPU, "torch 2.13.0+cpu is built without CUDA"),
        (
            "cuda",
            replace(CPU, packages={"torch": "2.13.0"}),
            "this machine has no cuda device, only its CPU",
        ),
        ("mps", gpus(), "this machine has no mps device, only `cuda`"),
        ("cuda:3", gpus(2), "this machine has 2 cuda devices, counted from 0"),
    ],
)
def test_a_device_that_is_not_there_is_refused(device: str, host: Any, reason: str) -> None:
    assert judge(on(device), facts(host=host)) == (
        refused(
            "device.device",
            f"`{device}` was asked, and {reason}",
            "`device=auto` takes what is there",
        ),
    )


def test_a_structure_needs_no_device() -> None:
    meta = spec(device={"kind": "single", "device": "cuda"}, weights={"kind": "meta"})
    assert judge(meta, facts()) == ()


def test_a_map_to_a_device_that_is_not_there_is_refused_once() -> None:
    placed = {"model": 2, "lm_head": 2}
    assert judge(spec(device={"kind": "map", "map": placed}), facts(host=gpus(2))) == (
        refused(
            "device.map.model",
            "`2` was asked, and this machine has 2 accelerators",
            "`device=auto` takes what is there",
        ),
    )


def limited(key: int | str, size: int | str) -> Any:
    return spec(device={"kind": "auto", "max_memory": {key: size}})


@pytest.mark.parametrize("size", ["20GiB", "20GB", "1.5gib", 10**9, "300 MB"])
def test_sizes_that_accelerate_reads_are_taken(size: int | str) -> None:
    assert judge(limited(0, size), facts(host=gpus())) == ()


@pytest.mark.parametrize("size", ["20", "20TB", "lots", "20G"])
def test_a_limit_that_is_no_size_is_an_input_error(size: str) -> None:
    assert judge(limited("cpu", size), facts()) == (
        wrong(
            "device.max_memory.cpu",
            f"`{size}` is no size; there are KB, MB, GB and KiB, MiB, GiB, or plain bytes",
            "`device.max_memory.cpu=20GiB`",
        ),
    )


@pytest.mark.parametrize("size", [0, -1, "0GB"])
def test_a_limit_that_leaves_nothing_is_an_input_error(size: int | str) -> None:
    assert judge(limited("cpu", size), facts()) == (
        wrong(
            "device.max_memory.cpu",
            f"`{size}` leaves no memory for the model, and all of it would go to disk",
            "`device.max_memory.cpu=20GiB`",
        ),
    )


def test_no_memory_on_one_of_several_devices_keeps_it_free() -> None:
    asked = spec(device={"kind": "auto", "max_memory": {0: 0, 1: "20GiB"}})
    assert judge(asked, facts(host=gpus(2))) == ()


def test_a_limit_by_a_devices_name_is_an_input_error() -> None:
    assert judge(limited("cuda:1", "20GiB"), facts(host=gpus(2))) == (
        wrong(
            "device.max_memory.cuda:1",
            "`cuda:1` is no device that a limit can be for; accelerators go by their number, beside"
            " them there are `cpu`, `mps` and `disk`",
            "`device.max_memory.1=20GiB`",
        ),
    )


def test_a_limit_for_a_device_that_is_not_there_is_refused() -> None:
    assert judge(limited(1, "20GiB"), facts(host=gpus(1))) == (
        refused(
            "device.max_memory.1",
            "a limit for accelerator 1 was asked, and this machine has 1",
            "`device.max_memory=null`",
        ),
    )


def test_disk_takes_pickled_weights_through_a_folder() -> None:
    held = replace(checkpoint(), format="bin", weight_files=("pytorch_model.bin",))
    device = {"kind": "map", "map": {"": "disk"}}
    problems = judge(spec(device=device), facts(checkpoint=held))
    assert [p for p in problems if p.severity == "error"] == [
        absent(
            "device.offload_folder",
            "modules on `disk` are read from safetensors; those of a `.bin` checkpoint are written"
            " to a folder first, and none is named",
            "`device.offload_folder=offload`",
        )
    ]


def test_disk_takes_safetensors_as_they_lie() -> None:
    device = {"kind": "map", "map": {"": "disk"}}
    assert judge(spec(device=device), facts(checkpoint=checkpoint())) == ()


def test_disk_takes_no_gguf() -> None:
    asked = spec(
        device={"kind": "map", "map": {"model": "disk", "lm_head": "cpu"}},
        model={"gguf_file": "a.gguf"},
    )
    assert judge(asked, facts()) == (
        refused(
            "device.map.model",
            "weights of a GGUF file cannot stay on `disk`",
            "`device.map.model=cpu`",
        ),
    )


def test_a_limit_beyond_every_number_is_no_size() -> None:
    asked = spec(device={"kind": "auto", "max_memory": {"cpu": f"{'9' * 400}GiB"}})
    (problem,) = judge(asked, facts())
    assert problem.message.endswith(
        "is no size; there are KB, MB, GB and KiB, MiB, GiB, or plain bytes"
    )
