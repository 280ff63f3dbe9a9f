"""The catalogue, built from the installed transformers. Imports transformers."""

from __future__ import annotations

import importlib
import multiprocessing
import warnings
from collections import defaultdict
from collections.abc import Iterator, Mapping
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager, redirect_stdout
from dataclasses import dataclass, field
from functools import cache
from io import StringIO
from typing import Any

from yaie.facts import config_classes, model_classes, releases
from yaie.facts.architecture import ArchitectureFacts, ClassFacts, aliases
from yaie.facts.catalogue_file import Head, pack
from yaie.facts.declared import config_base
from yaie.facts.task_order import task_rank
from yaie.spec.task import task_name

PROCESSORS = {
    "tokenizer": ("tokenization_auto", "TOKENIZER_MAPPING_NAMES"),
    "image": ("image_processing_auto", "IMAGE_PROCESSOR_MAPPING_NAMES"),
    "feature": ("feature_extraction_auto", "FEATURE_EXTRACTOR_MAPPING_NAMES"),
    "video": ("video_processing_auto", "VIDEO_PROCESSOR_MAPPING_NAMES"),
    "processor": ("processing_auto", "PROCESSOR_MAPPING_NAMES"),
}
TEXT_TASKS = frozenset({"causal-lm", "masked-lm", "seq2seq-lm"})


def build(processes: int = 1) -> bytes:
    """The whole catalogue, packed; takes some five minutes of one processor."""
    with _silence():
        builder = Builder()
        return pack(builder.head(), builder.owners(), _architectures(builder, processes))


def build_architecture(model_type: str) -> ArchitectureFacts:
    """One architecture's facts."""
    with _silence():
        return Builder().architecture(model_type)


def _architectures(builder: Builder, processes: int) -> list[ArchitectureFacts]:
    if processes == 1:
        return [builder.architecture(name) for name in builder.names]
    # A fresh interpreter each: torch's threads do not survive a fork.
    fresh = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(processes, mp_context=fresh) as pool:
        return list(pool.map(_architecture_there, builder.names, chunksize=20))


def _architecture_there(name: str) -> ArchitectureFacts:
    """One architecture's facts, in another process."""
    with _silence():
        return _process_builder().architecture(name)


@cache
def _process_builder() -> Builder:
    return Builder()


@dataclass(slots=True)
class Builder:
    """Reads classes, each model class once."""

    registered: dict[str, Any] = field(default_factory=config_classes.registered_classes)
    nameless: dict[str, Any] = field(init=False)
    tasks: dict[str, Any] = field(init=False)
    """Task name → AutoModel class."""
    _processors: dict[str, Any] = field(init=False)
    _classes: dict[tuple[Any, Any], ClassFacts] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.nameless = config_classes.nameless_classes(self.registered)
        self.tasks = {task_name(n): auto for n, auto in model_classes.auto_classes().items()}
        self._processors = {kind: _mapping(*where) for kind, where in PROCESSORS.items()}

    @property
    def names(self) -> tuple[str, ...]:
        return (*self.registered, *self.nameless)

    def head(self) -> Head:
        import transformers

        return Head(
            version=transformers.__version__,
            tasks={task: auto.__name__ for task, auto in self.tasks.items()},
            model_types=tuple(self.registered),
            fields=config_classes.fields_of(config_base()),
            properties=config_classes.properties_of(config_base()),
            quantization=releases.quantization_methods(),
        )

    def architecture(self, name: str) -> ArchitectureFacts:
        cls = self.registered.get(name) or self.nameless[name]
        classes = dict(self._default_classes(cls))
        fields = config_classes.fields_of(cls)
        return ArchitectureFacts(
            model_type=name,
            config_class=cls.__name__,
            fields=fields,
            attribute_map=dict(sorted(aliases(cls.attribute_map, fields).items())),
            properties=config_classes.properties_of(cls),
            sub_configs=config_classes.sub_configs_of(cls, self.registered),
            open_sub_configs=config_classes.open_sub_configs_of(cls),
            classes=classes,
            processors=self._processors_of(name, classes),
        )

    def _processors_of(self, name: str, classes: Mapping[str, ClassFacts]) -> tuple[str, ...]:
        """Kinds whose mapping has the model_type.

        Text models with a tokenizer.json alone are in none: AutoTokenizer takes them as they are.
        """
        kinds = tuple(kind for kind, known in self._processors.items() if name in known)
        return kinds or (("tokenizer",) if TEXT_TASKS & classes.keys() else ())

    def owners(self) -> dict[str, tuple[str, str]]:
        """Model class → the (model_type, task) it is first of all for."""
        found: dict[str, list[tuple[bool, tuple[int, str], str]]] = defaultdict(list)
        for model_type, config_class in self.registered.items():
            for task, auto in self.tasks.items():
                for cls in model_classes.model_classes(auto, config_class):
                    foreign = (
                        vars(cls).get("config_class", config_class) is not config_class
                        or config_class.model_type != model_type
                    )
                    found[cls.__name__].append((foreign, task_rank(task), model_type))
        best = {name: min(places) for name, places in sorted(found.items())}
        return {name: (model_type, rank[1]) for name, (_, rank, model_type) in best.items()}

    def _default_classes(self, config_class: Any) -> Iterator[tuple[str, ClassFacts]]:
        for task, auto in self.tasks.items():
            for cls in model_classes.model_classes(auto, config_class)[:1]:
                key = (cls, config_class)
                if key not in self._classes:
                    self._classes[key] = model_classes.class_facts(cls, auto, config_class)
                yield task, self._classes[key]


def _mapping(module: str, name: str) -> Any:
    return getattr(importlib.import_module(f"transformers.models.auto.{module}"), name)


@contextmanager
def _silence() -> Iterator[None]:
    """Keeps what 800 default configs log, print and warn about off the terminal."""
    from transformers.utils import logging

    level = logging.get_verbosity()
    logging.set_verbosity(logging.CRITICAL)
    try:
        with warnings.catch_warnings(action="ignore"), redirect_stdout(StringIO()):
            yield
    finally:
        logging.set_verbosity(level)
