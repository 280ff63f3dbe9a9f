"""A plan with the files that it would bring. Asks the hub, and brings the small ones."""

from __future__ import annotations

from dataclasses import replace

from yaie.errors import raise_errors
from yaie.facts.setting import Setting
from yaie.planning.files import to_fetch
from yaie.planning.inquiry import inquire
from yaie.planning.plan import LoadPlan
from yaie.spec.load_spec import Composition


def plan_with_files(composition: Composition, setting: Setting | None = None) -> LoadPlan:
    """The plan of a composition with its download, here or in another setting.

    Weights and model are compared by headers. Raises YaieError with every problem where the load
    is not allowed, SourceError where the hub cannot be asked.
    """
    inquiry = inquire(composition, setting)
    raise_errors(inquiry.problems)
    if inquiry.plan is None:
        raise ValueError("a composition without errors has a plan")
    return replace(inquiry.plan, download=to_fetch(composition.spec, inquiry.facts))
