"""Options that build on others or refer to themselves, brought by one Hydra composition."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from hydra._internal.config_loader_impl import ConfigLoaderImpl
from hydra._internal.config_repository import CachingConfigRepository, ConfigRepository
from hydra._internal.config_search_path_impl import ConfigSearchPathImpl
from hydra._internal.core_plugins.file_config_source import FileConfigSource
from hydra._internal.defaults_list import create_defaults_list
from hydra.core.override_parser.types import Override, OverrideType, ValueType
from hydra.errors import HydraException
from hydra.plugins.config_source import ConfigLoadError, ConfigResult, ConfigSource
from hydra.version import VersionBase
from omegaconf import OmegaConf
from omegaconf.errors import OmegaConfBaseException
from packaging.version import Version

from yaie.spec.conf import Folders
from yaie.spec.options import Key, OptionError, option_values

_ROOT = "_dummy_empty_config_"
"""Hydra's name of a primary config that says nothing."""
_RESOLVER = re.compile(r"\$\{[^}]*:")


class _Folders(ConfigRepository):  # type: ignore[misc]
    """Plain folders alone. Hydra's own repository would scan plugins, and see the config store of
    the application that yaie runs in."""

    def __init__(self, folders: Folders) -> None:
        self.sources = [_source(folder) for folder in folders]

    def get_schema_source(self) -> ConfigSource:
        return _source(Path("/nowhere"))

    def config_exists(self, config_path: str) -> bool:
        return config_path == _ROOT or super().config_exists(config_path)

    def load_config(self, config_path: str) -> ConfigResult | None:
        if config_path != _ROOT:
            return super().load_config(config_path)
        return ConfigResult(
            provider="yaie",
            path="",
            config=OmegaConf.create(),
            header={"package": None},
            defaults_list=[],
        )


class _Folder(FileConfigSource):  # type: ignore[misc]
    """A folder whose scalars are typed as a recipe's are."""

    def load_config(self, config_path: str) -> ConfigResult:
        file = Path(self.path, self._normalize_file_name(config_path))
        if not file.is_file():
            raise ConfigLoadError(f"no such option: {file}")
        return ConfigResult(
            config=OmegaConf.create(option_values(file)),
            path=str(file),
            provider=self.provider,
            header={"package": None},
        )


def _source(folder: Path) -> _Folder:
    return _Folder(provider="yaie", path=f"file://{folder}")


@contextmanager
def hydra_of_today() -> Iterator[None]:
    """Hydra's behaviour of 1.3, whatever the application around asked for or gets later."""
    base = VersionBase.instance()
    before = base.version_base
    base.version_base = Version("1.3")
    try:
        yield
    finally:
        base.version_base = before


def _compose(keys: Sequence[Key], folders: Folders) -> Any:
    """One Hydra composition, each option in a package of its own."""
    repository = CachingConfigRepository(_Folders(folders))
    choices = [
        Override(
            type=OverrideType.ADD,
            key_or_group=group,
            value_type=ValueType.ELEMENT,
            _value=option,
            package=f"options.{index}",
            input_line=f"+{group}@options.{index}={option}",
        )
        for index, (group, option) in enumerate(keys)
    ]
    defaults = create_defaults_list(
        repo=repository,
        config_name=None,
        overrides_list=choices,
        prepend_hydra=False,
        skip_missing=False,
    )
    loader = ConfigLoaderImpl(ConfigSearchPathImpl())
    return loader._compose_config_from_defaults_list(defaults.defaults, repository)


def compose(keys: Sequence[Key], folders: Folders) -> dict[Key, dict[str, Any] | OptionError]:
    """The options' values; where one cannot be composed, why."""
    try:
        with hydra_of_today():
            composed = _compose(keys, folders).get("options", {})
    except (
        HydraException,
        OmegaConfBaseException,
        OptionError,
        ValueError,
        RecursionError,
    ) as error:
        if len(keys) == 1:
            return {keys[0]: OptionError(_reason(error))}
        return {key: compose([key], folders)[key] for key in keys}
    return {key: _resolved(composed.get(str(index))) for index, key in enumerate(keys)}


def _reason(error: Exception) -> str:
    if isinstance(error, RecursionError):
        return "its `defaults` lead back to itself"
    return str(error).partition("\n")[0].rstrip(".")


def _resolved(option: Any) -> dict[str, Any] | OptionError:
    """An option's interpolations, within itself alone."""
    values = OmegaConf.to_container(option, resolve=False) if option else {}
    if not isinstance(values, dict):
        return OptionError("an option is a mapping")
    if _RESOLVER.search(str(values)):
        return OptionError(
            "an option refers to its own fields alone, `${id}`; it calls no resolver"
        )
    try:
        resolved: Any = OmegaConf.to_container(OmegaConf.create(values), resolve=True)
    except OmegaConfBaseException as error:
        return OptionError(_reason(error))
    return dict(resolved)
