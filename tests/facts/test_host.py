from __future__ import annotations

import os

import pytest

from yaie.facts.host import DeviceFacts, cuda_devices, this_host

REPORT = """\
0, NVIDIA A100-SXM4-80GB, 81920, 8.0, GPU-5ea1b2c3-0000-1111-2222-333344445555
1, NVIDIA GeForce RTX 2080 Ti, 11264, 7.5, GPU-77d0e4f5-0000-1111-2222-333344445555
"""
A100 = DeviceFacts(
    kind="cuda",
    index=0,
    name="NVIDIA A100-SXM4-80GB",
    memory_bytes=80 * 2**30,
    compute_capability=(8, 0),
    dtypes=("float64", "float32", "float16", "bfloat16"),
)


def test_a_report_tells_name_memory_and_compute_capability() -> None:
    assert cuda_devices(REPORT, None)[0] == A100


def test_every_device_is_visible_where_nothing_hides_it() -> None:
    assert [device.index for device in cuda_devices(REPORT, None)] == [0, 1]


@pytest.mark.parametrize(
    ("visible", "names"),
    [
        ("", []),
        ("-1", []),
        ("1", ["NVIDIA GeForce RTX 2080 Ti"]),
        ("1,0", ["NVIDIA GeForce RTX 2080 Ti", "NVIDIA A100-SXM4-80GB"]),
        ("0,7,1", ["NVIDIA A100-SXM4-80GB"]),
        ("GPU-5ea1", ["NVIDIA A100-SXM4-80GB"]),
    ],
)
def test_visible_devices_are_shown_in_their_order(visible: str, names: list[str]) -> None:
    assert [device.name for device in cuda_devices(REPORT, visible)] == names


def test_shown_devices_are_numbered_anew() -> None:
    assert cuda_devices(REPORT, "1")[0].index == 0


def test_memory_that_the_driver_does_not_tell_is_zero() -> None:
    report = "0, NVIDIA GB10, [N/A], 12.1, GPU-0a\n"
    assert cuda_devices(report, None)[0].memory_bytes == 0


def test_a_driver_that_complains_has_no_devices() -> None:
    assert cuda_devices("NVIDIA-SMI has failed because it couldn't talk to it.\n", None) == ()


def test_a_cpu_build_of_torch_has_no_cuda_device() -> None:
    host = this_host()
    assert host.packages["torch"].endswith("+cpu") <= (not host.has("cuda"))


def test_memory_is_what_the_system_tells() -> None:
    assert this_host().memory_bytes == os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
