"""Group `processor`: is there a tokenizer or processor, and does it take what was said?"""

from __future__ import annotations

from collections.abc import Iterator

from yaie.errors import Problem
from yaie.facts.facts import Facts
from yaie.rules.problems import absent, refused, said
from yaie.rules.reading import is_local, reads_weights, subject
from yaie.spec.load_spec import LoadSpec
from yaie.spec.processor import AutoProcessing

NAMES = {
    "tokenizer": "tokenizer",
    "image": "image processor",
    "video": "video processor",
    "feature": "feature extractor",
}


def processor_is_there(spec: LoadSpec, facts: Facts) -> Iterator[Problem]:
    """A local folder that is loaded from holds what turns raw input into tensors.

    Upstream: the model loads first; then AutoTokenizer or AutoProcessor raises a ValueError.
    """
    if not isinstance(spec.processor, AutoProcessing) or facts.architecture is None:
        return
    if facts.checkpoint is None or spec.model.gguf_file is not None:
        return
    if not is_local(facts) and facts.checkpoint.stand_in is None:
        # A cache holds what was fetched so far.
        return
    wanted = [NAMES[kind] for kind in facts.architecture.processors if kind in NAMES]
    if not wanted or facts.checkpoint.has_tokenizer or facts.checkpoint.has_processor:
        return
    # From the hub the model is loaded alone.
    speak = absent if reads_weights(spec) and is_local(facts) else said
    yield speak(
        "processor.kind",
        f"`{subject(spec)}` holds the files of no {' and no '.join(wanted)}",
        "`processor=none` loads the model alone",
    )


def text_settings_are_for_tokenizers(spec: LoadSpec, facts: Facts) -> Iterator[Problem]:
    """Padding side and chat template are a tokenizer's.

    Upstream: an image processor carries `padding_side` along, unread.
    """
    if not isinstance(spec.processor, AutoProcessing) or facts.architecture is None:
        return
    if {"tokenizer", "processor"} & set(facts.architecture.processors):
        return
    settings = ("padding_side", "chat_template")
    given = [name for name in settings if getattr(spec.processor, name) is not None]
    for name in given:
        yield refused(
            f"processor.{name}",
            f"`{name}` is a tokenizer's, and `{facts.architecture.model_type}` has none",
            f"`processor.{name}=null`",
        )
