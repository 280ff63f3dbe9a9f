"""Where the options lie: the package's own conf folder, and one that a user adds."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

Folders = tuple[Path, ...]
"""Conf folders, the user's before the package's own: the first that holds an option wins."""


@cache
def conf_folder() -> Path:
    """The package's options: `yaie/conf` in a wheel, `conf` beside the package in a checkout."""
    package = Path(__file__).resolve().parents[1]
    inside = package / "conf"
    return inside if inside.is_dir() else package.parent / "conf"


def folders(config_dir: Path | None) -> Folders:
    """The folders that options are looked up in, in order."""
    return (conf_folder(),) if config_dir is None else (config_dir, conf_folder())


def _natural(name: str) -> list[tuple[int, int, str]]:
    """`llama2-7b` before `llama2-13b`."""
    parts = re.findall(r"\d+|\D+", name)
    return [(0, int(part), "") if part.isdecimal() else (1, 0, part) for part in parts]


def options(group: str, config_dir: Path | None = None) -> tuple[str, ...]:
    """Names of a group's options, naturally sorted."""
    names = {
        file.stem
        for folder in folders(config_dir)
        for file in (folder / group).glob("*.yaml")
        if file.is_file()
    }
    return tuple(sorted(names, key=_natural))


def option_file(group: str, option: str, config_dir: Path | None = None) -> Path | None:
    """The file of an option; None where there is no such option."""
    files = (folder / group / f"{option}.yaml" for folder in folders(config_dir))
    return next((file for file in files if file.is_file()), None)


def sentence(group: str, option: str, config_dir: Path | None = None) -> str:
    """What an option says of itself: the comment on its first line; empty where there is none."""
    file = option_file(group, option, config_dir)
    first = file.read_text(encoding="utf-8").partition("\n")[0] if file else ""
    return first.removeprefix("#").strip() if first.startswith("#") else ""


def folder_groups(config_dir: Path | None) -> tuple[str, ...]:
    """Groups that a user's folder has: its folders that hold at least one option."""
    if config_dir is None:
        return ()
    groups = (folder for folder in config_dir.iterdir() if folder.name[0] not in "._")
    return tuple(sorted(folder.name for folder in groups if any(folder.glob("*.yaml"))))
