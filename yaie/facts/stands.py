"""Where an architecture's config is built into a model on `meta`. Imports transformers."""

from __future__ import annotations

import ast
import copy
import inspect
import json
import re
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from yaie.facts.observation import BUILT, REFUSED, UNREAD


@dataclass(frozen=True, slots=True, kw_only=True)
class Stand:
    """A model that is built to see what becomes of it, of the architecture or around it."""

    model_type: str
    """Of the model that is built."""
    task: str
    auto_class: str
    part: str = ""
    """The sub-config field that the architecture stands in, where it has no model of its own."""
    beside: Mapping[str, Any] = field(default_factory=dict)
    """Fields of the architecture that are said in every build."""

    def built(self, changed: Mapping[str, Any]) -> tuple[str, str]:
        """What becomes of a model with these fields, and the error if none does."""
        try:
            config = self._config(changed)
            if not self._reads_back(config, changed):
                return UNREAD, ""
            self._model(config)
            return (BUILT if self._reads_back(config, changed) else UNREAD), ""
        except MemoryError:
            # It takes more than this machine lends, and may build on another.
            return BUILT, ""
        except Exception as error:
            # Whatever a value makes a constructor raise is what is being asked.
            return REFUSED, f"{type(error).__name__}: {error}"

    def shapes(self, changed: Mapping[str, Any]) -> dict[str, tuple[int, ...]] | None:
        """The weights of a model with these fields, each with its shape; None where there is none,
        or the config says other values."""
        try:
            config = self._config(changed)
            weights = self._model(config).state_dict()
        except Exception:
            # Whatever a value makes a constructor raise: there is no model of it.
            return None
        read_back = self._reads_back(config, changed)
        return {name: tuple(w.shape) for name, w in weights.items()} if read_back else None

    def size(self) -> int:
        """Parameters of the model with nothing changed."""
        return sum(parameter.numel() for parameter in self._model(self._config({})).parameters())

    def kinds(self) -> set[str]:
        """Classes of the modules that the model has with nothing changed."""
        return {type(module).__name__ for module in self._model(self._config({})).modules()}

    def held(self) -> Any:
        """The architecture's config with nothing changed."""
        return self._part_of(self._config({}))

    def kind_of(self, part: str, asked: Mapping[str, str]) -> str | None:
        """The attention kind of a sub-config once a model was built with these of each; None where
        there is none."""
        try:
            model = self._model(self._config({}), attn_implementation=dict(asked))
        except Exception:
            # A kind that a part does not take: rules of its own are about that.
            return None
        return getattr(getattr(model.config, part, None), "_attn_implementation", None)

    def held_after(self) -> Any:
        """The same once a model was built of it."""
        config = self._config({})
        self._model(config)
        return self._part_of(config)

    def _config(self, changed: Mapping[str, Any]) -> Any:
        from transformers import AutoConfig

        inner = copy.deepcopy({**self.beside, **changed})
        return AutoConfig.for_model(self.model_type, **({self.part: inner} if self.part else inner))

    def _model(self, config: Any, **asked: Any) -> Any:
        import torch
        import transformers
        from transformers import initialization

        with torch.device("meta"), initialization.no_init_weights():
            return getattr(transformers, self.auto_class).from_config(config, **asked)

    def _part_of(self, config: Any) -> Any:
        return getattr(config, self.part) if self.part else config

    def _reads_back(self, config: Any, changed: Mapping[str, Any]) -> bool:
        part = self._part_of(config)
        return all(_holds(read(part, name), value) for name, value in changed.items())


def read(config: Any, name: str) -> Any:
    """A config's field; where each layer has its own, the one value of all, else all of them."""
    if name in (getattr(config, "per_layer_attributes", None) or ()):
        values = [getattr(layer, name, None) for layer in config.per_layer_config]
        return values[0] if all(value == values[0] for value in values) else values
    return getattr(config, name, None)


def plain(value: Any) -> Any:
    """A value as JSON has it: a tuple is its list, a config its fields, a dtype its name."""
    return json.loads(json.dumps(value, default=_as_json))


def _as_json(value: Any) -> Any:
    return value.to_dict() if hasattr(value, "to_dict") else str(value)


def _holds(got: Any, asked: Any) -> bool:
    """Whether what was asked is there, in a mapping beside what was not."""
    got = plain(got)
    if isinstance(asked, Mapping) and isinstance(got, Mapping):
        return all(key in got and _holds(got[key], value) for key, value in asked.items())
    return bool(got == plain(asked))


def words_of(class_name: str) -> list[str]:
    """Short words that the source of a model class and of its config compare values with."""
    import transformers

    module = getattr(transformers, class_name).__module__
    names = (module, module.replace(".modeling_", ".configuration_"))
    found = {word for name in names if name in sys.modules for word in _words_in(name)}
    return sorted(found)[:_MOST]


_MOST = 60


def _words_in(module: str) -> Iterator[str]:
    for node in ast.walk(ast.parse(inspect.getsource(sys.modules[module]))):
        compared = isinstance(node, ast.Compare)
        inside = ast.walk(node) if compared else node.keys if isinstance(node, ast.Dict) else ()
        for part in inside:
            word = part.value if isinstance(part, ast.Constant) else None
            if isinstance(word, str) and re.fullmatch(r"[\w\-+.]{1,30}", word):
                yield word


def fields_read(class_name: str) -> set[str]:
    """Config fields that the source of a model class itself names."""
    import transformers

    return set(re.findall(r"config\.(\w+)", inspect.getsource(getattr(transformers, class_name))))
