"""Bringing what a load needs and what is not at hand, judged again as soon as more is known."""

from __future__ import annotations

from yaie.errors import raise_errors
from yaie.facts.facts import Facts
from yaie.facts.gather import gather
from yaie.loading.stopwatch import Stopwatch
from yaie.planning.files import Need, need
from yaie.planning.preflight import judged, with_true_hints
from yaie.sources.bring import bring, bring_small_files
from yaie.spec.load_spec import Composition


def with_files(composition: Composition, facts: Facts, watch: Stopwatch) -> Facts:
    """The facts once every file that the load reads is at hand.

    What is wrong with the spec is raised once more before the weights are fetched, for config.json
    may tell more than was known.
    """
    spec = composition.spec
    wanted = need(spec, facts)
    if wanted is Need.NOTHING:
        return facts
    with watch.stage("fetch"):
        bring_small_files(spec.model)
        facts = gather(spec)
        raise_errors(with_true_hints(composition, judged(composition, facts)))
        if wanted is Need.ALL:
            bring(spec.model, progress=watch.bytes)
            facts = gather(spec)
    return facts
