"""The hub, asked in the name of the token that is set: quietly, and not forever."""

from __future__ import annotations

import logging
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from yaie.sources.upstream import endpoint

if TYPE_CHECKING:
    from huggingface_hub import HfApi

SILENCE = 60.0
"""Seconds without a byte after which a hub counts as gone; huggingface_hub 2.4 waits forever."""


@contextmanager
def asking() -> Iterator[tuple[HfApi, list[str]]]:
    """The hub, and what huggingface_hub warned of, which is told in the end."""
    from huggingface_hub import HfApi

    with _quieted() as said, _bounded():
        yield HfApi(endpoint=endpoint(), token=True, library_name="yaie"), said


@contextmanager
def _bounded() -> Iterator[None]:
    """Bounds the waits of the client that all of huggingface_hub's requests go through."""
    from huggingface_hub import get_session

    client = get_session()
    before, client.timeout = client.timeout, SILENCE
    try:
        yield
    finally:
        client.timeout = before


@contextmanager
def _quieted() -> Iterator[list[str]]:
    """Keeps bars and log lines off the terminal: the latter tell the signed addresses that large
    files are sent to."""
    from huggingface_hub.utils import (  # type: ignore[attr-defined]
        are_progress_bars_disabled,
        disable_progress_bars,
        enable_progress_bars,
    )

    logger = logging.getLogger("huggingface_hub")
    level, had_bars = logger.level, not are_progress_bars_disabled()
    said: list[str] = []
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("ignore")
        warnings.simplefilter("default", UserWarning)
        logger.setLevel(logging.ERROR)
        disable_progress_bars()
        caught.clear()
        try:
            yield said
        finally:
            said += dict.fromkeys(str(warning.message) for warning in caught)
            logger.setLevel(level)
            if had_bars:
                enable_progress_bars()
