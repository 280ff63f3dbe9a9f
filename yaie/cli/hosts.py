"""`yaie show hosts`: the devices that `--host` knows by name."""

from __future__ import annotations

import sys
from argparse import Namespace
from collections.abc import Mapping, Sequence

from yaie.cli.colour import painter
from yaie.facts.host import DeviceFacts
from yaie.facts.hosts import devices_like, named_devices, sources
from yaie.spec.wording import sized

_COLUMNS = ("--host", "memory", "capability", "bandwidth", "device")
_FOOT = "several of one: `2xh100`; no accelerator: `cpu`, `cpu-64gb`; the machine here: `this`"


def show_hosts(words: Sequence[str], args: Namespace) -> None:
    """Prints every device that has a name, or those whose name has a word in it."""
    found = {n: d for word in words for n, d in devices_like(word).items()} or named_devices()
    if args.json:
        from yaie.cli.document import write

        write({"hosts": _document(found)})
        return
    rows = [_COLUMNS, *(_row(name, device) for name, device in found.items())]
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    lines = ["  ".join(map(str.ljust, row, widths)).rstrip() for row in rows]
    print(painter(sys.stdout)(lines[0], "bold"), *lines[1:], "", _FOOT, sep="\n")


def _row(name: str, device: DeviceFacts) -> tuple[str, ...]:
    capability = ".".join(map(str, device.compute_capability or ()))
    memory, bandwidth = device.memory_bytes / 2**30, f"{sized(device.bandwidth)}/s"
    return name, f"{memory:.1f} GiB", capability or "–", bandwidth, device.name


def _document(found: Mapping[str, DeviceFacts]) -> dict[str, object]:
    from dataclasses import asdict

    named = sources()
    return {
        name: {k: v for k, v in asdict(device).items() if k != "index"} | {"source": named[name]}
        for name, device in found.items()
    }
