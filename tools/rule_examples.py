"""Examples of the rules: words at which each speaks up, run as `yaie check` runs them.

`docs/rules/GROUP.yaml` holds one a rule, by its name, or the words alone:

    words     what follows `yaie check`
    transformers  the release of `--transformers`; the one that yaie is tested with
    host      the machine of `--host`; one without an accelerator where it does not matter
    packages  those installed besides the ones of constraints.txt; null: not installed
    files     path → content: a mapping is written as JSON, as the tensors of a `.safetensors`
              (name → `F32 2x3`), or as the texts of a `.gguf`; null: not written
    model     a checkpoint of `checkpoints.yaml` that `./model` is, before `files` change it
    given     what the reader is told of the files
    config_dir  the folder of `--config-dir`
    context   the tokens of `--context`
    upstream  what transformers does without it, where no docstring says so
"""

from __future__ import annotations

import contextlib
import json
import math
import os
import shlex
import struct
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from inspect import isgeneratorfunction, signature
from pathlib import Path
from typing import Any

import yaml

from yaie.errors import Fault, InputError, Problem
from yaie.facts.adapter_match import AdapterMatch
from yaie.facts.gather import gather
from yaie.facts.hosts import CPU
from yaie.facts.memory import MemoryFacts, Use
from yaie.facts.parameters import ParameterFacts
from yaie.facts.setting import Setting, named
from yaie.facts.shipped import INSTALLED
from yaie.facts.tokens import tokens_of
from yaie.planning.adapters import adapter_match
from yaie.planning.inquiry import inquire
from yaie.planning.parameters import parameters_of
from yaie.planning.preflight import check, uncomposed
from yaie.rules import adapter_keys, keys, memory, new_layers, parameters, tokens
from yaie.rules.judge import Rule, rules_of
from yaie.spec.adapter import Peft
from yaie.spec.compose import compose
from yaie.spec.load_spec import Composition, LoadSpec

ROOT = Path(__file__).parent.parent
EXAMPLES = ROOT / "docs" / "rules"
CHECKPOINTS = "checkpoints"
COMPOSING = "composing"
"""Examples of what composing says, each by a sentence."""
KEYS = "keys"
"""Examples of the rules that compare a checkpoint's weights with the model."""
MEMORY = "memory"
"""Examples of the rules of the room that a model finds."""
ADAPTER_KEYS = "adapter_keys"
"""Examples of the rules that compare an adapter's weights with the model."""
PARAMETERS = "parameters"
"""Examples of the rules of parameters that are named."""
_BITS = {"F32": 32, "F16": 16, "BF16": 16, "F8_E4M3": 8, "U8": 8, "I32": 32}


@dataclass(frozen=True, slots=True, kw_only=True)
class Example:
    """Words, and where they are said."""

    words: tuple[str, ...]
    transformers: str | None = None
    host: str | None = None
    packages: Mapping[str, str | None] = field(default_factory=dict)
    files: Mapping[str, Any] = field(default_factory=dict)
    given: str = ""
    config_dir: str | None = None
    context: int | None = None
    upstream: str | None = None


def examples() -> dict[str, Example]:
    """Rule → example, of all groups."""
    others = (ADAPTER_KEYS, CHECKPOINTS, COMPOSING, KEYS, MEMORY, PARAMETERS)
    files = [f for f in sorted(EXAMPLES.glob("*.yaml")) if f.stem not in others]
    return {name: example for file in files for name, example in _rows(file).items()}


def composing_examples() -> dict[str, Example]:
    """What must hold of words → words of which it does not."""
    return _rows(EXAMPLES / f"{COMPOSING}.yaml")


def key_examples() -> dict[str, Example]:
    """Rule of a checkpoint's weights → example."""
    return _rows(EXAMPLES / f"{KEYS}.yaml")


def key_rules() -> dict[str, Callable[..., Iterator[Problem]]]:
    """The rules that compare a checkpoint's weights, and its tokens, with the model."""
    found = (*rules_of(keys), *rules_of(new_layers), *rules_of(tokens))
    return {r.__name__: r for r in found if isgeneratorfunction(r) and r.__name__ != "judge_keys"}


def memory_examples() -> dict[str, Example]:
    """Rule of a model's memory → example."""
    return _rows(EXAMPLES / f"{MEMORY}.yaml")


def memory_rules() -> dict[str, Callable[[LoadSpec, MemoryFacts], Iterator[Problem]]]:
    """The rules that compare a model with the room it finds."""
    found: list[Callable[..., Iterator[Problem]]] = [*rules_of(memory)]
    return {r.__name__: r for r in found if r.__name__ != "judge_memory"}


