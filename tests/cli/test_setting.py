"""`--host`: a load judged for another machine."""

from __future__ import annotations

import json

import pytest

import yaie
from yaie.cli.program import main

Captured = pytest.CaptureFixture[str]
FLASH = ["model=llama2", "precision=bf16", "device=cuda", "attention=flash_attention_2"]


def messages(argv: list[str], capsys: Captured) -> list[str]:
    main([*argv, "--json"])
    return [p["message"] for p in json.loads(capsys.readouterr().out)["results"][0]["problems"]]


def test_a_load_is_judged_for_the_machine_that_is_named(capsys: Captured) -> None:
    assert main(["check", "device=cuda", "--host", "h100"]) == 0
    assert main(["check", "device=cuda:1", "--host", "h100"]) == 3
    assert "`h100` has 1 cuda device, counted from 0" in capsys.readouterr().out


def test_what_an_old_device_lacks_is_refused_by_its_name(capsys: Captured) -> None:
    assert (
        "`flash_attention_2` needs a CUDA device of capability 8.0, and `t4`'s is 7.5"
        in messages(["check", *FLASH, "--host", "t4"], capsys)
    )


def test_what_the_machine_must_have_is_said_and_not_refused(capsys: Captured) -> None:
    assert messages(["check", *FLASH, "--host", "h100"], capsys) == [
        "`flash_attention_2` needs the package `flash-attn` on that machine"
    ]


def test_this_is_the_default(capsys: Captured) -> None:
    assert main(["check", *FLASH, "--json"]) == main(["check", *FLASH, "--json", "--host", "this"])
    first, second = capsys.readouterr().out.split("}\n{")
    assert json.loads(first + "}") == json.loads("{" + second)


def test_a_machine_without_a_name_is_an_input_error(capsys: Captured) -> None:
    assert main(["check", "--host", "h10O"]) == 2
    assert capsys.readouterr().err == (
        "no machine is known as `h10O`; near it: `h100`\n\nhint: `--host h100`\n"
    )


def test_the_flag_may_come_before_the_verb(capsys: Captured) -> None:
    assert main(["--host", "cpu", "check", "device=cuda"]) == 3
    assert "`cpu` has no cuda device, only its CPU" in capsys.readouterr().out


@pytest.mark.parametrize("verb", ["plan", "code"])
def test_a_plan_is_made_for_the_machine_that_is_named(verb: str, capsys: Captured) -> None:
    assert main([verb, "device=cuda", "--host", "h100"]) == 0
    assert 'device_map="cuda"' in capsys.readouterr().out


def test_a_load_happens_here(capsys: Captured) -> None:
    assert main(["load", "--host", "h100"]) == 2
    assert "`--host` is no flag of `load`" in capsys.readouterr().err


def test_python_names_the_machine_too() -> None:
    assert yaie.check("device=cuda", host="h100") == ()
    assert yaie.check("device=cuda", host="cpu") != ()
    assert yaie.plan("device=cuda", host="h100").calls[0].kwargs["device_map"] == "cuda"


def test_the_machines_with_a_name_are_shown(capsys: Captured) -> None:
    assert main(["show", "hosts", "rtx4090"]) == 0
    header, row, *_ = capsys.readouterr().out.splitlines()
    assert header.split() == ["--host", "memory", "capability", "bandwidth", "device"]
    assert row.split(maxsplit=6) == [
        *("rtx4090", "24.0", "GiB", "8.9", "1.01", "TB/s"),
        "NVIDIA GeForce RTX 4090",
    ]


def test_the_machines_as_json_name_their_sources(capsys: Captured) -> None:
    assert main(["show", "hosts", "h200", "--json"]) == 0
    device = json.loads(capsys.readouterr().out)["hosts"]["h200"]
    assert device["compute_capability"] == [9, 0]
    assert device["source"] == "nvidia-smi, utkuozdemir/nvidia_gpu_exporter; AnandTech, H200"


def test_a_misspelt_machine_to_show_names_the_nearest(capsys: Captured) -> None:
    assert main(["show", "hosts", "h20O"]) == 2
    assert capsys.readouterr().err.endswith("hint: `--host h200`\n")
