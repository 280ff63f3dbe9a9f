"""A prober a process, whose configs' logs, prints and warnings are kept off the terminal."""

from __future__ import annotations

import resource
import warnings
from collections.abc import Callable
from contextlib import redirect_stdout
from functools import cache
from io import StringIO
from typing import TypeVar

from yaie.facts.catalogue import catalogue
from yaie.facts.field_probes import Prober

MOST_MEMORY = 5 << 30
"""Bytes that a process may take: a value far off can ask for all there are, outside of `meta`."""
T = TypeVar("T")


def quietly(look: Callable[[Prober], T]) -> T:
    """What a look at transformers brings, by this process's prober."""
    with warnings.catch_warnings(action="ignore"), redirect_stdout(StringIO()):
        return look(_prober())


@cache
def _prober() -> Prober:
    import torch
    from transformers.utils import logging

    torch.set_num_threads(1)
    logging.set_verbosity(logging.CRITICAL)
    resource.setrlimit(resource.RLIMIT_DATA, (MOST_MEMORY, MOST_MEMORY))
    return Prober(catalogue())