def parameter_examples() -> dict[str, Example]:
    """Rule of parameters that are named → example."""
    return _rows(EXAMPLES / f"{PARAMETERS}.yaml")


def parameter_rules() -> dict[str, Callable[[LoadSpec, ParameterFacts], Iterator[Problem]]]:
    """The rules of parameters that are named."""
    found: list[Callable[..., Iterator[Problem]]] = [*rules_of(parameters)]
    named = {rule.__name__: rule for rule in found if isgeneratorfunction(rule)}
    return {name: rule for name, rule in named.items() if name != "judge_parameters"}


def adapter_examples() -> dict[str, Example]:
    """Rule of an adapter's weights → example."""
    return _rows(EXAMPLES / f"{ADAPTER_KEYS}.yaml")


def adapter_rules() -> dict[str, Callable[[LoadSpec, AdapterMatch], Iterator[Problem]]]:
    """The rules that compare an adapter's weights with the model."""
    found: list[Callable[..., Iterator[Problem]]] = [*rules_of(adapter_keys)]
    return {r.__name__: r for r in found if r.__name__ != "judge_adapter"}


def _rows(file: Path) -> dict[str, Example]:
    return {name: _example(row) for name, row in yaml.safe_load(file.read_text("utf-8")).items()}


def _example(row: Any) -> Example:
    row = {"words": row} if isinstance(row, str) else dict(row)
    model = row.pop("model", None)
    files = {f"model/{name}": held for name, held in _checkpoint(model).items()} if model else {}
    files |= row.pop("files", {})
    return Example(**row | {"words": tuple(shlex.split(row["words"])), "files": files})


def _checkpoint(name: str) -> Mapping[str, Any]:
    text = (EXAMPLES / f"{CHECKPOINTS}.yaml").read_text("utf-8")
    found: Mapping[str, Any] = yaml.safe_load(text)[name]
    return found


def problems_of(rule: Rule, example: Example) -> tuple[Problem, ...]:
    """What the rule says of its example, as `yaie check` shows it."""
    with _folder(example):
        composition, setting = _composed(example), _setting(example)
        own = {(p.path, p.message) for p in _said(rule, composition, setting)}
        return tuple(p for p in check(composition, setting) if (p.path, p.message) in own)


def messages_with(example: Example, typed: Sequence[str], problem: Problem) -> set[str]:
    """What is said of an example once words are typed besides, or in place of what a problem
    blames."""
    blamed = (problem.origin or "").removeprefix("override ")
    words = [w for w in example.words if w != blamed or problem.fault is not Fault.INPUT]
    with _folder(example):
        recipe, _, folder = _parted(example)
        composition = compose(recipe, [*words, *typed][1 if recipe else 0 :], folder)
        return {p.message for p in check(composition, _setting(example))}


def raw_problems_of(rule: Rule, example: Example) -> tuple[Problem, ...]:
    """The same with the hints as the rule proposes them, untried."""
    with _folder(example):
        return _said(rule, _composed(example), _setting(example))


def _composed(example: Example) -> Composition:
    return compose(*_parted(example))


def _said(rule: Rule, composition: Composition, setting: Setting) -> tuple[Problem, ...]:
    return tuple(rule(composition.spec, gather(composition.spec, setting)))


def problems_of_keys(name: str, example: Example) -> tuple[Problem, ...]:
    """What a rule of weights says of its example, as `yaie check --checkpoint` shows it."""
    with _folder(example):
        composition = _composed(example)
        found = inquire(composition, _setting(example))
        assert found.keys is not None
        assert found.facts.checkpoint is not None
        true = (found.keys, tokens_of(found.facts.checkpoint, ""))
        rule = key_rules()[name]
        said = rule(composition.spec, *true[: len(signature(rule).parameters) - 1])
        own = {(p.path, p.message) for p in said}
        return tuple(p for p in found.problems if (p.path, p.message) in own)


def problems_of_memory(name: str, example: Example) -> tuple[Problem, ...]:
    """What a rule of memory says of its example, as `yaie plan` shows it."""
    with _folder(example):
        composition = _composed(example)
        use = Use(context=example.context) if example.context else None
        found = inquire(composition, _setting(example), use)
        assert found.memory is not None, found.problems
        said = memory_rules()[name](composition.spec, found.memory)
        own = {(p.path, p.message) for p in said}
        return tuple(p for p in found.problems if (p.path, p.message) in own)


