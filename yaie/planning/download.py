"""A plan with the files that it would bring. Asks the hub, and brings the small ones."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from yaie.errors import Problem, raise_errors
from yaie.facts.memory import Use
from yaie.facts.setting import Setting
from yaie.planning.download_plan import DownloadPlan
from yaie.planning.files import download_of
from yaie.planning.inquiry import inquire
from yaie.planning.plan import LoadPlan
from yaie.planning.preflight import with_origins
from yaie.sources.disk import shortages
from yaie.spec.load_spec import Composition


def plan_with_files(
    composition: Composition, setting: Setting | None = None, use: Use | None = None
) -> LoadPlan:
    """The plan of a composition with its download and memory, here or in another setting.

    Weights and model are compared by headers. Raises YaieError with every problem where the load
    is not allowed or the disk has no room for its files, SourceError where the hub cannot be asked.
    """
    inquiry = inquire(composition, setting, use)
    if inquiry.keys is None:
        raise_errors(inquiry.problems)
    download = download_of(composition.spec, inquiry.facts)
    raise_errors((*inquiry.problems, *with_origins(composition, unroomed(download))))
    if inquiry.plan is None:
        raise ValueError("a composition without errors has a plan")
    return replace(inquiry.plan, download=download)


def unroomed(download: DownloadPlan) -> Iterator[Problem]:
    """The disk that has no room for what has to come."""
    return shortages([download.need] if download.need else ())
