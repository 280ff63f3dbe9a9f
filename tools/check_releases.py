"""Runs what yaie says for other releases of transformers in their own environments.

    python tools/check_releases.py [--transformers VERSION ...] [--cells N] [--seed N]

First the programs of recipes: each has to give the model that the recipe gives with the installed
release. Then random cells of architecture × task × attention: each has to be built there, or not,
as `check --transformers` says. Exits with 1 where any is not so.
"""

from __future__ import annotations

import argparse
import json
import random
import subprocess
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tools.releases import environment, interpreter
from yaie.errors import YaieError, errors_of
from yaie.facts.catalogue import catalogue
from yaie.facts.gather import gather
from yaie.facts.hosts import CPU
from yaie.facts.setting import Setting, named
from yaie.facts.shipped import shipped_releases
from yaie.planning.preflight import check, plan
from yaie.planning.python import program
from yaie.planning.resolve import resolve
from yaie.planning.translation import translated
from yaie.spec.compose import compose
from yaie.spec.load_spec import Composition

WORKER = Path(__file__).parent / "release_worker.py"
NEAR = 0.05
"""How far logits may lie apart: the same numbers, by the kernels of another release."""
ATTENTION = ("eager", "sdpa", "flex_attention")
"""Kinds that need no package."""
_SMALL = ("num_hidden_layers=2", "hidden_size=64", "intermediate_size=128", "vocab_size=256")
SMALL = tuple(f"model.config.{field}" for field in (*_SMALL, "num_attention_heads=4"))
_META = ("model=architecture", "weights=meta")
_MADE = ("model=architecture", "weights=random", "device=cpu")
RECIPES: tuple[tuple[str, ...], ...] = (
    ("device=cpu",),
    ("device=auto",),
    ("device=none", "precision=fp32"),
    ("device=cpu", "precision=fp16"),
    ("device=cpu", "precision=bf16", "model.use_safetensors=true"),
    ("device=cpu", "attention=eager"),
    ("device=cpu", "attention=sdpa", "weights.mode=train"),
    ("device=cpu", "task=base", "precision=fp32"),
    ("device=cpu", "task=sequence-classification", "task.num_labels=5"),
    ("device=cpu", "model.config.attention_dropout=0.1", "precision=fp32"),
    ("device=cpu", "model.config.rope_parameters.rope_theta=50000.0", "precision=fp32"),
    (
        "device=cpu",
        "model.config.rope_parameters={rope_type:linear,factor:2.0}",
        "precision=fp32",
    ),
    ("device=cpu", "quantization=bnb_4bit", "precision=bf16"),
    ("device=cpu", "quantization=bnb_8bit", "precision=bf16"),
    ("device=cpu", "processor.padding_side=right"),
    ("weights=meta",),
    (*_MADE, "model.architecture=llama", "task=causal-lm", "precision=bf16", *SMALL),
    (*_MADE, "model.architecture=bert", "task=masked-lm", "precision=fp16", *SMALL),
    (*_MADE, "model.architecture=gpt_neox", "task=causal-lm", *SMALL, "precision=fp32"),
    ("model=llama3", "weights=meta"),
    ("model=qwen2-vl", "weights=meta"),
    ("model=gemma3", "weights=meta"),
    ("model=phi", "weights=meta"),
    ("model=whisper", "weights=meta"),
    ("model=llava", "weights=meta"),
    (*_META, "model.architecture=video_llava", "task=image-text-to-text"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """One load, with what was said of it and its program."""

    words: tuple[str, ...]
    allowed: bool
    program: str


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    others = [release for release in shipped_releases() if release != catalogue().version]
    parser.add_argument("--transformers", nargs="*", default=others, metavar="VERSION")
    parser.add_argument("--cells", type=int, default=60, help="random cells of each release")
    parser.add_argument("--seed", type=int, default=random.randrange(10**6))
    args = parser.parse_args()
    print(f"seed {args.seed}")
    today = _run(Path(sys.executable), [_case(words, named()) for words in RECIPES])
    wrong = 0
    for release in args.transformers:
        wrong += _check_recipes(named(transformers=release), today)
        # For a machine by its name the packages that are missing here are no errors.
        there = named(CPU, release)
        wrong += _check_cells(there, list(_cells(there, args.cells, random.Random(args.seed))))
    return int(wrong > 0)


def _check_recipes(there: Setting, today: Sequence[dict[str, Any]]) -> int:
    """How many programs gave another model than with the installed release."""
    cases = [_case(words, there) for words in RECIPES]
    seen = _run(interpreter(there.catalogue.version), cases)
    found = [_differences(was, now) for was, now in zip(today, seen, strict=True)]
    bad = [(case, why) for case, why in zip(cases, found, strict=True) if why]
    print(f"{there.catalogue.version}: {len(cases) - len(bad)} of {len(cases)} programs agree")
    for case, why in bad:
        print(f"  {' '.join(case.words)}: {'; '.join(why)}")
    return len(bad)


def _differences(today: dict[str, Any], there: dict[str, Any]) -> list[str]:
    if "error" in there or "error" in today:
        return [f"{there.get('error', 'made')} (today: {today.get('error', 'made')})"]
    exact = [key for key in today if key != "logits" and today[key] != there[key]]
    said = [f"{key} is {there[key]} (today: {today[key]})" for key in exact]
    pairs = zip(today["logits"] or (), there["logits"] or (), strict=False)
    apart = max((abs(one - other) for one, other in pairs), default=0.0)
    return [*said, *([f"logits are {apart:.3g} apart"] if apart > NEAR else [])]


def _check_cells(there: Setting, cells: Sequence[tuple[str, ...]]) -> int:
    """How many cells are built, or not, against what is said of them."""
    cases = [_case(words, there) for words in cells]
    seen = _run(interpreter(there.catalogue.version), cases)
    bad = [
        (case, made)
        for case, made in zip(cases, seen, strict=True)
        if case.allowed != _is_built(case, made)
    ]
    allowed = sum(case.allowed for case in cases)
    print(
        f"{there.catalogue.version}: {len(cases) - len(bad)} of {len(cases)} cells agree,"
        f" {allowed} of them allowed"
    )
    for case, made in bad:
        print(f"  {'allowed' if case.allowed else 'refused'}: {' '.join(case.words)}: {made}")
    return len(bad)


def _is_built(case: Case, made: dict[str, Any]) -> bool:
    asked = next(word.partition("=")[2] for word in case.words if word.startswith("attention="))
    return "error" not in made and made["attention"] == asked


def _cells(there: Setting, number: int, draw: random.Random) -> Iterator[tuple[str, ...]]:
    known = there.catalogue
    for model_type in draw.choices(known.model_types, k=number):
        facts = known.architecture(model_type)
        classes = facts.classes if facts else {}
        tasks = [task for task, model in classes.items() if not model.unseen_without]
        if not tasks:
            continue
        task, kind = draw.choice(tasks), draw.choice(ATTENTION)
        yield (
            "model=architecture",
            f"model.architecture={model_type}",
            f"task={task}",
            f"attention={kind}",
            "weights=meta",
        )


def _case(words: tuple[str, ...], setting: Setting) -> Case:
    composition = compose(None, words)
    try:
        allowed = not errors_of(check(composition, setting))
    except YaieError:
        allowed = False
    return Case(words=words, allowed=allowed, program=_program(composition, setting, allowed))


def _program(composition: Composition, setting: Setting, allowed: bool) -> str:
    """The program; of what is refused, the one that the rules keep from being made."""
    if allowed:
        return program(plan(composition, setting=setting))
    there = translated(composition.spec, gather(composition.spec, setting))
    return program(resolve(there.spec, there.facts))


def _run(python: Path, cases: Sequence[Case]) -> list[dict[str, Any]]:
    """What each program made, run one after the other in one interpreter."""
    lines = "".join(json.dumps(case.program) + "\n" for case in cases)
    command = [str(python), str(WORKER)]
    done = subprocess.run(
        command,
        input=lines,
        env=environment(),
        stdout=subprocess.PIPE,
        # Progress and warnings of three releases, which nobody reads.
        stderr=subprocess.DEVNULL,
        text=True,
        check=True,
    )
    return [json.loads(line) for line in done.stdout.splitlines()]


if __name__ == "__main__":
    raise SystemExit(main())