def problems_of_parameters(name: str, example: Example) -> tuple[Problem, ...]:
    """What a rule of parameters says of its example, as `yaie check --checkpoint` shows it."""
    with _folder(example):
        composition = _composed(example)
        found = inquire(composition, _setting(example))
        known = parameters_of(composition.spec, found.facts)
        own = {(p.path, p.message) for p in parameter_rules()[name](composition.spec, known)}
        return tuple(p for p in found.problems if (p.path, p.message) in own)


def problems_of_adapter(name: str, example: Example) -> tuple[Problem, ...]:
    """What a rule of an adapter's weights says of its example, as `check --checkpoint` does."""
    with _folder(example):
        composition = _composed(example)
        found = inquire(composition, _setting(example))
        spec = composition.spec
        assert isinstance(spec.adapter, Peft)
        match = adapter_match(spec, spec.adapter, found.facts)
        own = {(p.path, p.message) for p in adapter_rules()[name](spec, match)}
        return tuple(p for p in found.problems if (p.path, p.message) in own)


def problems_of_words(example: Example) -> tuple[Problem, ...]:
    """What is said of an example that does not compose, as `yaie check` shows it."""
    with _folder(example):
        return uncomposed(_refusal(example), *_parted(example), _setting(example))


def raw_problems_of_words(example: Example) -> tuple[Problem, ...]:
    """The same with the hints untried."""
    with _folder(example):
        return _refusal(example).problems


def _refusal(example: Example) -> InputError:
    try:
        _composed(example)
    except InputError as error:
        return error
    raise AssertionError(f"{shlex.join(example.words)} composes")


def _parted(example: Example) -> tuple[Path | None, tuple[str, ...], Path | None]:
    """The recipe, the overrides and the folder of options."""
    first = next(iter(example.words), "")
    recipe = Path(first) if first.endswith(".yaml") else None
    folder = Path(example.config_dir) if example.config_dir else None
    return recipe, example.words[1:] if recipe else example.words, folder


def _setting(example: Example) -> Setting:
    """The machine, with the packages that yaie is tested with and those of the example."""
    setting = named(example.host or CPU, example.transformers or INSTALLED)
    here = _pinned() | dict(example.packages)
    packages = {name: version for name, version in here.items() if version is not None}
    known = bool(example.packages)
    host = replace(setting.host, packages=packages, packages_known=known)
    return replace(setting, host=host)


def _pinned() -> dict[str, str | None]:
    lines = (ROOT / "constraints.txt").read_text("utf-8").splitlines()
    pins = (line.split("==") for line in lines if not line.startswith("#"))
    return {name.lower().replace("_", "-"): version for name, version in pins}


@contextlib.contextmanager
def _folder(example: Example) -> Iterator[None]:
    """A folder with the example's files, in which the words are said, and an empty hub cache."""
    before = {name: os.environ.get(name) for name in ("HF_HOME", "HF_HUB_CACHE")}
    with tempfile.TemporaryDirectory() as name, contextlib.chdir(name):
        os.environ |= {"HF_HOME": f"{name}/.home", "HF_HUB_CACHE": f"{name}/.home/hub"}
        for path, content in example.files.items():
            _write(Path(path), content)
        try:
            yield
        finally:
            for variable, value in before.items():
                os.environ.pop(variable)
                os.environ |= {variable: value} if value is not None else {}


def _write(path: Path, content: Any) -> None:
    if content is None:
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    if path.suffix in _WRITERS and isinstance(content, dict):
        path.write_bytes(_WRITERS[path.suffix](content))
    else:
        path.write_text(content if isinstance(content, str) else json.dumps(content), "utf-8")


def _tensors(shapes: Mapping[str, str]) -> bytes:
    """A safetensors file of zeros."""
    header, end = {}, 0
    for name, (dtype, shape) in ((n, said.split()) for n, said in shapes.items()):
        sizes = [int(size) for size in shape.split("x")]
        start, end = end, end + math.prod(sizes) * _BITS[dtype] // 8
        header[name] = {"dtype": dtype, "shape": sizes, "data_offsets": [start, end]}
    text = json.dumps(header).encode()
    return len(text).to_bytes(8, "little") + text + bytes(end)


def _gguf(texts: Mapping[str, str]) -> bytes:
    """A GGUF file of texts, without tensors."""
    counted = [_counted(key) + struct.pack("<I", _TEXT) + _counted(t) for key, t in texts.items()]
    return b"GGUF" + struct.pack("<IQQ", 3, 0, len(texts)) + b"".join(counted)


_TEXT = 8
"""GGUF's number for the type of a text."""


def _counted(text: str) -> bytes:
    return struct.pack("<Q", len(text.encode())) + text.encode()


_WRITERS = {".safetensors": _tensors, ".gguf": _gguf}
