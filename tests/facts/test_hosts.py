"""Machines by name: what is said of them, and near names for a name that is none."""

from __future__ import annotations

import json

import pytest

from yaie.errors import InputError
from yaie.facts.capabilities import computed
from yaie.facts.host import this_host
from yaie.facts.hosts import DATA, devices_like, named_devices, named_host

GIB = 2**30
FIELDS = {"name", "kind", "memory_mib", "bandwidth_gb_s", "source"}


def test_a_machine_has_the_device_of_its_name() -> None:
    (device,) = named_host("h100").devices
    assert (device.kind, device.compute_capability) == ("cuda", (9, 0))
    assert 79 * GIB < device.memory_bytes < 80 * GIB
    assert device.bandwidth == 3_350 * 10**9


def test_a_machine_of_several_numbers_its_devices() -> None:
    assert [device.index for device in named_host("8xa100-80gb").devices] == [*range(8)]


@pytest.mark.parametrize("name", ["rtx4090", "RTX 4090", "rtx-4090", "4090", "1xRTX_4090"])
def test_a_name_is_known_as_people_write_it(name: str) -> None:
    assert [device.name for device in named_host(name).devices] == ["NVIDIA GeForce RTX 4090"]


def test_a_name_without_a_size_is_the_smaller_one() -> None:
    assert named_host("a100").devices == named_host("a100-40gb").devices


def test_messages_call_a_machine_by_the_name_that_was_given() -> None:
    assert named_host("2xH100").name == "`2xH100`"


def test_this_is_the_machine_here() -> None:
    assert named_host("this") == this_host()


def test_a_cpu_has_no_accelerator_and_the_memory_of_this_machine() -> None:
    host = named_host("cpu")
    assert (host.devices, host.memory_bytes) == ((), this_host().memory_bytes)


def test_a_cpu_may_say_its_memory() -> None:
    assert named_host("cpu-64gb").memory_bytes == 64 * GIB


def test_apples_gpu_shares_the_memory_of_the_machine() -> None:
    host = named_host("m3-max-64gb")
    assert host.memory_bytes == host.devices[0].memory_bytes == 64 * GIB


def test_what_is_around_a_gpu_is_not_known() -> None:
    assert named_host("h100").memory_bytes == 0


def test_a_machine_elsewhere_is_taken_to_have_the_packages_here() -> None:
    host = named_host("t4")
    assert not host.packages_known
    assert host.packages["transformers"] == this_host().packages["transformers"]


def test_a_machine_with_a_gpu_has_a_torch_that_is_built_for_it() -> None:
    assert "+" not in named_host("t4").packages["torch"]


@pytest.mark.parametrize(
    ("name", "message", "hint"),
    [
        ("h10O", "no machine is known as `h10O`; near it: `h100`", "`--host h100`"),
        (
            "2xrtx490",
            "no machine is known as `2xrtx490`; near it: `rtx4090`, `rtx5090`, `rtx4080`",
            "`--host 2xrtx4090`",
        ),
        ("nonsense", "no machine is known as `nonsense`", "`yaie show hosts` lists them"),
    ],
)
def test_a_name_that_is_none_is_an_input_error(name: str, message: str, hint: str) -> None:
    with pytest.raises(InputError) as caught:
        named_host(name)
    (problem,) = caught.value.problems
    assert (problem.message, problem.hint) == (message, hint)


@pytest.mark.parametrize("name", ["0xh100", "", "x", "2x", "cpu-0x4gb"])
def test_what_names_no_machine_is_refused(name: str) -> None:
    with pytest.raises(InputError):
        named_host(name)


def test_devices_are_found_by_a_word() -> None:
    assert [*devices_like("H100")] == ["h100", "h100-pcie", "h100-nvl"]


def test_every_device_says_its_memory_its_bandwidth_and_a_source() -> None:
    entries = json.loads(DATA.read_text("utf-8"))["devices"]
    assert [name for name, entry in entries.items() if entry.keys() < FIELDS] == []
    assert [name for name, entry in entries.items() if not entry["source"]] == []


def test_every_device_says_what_it_computes_in() -> None:
    assert [name for name, device in named_devices().items() if not device.dtypes] == []


def test_every_name_and_other_name_is_one_devices_alone() -> None:
    entries = json.loads(DATA.read_text("utf-8"))["devices"]
    spelled = [n for name, e in entries.items() for n in (name, *e.get("aliases", ()))]
    assert len(spelled) == len(set(spelled))


@pytest.mark.parametrize(
    ("capability", "first", "without"),
    [
        ((6, 0), "float16", "bfloat16"),
        ((6, 1), "float32", "float16"),
        ((7, 5), "float16", "bfloat16"),
        ((8, 0), "bfloat16", "float8_e4m3fn"),
        ((8, 9), "float8_e4m3fn", "float4_e2m1fn_x2"),
        ((12, 0), "float4_e2m1fn_x2", "int4"),
    ],
)
def test_a_capability_tells_what_is_computed(
    capability: tuple[int, int], first: str, without: str
) -> None:
    assert first in computed(capability)
    assert without not in computed(capability)
