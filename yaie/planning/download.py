"""A plan with the files that it would bring. Asks the hub, and brings the small ones."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace

from yaie.errors import Problem, raise_errors
from yaie.facts.memory import Use
from yaie.facts.setting import Setting
from yaie.planning.download_plan import DownloadPlan
from yaie.planning.files import download_of
from yaie.planning.inquiry import inquire, presume
from yaie.planning.overrides import own_config
from yaie.planning.plan import LoadPlan
from yaie.planning.preflight import with_origins
from yaie.sources.disk import shortages
from yaie.spec.load_spec import Composition


def plan_with_files(
    composition: Composition, setting: Setting | None = None, use: Use | None = None
) -> LoadPlan:
    """The plan of a composition with its download and memory, here or in another setting.

    Weights and model are compared by headers. Raises YaieError with every problem where the load
    is not allowed or the disk has no room for its files, SourceError where the hub cannot be asked
    and nothing is known of the checkpoint's config.
    """
    inquiry = inquire(composition, setting, use)
    if inquiry.unreached and own_config(composition.spec, inquiry.facts) is not None:
        return _presumed(composition, setting, use, inquiry.problems)
    if inquiry.keys is None:
        raise_errors(inquiry.problems)
    download = download_of(composition.spec, inquiry.facts)
    raise_errors((*inquiry.problems, *with_origins(composition, unroomed(download))))
    if inquiry.plan is None:
        raise ValueError("a composition without errors has a plan")
    return replace(inquiry.plan, download=download)


def _presumed(
    composition: Composition,
    setting: Setting | None,
    use: Use | None,
    unreached: Iterable[Problem],
) -> LoadPlan:
    """The plan by what is known of the checkpoint's config; that it was not asked is a warning."""
    plan = presume(composition, setting, use).plan
    assert plan is not None
    warnings = [
        replace(
            problem,
            severity="warning",
            message=f"{problem.message}; planned by what is known of its config, and its files were"
            " not counted",
        )
        for problem in unreached
    ]
    return replace(plan, problems=(*warnings, *plan.problems))


def unroomed(download: DownloadPlan) -> Iterator[Problem]:
    """The disk that has no room for what has to come."""
    return shortages([download.need] if download.need else ())
