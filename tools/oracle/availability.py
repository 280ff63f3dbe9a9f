"""Packages and devices out of the way: what is left is what the architecture says itself."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from unittest import mock


@contextmanager
def flash_attention_there() -> Iterator[None]:
    """transformers as it judges where every version of FlashAttention is installed.

    Its own check of packages and devices, `_flash_attn_import_error`, says nothing meanwhile.
    """
    from transformers import PreTrainedModel, modeling_utils

    matrix = {
        version: needs | {"general_availability_check": lambda: True}
        for version, needs in modeling_utils.FLASH_ATTENTION_COMPATIBILITY_MATRIX.items()
    }
    with (
        mock.patch.object(modeling_utils, "FLASH_ATTENTION_COMPATIBILITY_MATRIX", matrix),
        mock.patch.object(PreTrainedModel, "_flash_attn_import_error", return_value=None),
        mock.patch.object(modeling_utils, "lazy_import_flash_attention", return_value=None),
    ):
        yield
