"""Bringing what a load needs and what is not at hand, judged again as soon as more is known."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from yaie.errors import YaieError, raise_errors
from yaie.facts.facts import Facts
from yaie.facts.gather import gather
from yaie.facts.setting import Setting
from yaie.loading.ranks import one_at_a_time
from yaie.loading.stopwatch import Stopwatch
from yaie.planning.files import Need, need, needs_adapter
from yaie.planning.preflight import judged, with_origins, with_true_hints
from yaie.sources.adapters import bring_adapter
from yaie.sources.bring import bring, bring_small_files
from yaie.sources.cache import repository_folder
from yaie.spec.adapter import Peft
from yaie.spec.load_spec import Composition


def with_files(
    composition: Composition,
    facts: Facts,
    watch: Stopwatch,
    before_weights: Callable[[Facts], None] = lambda _: None,
) -> Facts:
    """The facts once every file that the load reads is at hand.

    What is wrong with the spec is raised once more before the weights are fetched, for config.json
    may tell more than was known; `before_weights` may raise what else speaks against fetching them.
    """
    spec = composition.spec
    if need(spec, facts) is not Need.NOTHING:
        place = repository_folder(spec.model.id or "", spec.model.cache_dir)
    elif isinstance(spec.adapter, Peft) and needs_adapter(spec, facts):
        place = repository_folder(spec.adapter.id, spec.model.cache_dir)
    else:
        return facts
    with watch.stage("fetch"), told_where_said(composition), one_at_a_time(place) as in_turn:
        facts = gather(spec) if in_turn else facts
        return _brought(composition, facts, watch, before_weights)


def _brought(
    composition: Composition,
    facts: Facts,
    watch: Stopwatch,
    before_weights: Callable[[Facts], None],
) -> Facts:
    spec = composition.spec
    facts = _with_adapter(composition, facts, watch)
    wanted = need(spec, facts)
    if wanted is Need.NOTHING:
        return facts
    facts = with_small_files(composition)
    if wanted is Need.ALL:
        before_weights(facts)
        bring(spec.model, progress=watch.bytes)
        facts = gather(spec)
    return facts


def _with_adapter(composition: Composition, facts: Facts, watch: Stopwatch) -> Facts:
    """The facts once the adapter is at hand: it is small, and comes before the model's weights."""
    spec = composition.spec
    if not needs_adapter(spec, facts) or not isinstance(spec.adapter, Peft):
        return facts
    bring_adapter(spec.adapter.repository(spec.model.cache_dir), progress=watch.bytes)
    facts = gather(spec)
    raise_errors(with_true_hints(composition, judged(composition, facts)))
    return facts


def with_small_files(composition: Composition, setting: Setting | None = None) -> Facts:
    """The facts once all that is read beside the weights is at hand; raises what that forbids."""
    bring_small_files(composition.spec.model)
    facts = gather(composition.spec, setting)
    raise_errors(with_true_hints(composition, judged(composition, facts), setting))
    return facts


@contextmanager
def told_where_said(composition: Composition) -> Iterator[None]:
    """Tells of what keeps files from coming where the value at fault was said."""
    try:
        yield
    except YaieError as error:
        raise type(error)(*with_origins(composition, error.problems)) from error
