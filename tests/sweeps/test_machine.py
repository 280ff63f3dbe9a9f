"""The machine that a cell ran on."""

from __future__ import annotations

import os
from importlib.metadata import version
from pathlib import Path
from socket import gethostname

import pytest

from yaie.sweeps.machine import _cpu, machine


def test_it_is_told_with_what_is_installed() -> None:
    told = machine()
    assert (told["host"], told["versions"]["torch"]) == (gethostname(), version("torch"))
    assert told["cores"] == len(os.sched_getaffinity(0))
    assert told["memory_bytes"] > 0


@pytest.mark.parametrize(
    ("told", "name"),
    [("processor\t: 0\nmodel name\t: EPYC  9654: 96\n", "EPYC 9654: 96")],
)
def test_the_processor_is_named_as_the_system_names_it(
    told: str, name: str, tmp_path: Path
) -> None:
    (tmp_path / "cpuinfo").write_text(told)
    assert _cpu(tmp_path / "cpuinfo") == name


def test_a_processor_without_a_name_is_its_architecture(tmp_path: Path) -> None:
    (tmp_path / "cpuinfo").write_text("CPU implementer\t: 0x41\n")
    assert _cpu(tmp_path / "cpuinfo") in (os.uname().machine, _cpu(tmp_path / "none"))
