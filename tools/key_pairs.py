"""Checkpoints of each head of an architecture loaded into each other head, foreseen and real.

`python tools/key_pairs.py bert llama` prints each pair that is foreseen otherwise than
`from_pretrained` reports it, or that is refused though nothing is wrong with it. Without names it
takes all of FAMILIES. Imports transformers.
"""

from __future__ import annotations

import sys
import tempfile
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from tools.oracle.checkpoints import tiny_config
from yaie.errors import Problem, errors_of
from yaie.facts import stand_in
from yaie.facts.catalogue import catalogue
from yaie.facts.facts import Facts
from yaie.facts.gather import gather, gather_around
from yaie.facts.keys import KeyFacts
from yaie.planning.rehearsal import rehearse
from yaie.planning.resolve import resolve
from yaie.planning.upstream import quieted
from yaie.rules.judge import judge
from yaie.spec.load_spec import LoadSpec

FAMILIES = (
    "albert bart bert blip blip-2 bloom camembert clip codegen cohere convnext deberta "
    "deberta-v2 deepseek_v3 deit detr dinov2 distilbert electra falcon funnel gemma gemma2 "
    "gemma3 gpt2 gpt_neo gpt_neox gpt_oss granite hubert idefics3 layoutlm llama llava "
    "longformer m2m_100 mamba marian mbart mistral mixtral mobilebert modernbert mpnet mpt mt5 "
    "olmo2 opt pegasus phi phi3 qwen2 qwen2_moe qwen2_vl qwen3 qwen3_moe rembert resnet roberta "
    "segformer siglip smollm3 squeezebert swin t5 unispeech vilt vit vit_mae wav2vec2 wavlm "
    "whisper xlm-roberta xlnet yolos"
)
SPEECH = {
    "hidden_size": 32,
    "num_hidden_layers": 2,
    "num_attention_heads": 4,
    "intermediate_size": 64,
    "conv_dim": (32,) * 7,
    "num_conv_pos_embeddings": 16,
    "num_conv_pos_embedding_groups": 4,
    "codevector_dim": 32,
    "proj_codevector_dim": 32,
}
STAGES = {"hidden_sizes": [8, 16, 32, 64], "depths": [1, 1, 1, 1]}
SIZES: Mapping[str, Mapping[str, Any]] = {
    **dict.fromkeys(("hubert", "unispeech", "wav2vec2", "wavlm"), SPEECH),
    "convnext": STAGES,
    "gpt_neo": {
        "hidden_size": 32,
        "num_layers": 2,
        "num_heads": 4,
        "attention_types": [[["global", "local"], 1]],
        "vocab_size": 128,
    },
    "resnet": {**STAGES, "embedding_size": 8},
}
"""Fields of architectures that the common recipes of sizes do not make small."""
REPORTED = ("missing_keys", "unexpected_keys", "mismatched_keys")


@dataclass(frozen=True, slots=True, kw_only=True)
class Pair:
    """A checkpoint of one class that is loaded into another."""

    architecture: str
    saved: str
    """Task of the class that the checkpoint was saved from."""
    loaded: str
    foreseen: Mapping[str, frozenset[str]] | None
    """None where only the load itself can tell."""
    reported: Mapping[str, frozenset[str]]
    problems: tuple[Problem, ...]

    @property
    def exact(self) -> bool:
        return self.foreseen == self.reported

    @property
    def false_alarm(self) -> bool:
        """Refused, though from_pretrained loads it: other shapes it refuses itself."""
        return bool(errors_of(self.problems)) and not self.reported["mismatched_keys"]

    @property
    def missed(self) -> bool:
        """Allowed, though from_pretrained refuses it for its shapes."""
        return not errors_of(self.problems) and bool(self.reported["mismatched_keys"])


def pairs(architecture: str) -> Iterator[Pair]:
    """Every head of an architecture that a tiny model can be made with, into every other."""
    tasks = _tasks(architecture)
    for saved, auto in tasks.items():
        with tempfile.TemporaryDirectory() as made:
            folder = Path(made) / "checkpoint"
            if not _save(architecture, auto, folder):
                continue
            for loaded in tasks:
                if pair := foreseen_and_reported(architecture, folder, saved, loaded):
                    yield pair


