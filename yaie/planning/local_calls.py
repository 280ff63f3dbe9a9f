"""Calls as they are made once their files are at hand: they ask no hub."""

from __future__ import annotations

from dataclasses import replace

from yaie.facts.facts import Facts
from yaie.planning.adapter_calls import LOAD, READ, WRAP
from yaie.planning.calls import Call, Value


def at_hand(call: Call, facts: Facts) -> Call:
    """The call told to ask no hub where its files come from the hub's cache, or from a stand-in.

    Tokenizers would ask twice or thrice though everything was brought.
    """
    if facts.adapter is not None and facts.adapter.commit is not None:
        call = _with_adapter(call, str(facts.adapter.folder))
    held = facts.checkpoint
    if call.target == WRAP:
        return call
    if held is None or held.commit is None or not call.target.endswith(".from_pretrained"):
        return call
    if held.stand_in is None:
        offline: dict[str, Value] = {"local_files_only": True}
        if "peft" in facts.host.packages and call.target.startswith("transformers.AutoModel"):
            # transformers 5.23 looks for an adapter in any repository, and asks the hub for it.
            offline["adapter_kwargs"] = {"local_files_only": True}
        return replace(call, kwargs={**call.kwargs, **offline})
    kept = {name: value for name, value in call.kwargs.items() if name not in WHEREABOUTS}
    place = (str(held.stand_in),)
    return replace(call, args=place, kwargs={**kept, "local_files_only": True})


def _with_adapter(call: Call, folder: str) -> Call:
    """The call with the adapter's folder in the hub's cache in place of its id."""
    if call.target == LOAD:
        kept = {name: value for name, value in call.kwargs.items() if name != "adapter_kwargs"}
        return replace(call, args=(call.args[0], folder), kwargs=kept)
    if call.target == WRAP:
        kept = {"adapter_name": call.kwargs["adapter_name"]}
        return replace(call, args=(call.args[0], folder), kwargs=kept)
    if call.target == READ:
        return replace(call, args=(folder,), kwargs={"device": call.kwargs["device"]})
    return call


WHEREABOUTS = frozenset({"cache_dir", "revision", "subfolder", "use_safetensors", "variant"})
"""Keywords that say where in a repository the files are, and mean nothing in a stand-in."""
