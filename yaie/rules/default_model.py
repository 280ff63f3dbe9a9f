"""Group `model`: can the model be built from what is said of its config?"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from yaie.errors import Problem
from yaie.facts.architecture import ArchitectureFacts, ClassFacts
from yaie.facts.facts import Facts
from yaie.rules.packages import lacking
from yaie.rules.problems import refused, said
from yaie.rules.reading import asked_class, own_config, own_name, reads_weights, told_parts
from yaie.spec.load_spec import LoadSpec
from yaie.spec.wording import override, quoted

FROM_ELSEWHERE = {"detectron2": "'git+https://github.com/facebookresearch/detectron2.git'"}
"""What pip installs where the package index has not the package."""


def default_config_builds_a_model(spec: LoadSpec, facts: Facts) -> Iterator[Problem]:
    """Without a checkpoint the model is of the default config, and some build none.

    Upstream: from_config raises whatever the constructor stumbles over, a TypeError on a field that
    was left open or an AttributeError, and says nothing of the config.
    """
    model = asked_class(facts)
    if model is None or model.obstacle is None or facts.architecture is None:
        return
    if not _is_default(spec) or _mended(spec, model):
        return
    message = (
        f"the default config of `{facts.architecture.model_type}` builds no `{model.name}`"
        f" ({model.obstacle}); a checkpoint's config is needed"
    )
    hint = ", or ".join(("name a checkpoint: `model.id=…`", *_ways_around(model)))
    if unsure := [name for name in spec.model.config if _may_mend(name, model, facts.architecture)]:
        yield said(
            "model.architecture", f"{message}, unless {quoted(unsure)} takes that away", hint
        )
    else:
        yield refused("model.architecture", message, hint)


def _is_default(spec: LoadSpec) -> bool:
    """Whether the model is built of its architecture's name alone."""
    return spec.model.id is None and spec.model.architecture is not None and not reads_weights(spec)


def _mended(spec: LoadSpec, model: ClassFacts) -> bool:
    """Whether a truth value was set that is known to take the obstacle away."""
    asked = spec.model.config
    return any(v is asked.get(n) for n, v in model.mended_by.items() if isinstance(v, bool))


def _may_mend(name: str, model: ClassFacts, architecture: ArchitectureFacts) -> bool:
    """Whether a field can take an obstacle away: it was seen to, or it has no plain default."""
    own = own_name(name, architecture)
    field = architecture.fields.get(own)
    if field is None or own in architecture.sub_configs:
        return True
    if own in model.mended_by:
        return not isinstance(model.mended_by[own], bool)
    return field.default is None or isinstance(field.default, Mapping)


def _ways_around(model: ClassFacts) -> Iterator[str]:
    for name, value in model.mended_by.items():
        path = f"model.config.{name}"
        if isinstance(value, bool):
            yield f"`{override(path, value)}`"
        else:
            yield f"set `{path}=…`"


def class_takes_the_config(spec: LoadSpec, facts: Facts) -> Iterator[Problem]:
    """A class that reads a field which the config's class has not is built of no checkpoint's
    config either, unless that brings the field.

    Upstream: an AttributeError of the constructor, after the download.
    """
    model = asked_class(facts)
    if model is None or model.obstacle is None or facts.architecture is None or _is_default(spec):
        return
    read = _ABSENT.match(model.obstacle)
    config = own_config(spec, facts)
    if read is None or read[1] != facts.architecture.config_class or not config:
        return
    if read[2] in config or read[2] in spec.model.config:
        return
    yield refused(
        "task.name",
        f"`{model.name}` reads `{read[2]}` of its config, and `{read[1]}` has no such field",
        "`task=auto`",
    )


_ABSENT = re.compile(r"AttributeError: '(\w+)' object has no attribute '(\w+)'")


def packages_of_the_model_are_there(spec: LoadSpec, facts: Facts) -> Iterator[Problem]:
    """Some classes, and some of the parts that they are made of, are built by another package.

    Upstream: the constructor raises an ImportError after the weights have been downloaded.
    """
    model, parts = asked_class(facts), told_parts(spec, facts)
    path = "model.id" if spec.model.id else "model.architecture"
    if model is None:
        return
    for part in parts.values():
        if base := part.classes.get("base"):
            yield from _lacking(path, base, facts)
    if parts:
        return
    if _is_default(spec) or own_config(spec, facts):
        yield from _lacking(path, model, facts)
        return
    absent = [name for name in model.needs_packages if name not in facts.host.packages]
    if absent:
        yield said(
            path,
            f"`{model.name}` of the default config needs {quoted(absent)}, and the checkpoint's"
            " config is not at hand",
            f"`pip install {' '.join(FROM_ELSEWHERE.get(name, name) for name in absent)}`",
        )


def _lacking(path: str, model: ClassFacts, facts: Facts) -> Iterator[Problem]:
    for package in model.needs_packages:
        install = FROM_ELSEWHERE.get(package)
        yield from lacking(path, f"`{model.name}`", package, facts, install=install)
