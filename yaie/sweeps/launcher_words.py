"""The words for Hydra's launcher, judged by what it takes before Hydra reads them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from omegaconf import DictConfig, OmegaConf

from yaie.errors import Fault, Problem
from yaie.spec.wording import nearest, quoted

CHOICE = "hydra/launcher"
NODE = "hydra.launcher"
EXTRAS = {
    "joblib": "joblib",
    "ray": "ray",
    "ray_aws": "ray",
    "submitit_local": "submitit",
    "submitit_slurm": "submitit",
}
"""Launcher → the extra of yaie that it comes with."""


def is_of_launcher(word: str) -> bool:
    """Whether an override is one for Hydra's launcher, the one thing of Hydra's that is let
    through."""
    key = _key(word)
    return key in (CHOICE, NODE) or key.startswith(f"{NODE}.")


def picks_launcher(word: str) -> bool:
    """Whether an override says which launcher it is."""
    return _key(word) == CHOICE


def chosen(words: Sequence[str]) -> str:
    """The name of the launcher; `basic` where none is named."""
    names = [word.partition("=")[2] for word in words if picks_launcher(word)]
    return names[-1] if names else "basic"


def unknown_launcher(name: str, known: Sequence[str]) -> Iterator[Problem]:
    """That a launcher is not installed, or none at all."""
    if name in known:
        return
    near = nearest(name, {*known, *EXTRAS})
    message = f"there is no launcher `{name}`"
    hint, fault = f"`{CHOICE}={near}`" if near else None, Fault.INPUT
    if name in EXTRAS:
        message = f"the launcher `{name}` is not installed"
        hint, fault = f"`pip install 'yaie[{EXTRAS[name]}]'`", Fault.UNSUPPORTED
    yield Problem(
        path=CHOICE,
        message=f"{message}; those that are: {quoted(sorted(known))}",
        hint=hint,
        origin=f"override {CHOICE}={name}",
        fault=fault,
    )


def unknown_fields(words: Sequence[str], node: DictConfig, name: str) -> Iterator[Problem]:
    """Fields that a launcher does not have, by its own config; and a node set as a whole."""
    for word in words:
        value = word.partition("=")[2]
        if _key(word) == NODE:
            message = f"`{NODE}` is a node of fields; a launcher is named by `{CHOICE}`"
            hint = f"`{CHOICE}={value}`" if value in EXTRAS else None
            yield Problem(path=NODE, message=message, hint=hint, origin=f"override {word}")
        elif _key(word).startswith(f"{NODE}.") and not word.startswith("~"):
            yield from _unknown_field(word, node, name)


def _unknown_field(word: str, node: DictConfig, name: str) -> Iterator[Problem]:
    place: Any = node
    at = NODE
    for part in _key(word).removeprefix(f"{NODE}.").split("."):
        if not isinstance(place, DictConfig):
            return
        if part not in _fields(place):
            if not (word.startswith("+") and OmegaConf.get_type(place) is dict):
                yield _not_there(word, place, f"{at}.{part}", name)
            return
        place, at = place._get_node(part), f"{at}.{part}"


def _not_there(word: str, place: DictConfig, field: str, name: str) -> Problem:
    key, _, value = word.partition("=")
    at, _, part = field.rpartition(".")
    names = _fields(place)
    near = nearest(part, names)
    hint = f"`{key.replace(field, f'{at}.{near}', 1)}={value}`" if near else None
    if OmegaConf.get_type(place) is dict:
        message = f"`{field}` is none of those that the launcher `{name}` sets itself"
        hint = hint or f"`+{word}` adds it"
    else:
        held = f"`{at}` has {quoted(names)}" if names else "it has none"
        hint = hint if names else f"name the launcher that has it, too: `{CHOICE}=joblib`"
        message = f"the launcher `{name}` has no field `{part}`; {held}"
    return Problem(path=field, message=message, hint=hint, origin=f"override {word}")


def _fields(place: DictConfig) -> list[str]:
    """What a launcher may be told; which class it is is not its user's to say."""
    return [str(field) for field in place if field != "_target_"]


def _key(word: str) -> str:
    return word.partition("=")[0].lstrip("+~")
