"""What earlier releases of transformers spell in another way, and since when it is today's. Data.

Each was read in the sources of the releases on both sides, and is held by the programs that
`tools/check_releases.py` runs there.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from yaie.facts.packages import release


@dataclass(frozen=True, slots=True, kw_only=True)
class Former:
    """One name as it is today, and as it was before a release."""

    today: str
    before: str
    since: str
    """The first release that knows today's name."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Spelled:
    """One difference between today's program and an earlier release's."""

    today: str
    there: str


KEYWORDS = (Former(today="dtype", before="torch_dtype", since="4.56"),)
"""Keywords of from_pretrained and from_config. Before, from_pretrained carries `dtype` into the
config unread, and the model is float32."""
CHECKPOINTING = (
    Former(
        today="activation_checkpointing_enable",
        before="gradient_checkpointing_enable",
        since="5.23",
    ),
    Former(
        today="activation_checkpointing_kwargs",
        before="gradient_checkpointing_kwargs",
        since="5.23",
    ),
)
"""The method of a model that drops activations, and its keyword. 5.0 knows the former alone, and
5.23 both; when between the two today's came does not matter, for the former works until then."""
SHARDING = (Former(today="distributed_config", before="tp_plan", since="5.23"),)
"""The keyword of from_pretrained that shards weights: `tp_plan="auto"` and `tp_size`, tensor
parallelism alone. The DistributedConfig of 5.0 and before knows no sizes, and a TypeError tells it.
When between 5.0 and 5.23 today's came does not matter, for the former works until then."""
FIELDS = (Former(today="dtype", before="torch_dtype", since="4.56"),)
"""Fields of config.json."""
TEXT = "text_config"
TEXT_FIELDS = (
    Former(today="tie_word_embeddings", before=f"{TEXT}.tie_word_embeddings", since="5.0"),
)
"""Fields of a config that were read from its part for text, whatever the whole said."""
QUANTIZATION = (Former(today="format", before="checkpoint_format", since="5.0"),)
"""Fields of a quantisation config: GPTQConfig's."""
TASKS = (Former(today="image-text-to-text", before="vision2seq", since="5.0"),)
"""AutoModel classes. Before, both are there, and some architectures known to the former alone."""
TOKENIZERS = (Former(today="TokenizersBackend", before="PreTrainedTokenizerFast", since="5.0"),)
"""Classes that a tokenizer_config.json names. Before, AutoTokenizer does not find today's."""


def former(table: Iterable[Former], today: str, version: str) -> str | None:
    """What a name was at a release; None where it is today's there, too."""
    there = (row.before for row in table if row.today == today and _is_before(version, row.since))
    return next(there, None)


def _is_before(version: str, since: str) -> bool:
    return release(version) < release(since)


def is_todays(version: str) -> bool:
    """Whether a release spells everything as today's does."""
    return not any(_is_before(version, row.since) for row in (*KEYWORDS, *TASKS, *TOKENIZERS))
