"""Which files a load still needs from the hub."""

from __future__ import annotations

from enum import Enum

from yaie.facts.facts import Facts
from yaie.planning.overrides import own_config
from yaie.sources.bring import list_files, weight_files
from yaie.sources.files import small_files
from yaie.sources.names import HubName, parse
from yaie.spec.load_spec import LoadSpec
from yaie.spec.weights import Pretrained


class Need(Enum):
    """What has to come from the hub before a load can go on."""

    NOTHING = "nothing"
    SMALL = "config and tokenizer"
    ALL = "config, tokenizer and weights"


def need(spec: LoadSpec, facts: Facts) -> Need:
    """What is not at hand yet of what the load reads.

    A structure is built from what is known of its config, where that is known.
    """
    if spec.model.id is None or not isinstance(parse(spec.model.id), HubName):
        return Need.NOTHING
    held = facts.checkpoint
    if isinstance(spec.weights, Pretrained):
        if held is None or held.format is None or held.missing_files or held.stand_in:
            return Need.ALL
        fed = held.has_tokenizer or held.has_processor
        return Need.NOTHING if fed or spec.processor.kind == "none" else Need.SMALL
    return Need.SMALL if own_config(spec, facts) is None else Need.NOTHING


def to_fetch(spec: LoadSpec, facts: Facts) -> dict[str, int]:
    """Files still to fetch → bytes. Asks the hub; SourceError where it cannot be asked."""
    wanted = need(spec, facts)
    if wanted is Need.NOTHING:
        return {}
    listing = list_files(spec.model)
    names = [*small_files(listing.files, spec.model)]
    if wanted is Need.ALL:
        names += weight_files(listing, spec.model)
    held = facts.checkpoint.files if facts.checkpoint else {}
    return {name: listing.sizes[name] for name in dict.fromkeys(names) if name not in held}