def _tasks(architecture: str) -> dict[str, Any]:
    """Task → Auto class, for the first task of each class."""
    import transformers

    known = catalogue()
    facts = known.architecture(architecture)
    first: dict[str, str] = {}
    for task, of_class in facts.classes.items() if facts else ():
        first.setdefault(of_class.name, task)
    return {task: getattr(transformers, known.tasks[task]) for task in first.values()}


def _save(architecture: str, auto: Any, folder: Path) -> bool:
    import torch
    from transformers import AutoConfig

    sizes = SIZES.get(architecture)
    config = (
        AutoConfig.for_model(architecture, **sizes) if sizes else tiny_config(architecture, auto)
    )
    if config is None:
        return False
    torch.manual_seed(0)
    with quieted():
        auto.from_config(config).save_pretrained(folder)
    return True


def foreseen_and_reported(architecture: str, folder: Path, saved: str, loaded: str) -> Pair | None:
    """A checkpoint loaded for a task, before and after; None where transformers loads no such."""
    spec = LoadSpec.model_validate(
        {
            "model": {"id": str(folder)},
            "task": {"name": loaded},
            "processor": {"kind": "none"},
            "device": {"kind": "single", "device": "cpu"},
        }
    )
    facts = gather(spec)
    reported = _reported(facts, loaded, folder)
    if reported is None:
        return None
    keys, problems = _foreseen(spec, facts)
    return Pair(
        architecture=architecture,
        saved=saved,
        loaded=loaded,
        foreseen=_sets(keys) if keys else None,
        reported=reported,
        problems=problems,
    )


def _foreseen(spec: LoadSpec, facts: Facts) -> tuple[KeyFacts | None, tuple[Problem, ...]]:
    """By headers alone, as for a checkpoint on the hub."""
    held = facts.checkpoint
    if held is None or held.tensors is None:
        return None, ()
    with tempfile.TemporaryDirectory() as made:
        stand_in.write(Path(made), held.folder, held.tensors)
        known = gather_around(spec, replace(held, commit="0" * 40, stand_in=Path(made)))
        ruled = judge(spec, known)
        if errors_of(ruled):
            return None, ruled
        rehearsal = rehearse(resolve(spec, known), known)
    return rehearsal.keys, (*ruled, *rehearsal.problems)


def _sets(keys: KeyFacts) -> dict[str, frozenset[str]]:
    names = (keys.missing, keys.unexpected, (m.name for m in keys.mismatched))
    return dict(zip(REPORTED, map(frozenset, names), strict=True))


def _reported(facts: Facts, task: str, folder: Path) -> dict[str, frozenset[str]] | None:
    """What from_pretrained says on the CPU; None where it loads no such model."""
    import transformers

    auto = getattr(transformers, facts.tasks[task])
    try:
        with quieted():
            _, info = auto.from_pretrained(
                folder, output_loading_info=True, ignore_mismatched_sizes=True
            )
    except Exception:
        # Heads that another head's config does not hold the sizes of.
        return None
    names = [
        info["missing_keys"],
        info["unexpected_keys"],
        [n for n, *_ in info["mismatched_keys"]],
    ]
    return dict(zip(REPORTED, map(frozenset, names), strict=True))


def main(names: Iterable[str]) -> int:
    """Prints what is wrong, and how many pairs were asked."""
    found: Counter[str] = Counter()
    for architecture in names:
        of_this: Counter[str] = Counter()
        for pair in pairs(architecture):
            of_this["pairs"] += 1
            where = f"{pair.architecture}: {pair.saved} → {pair.loaded}"
            if not pair.exact:
                of_this["foreseen otherwise"] += 1
                print(f"{where}: foreseen {pair.foreseen}, reported {pair.reported}")
            of_this["false alarms"] += pair.false_alarm
            of_this["missed"] += pair.missed
            of_this["refused"] += bool(errors_of(pair.problems))
            if pair.false_alarm or pair.missed:
                print(f"{where}: {errors_of(pair.problems) or 'missed'}")
        print(architecture, dict(of_this), flush=True)
        found += of_this
    print("in all", dict(found))
    return int(found["foreseen otherwise"] + found["false alarms"] + found["missed"] > 0)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:] or FAMILIES.split()))
