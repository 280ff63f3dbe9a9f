"""A plan with the files that it would bring. Asks the hub, and brings the small ones."""

from __future__ import annotations

from dataclasses import replace

from yaie.errors import raise_errors
from yaie.facts.gather import gather
from yaie.facts.setting import Setting
from yaie.planning.files import Need, need, to_fetch
from yaie.planning.plan import LoadPlan
from yaie.planning.preflight import plan, survey
from yaie.sources.bring import bring_small_files
from yaie.spec.load_spec import Composition


def plan_with_files(composition: Composition, setting: Setting | None = None) -> LoadPlan:
    """The plan of a composition with its download, here or in another setting.

    Raises SourceError where the hub cannot be asked.
    """
    facts, problems = survey(composition, setting)
    raise_errors(problems)
    if need(composition.spec, facts) is not Need.NOTHING:
        bring_small_files(composition.spec.model)
        facts = gather(composition.spec, setting)
    decided = plan(composition, facts)
    return replace(decided, download=to_fetch(composition.spec, facts))
