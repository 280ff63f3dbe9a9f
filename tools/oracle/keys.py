"""Keys of a load's report that say that weights and model do not match. Imports transformers."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any

ODD = ("missing_keys", "unexpected_keys", "mismatched_keys")


def odd_keys(report: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Each odd key, as told and by its name."""
    for what in ODD:
        for key in report.get(what) or ():
            name = key if isinstance(key, str) else str(key[0])
            yield f"{what}: `{name}`", name


@cache
def of_the_plain_load(folder: str, auto: Any) -> frozenset[str]:
    """Names of the odd keys of a checkpoint loaded as it is: a head, new or left out."""
    _, report = auto.from_pretrained(folder, output_loading_info=True)
    return frozenset(name for _, name in odd_keys(report))
