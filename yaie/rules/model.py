"""Group `model`: is there something to load, and is it what it was said to be?"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from pathlib import PurePosixPath
from typing import Any

from yaie.errors import Problem
from yaie.facts.facts import Facts
from yaie.rules.packages import lacking
from yaie.rules.problems import absent, refused, said, wrong
from yaie.rules.reading import (
    DTYPE_NAMES,
    is_local,
    older,
    own_config,
    own_name,
    reads_weights,
    subject,
)
from yaie.spec.load_spec import LoadSpec
from yaie.spec.wording import nearest, quoted

GGUF_MINIMUM = "0.10.0"
"""transformers.utils.import_utils.GGUF_MIN_VERSION"""
SAFE_UNPICKLING = "2.10"
"""torch.load(weights_only=True) runs code below it: CVE-2025-32434 (2.6), CVE-2026-24747."""


def something_is_named(spec: LoadSpec, facts: Facts) -> Iterator[Problem]:
    """A load needs an id, or an architecture to build.

    Upstream: from_pretrained without an id is a TypeError.
    """
    if spec.model.id is None and spec.model.architecture is None:
        yield wrong(
            "model",
            "neither `model.id` nor `model.architecture` says what to load",
            "`model=tiny`, or `model=org/name`",
        )


def architecture_is_known(spec: LoadSpec, facts: Facts) -> Iterator[Problem]:
    """`model.architecture` is a model_type of the installed transformers.

    Upstream: `AutoConfig.for_model` raises a ValueError that lists every model_type, and names none
    as meant.
    """
    asked = spec.model.architecture
    if asked is None or asked in facts.model_types or spec.model.trust_remote_code:
        return
    near = nearest(asked, facts.model_types)
    yield wrong(
        "model.architecture",
        f"transformers {facts.transformers} has no architecture `{asked}` among its"
        f" {len(facts.model_types)}",
        f"`model.architecture={near}`" if near else "`yaie show arch` lists them",
    )


def checkpoint_is_of_a_known_architecture(spec: LoadSpec, facts: Facts) -> Iterator[Problem]:
    """A config.json names an architecture of transformers, or brings the code of its own.

    Upstream: from_pretrained raises a ValueError once config.json is there; where the repository
    brings code and nothing was said of it, it asks on the terminal whether to run it.
    """
    found = facts.checkpoint.model_type if facts.checkpoint else None
    if found is None or found in facts.model_types or spec.model.trust_remote_code:
        return
    message = (
        f"{_witness(facts)} of `{subject(spec)}` names the architecture `{found}`, which"
        f" transformers {facts.transformers} does not know"
    )
    if own_config(spec, facts).get("auto_map"):
        yield refused(
            "model.trust_remote_code",
            f"{message}; the repository brings Python of its own to run instead",
            "read that code, then add `model.trust_remote_code=true`",
        )
    else:
        yield refused("model.id", message, "upgrade: `pip install -U transformers`")


def model_type_is_text(spec: LoadSpec, facts: Facts) -> Iterator[Problem]:
    """A config.json names its architecture by a word; of anything else nothing can be made.

    Upstream: a list for a model_type is a TypeError (`unhashable type`), a number one more unknown
    architecture.
    """
    named = own_config(spec, facts).get("model_type", "")
    if not isinstance(named, str):
        yield absent(
            "model.id",
            f"config.json of `{subject(spec)}` names the architecture `{named}`, which is no word",
        )


def _witness(facts: Facts) -> str:
    """What tells a checkpoint's architecture."""
    return "the GGUF file" if facts.checkpoint and facts.checkpoint.gguf else "config.json"


def architecture_is_the_checkpoints(spec: LoadSpec, facts: Facts) -> Iterator[Problem]:
    """The architecture that was asked is the one that config.json names.

    Upstream: from_pretrained has no place for what is expected, and builds what config.json names.
    """
    asked = spec.model.architecture
    found = facts.checkpoint.model_type if facts.checkpoint else None
    if asked is not None and found is not None and asked != found:
        yield refused(
            "model.architecture",
            f"`{asked}` was asked, but {_witness(facts)} of `{subject(spec)}` says `{found}`",
            f"`model.architecture={found}`",
        )


def known_config_is_true(spec: LoadSpec, facts: Facts) -> Iterator[Problem]:
    """What an option knows of a config.json agrees with the real one.

    Upstream: from_pretrained knows nothing beforehand, and takes what config.json says.
    """
    if spec.model.known is None or facts.checkpoint is None or facts.checkpoint.config is None:
        return
    real = facts.checkpoint.config
    different = [
        name
        for name, value in spec.model.known.config.items()
        if _stated(name, real, facts) not in (value, _UNSTATED)
    ]
    if different:
        yield said(
            "model.known",
            f"config.json of `{subject(spec)}` differs from what is known of it in"
            f" {quoted(different)}; config.json counts",
        )


_UNSTATED = object()


def _stated(name: str, config: Mapping[str, Any], facts: Facts) -> object:
    """What a config.json says of a field, by any of the field's names."""
    names = [name, *(DTYPE_NAMES if name in DTYPE_NAMES else ())]
    if facts.architecture is not None:
        own = own_name(name, facts.architecture)
        aliases = facts.architecture.attribute_map.items()
        names += [own, *(alias for alias, target in aliases if target == own)]
    return next((config[n] for n in names if n in config), _UNSTATED)


def architecture_is_at_hand(spec: LoadSpec, facts: Facts) -> Iterator[Problem]:
    """Without an architecture nothing that depends on one is checked, and that is said.

    Upstream: nothing is judged before config.json is there; a wrong keyword is told after the
    weights were downloaded.
    """
    if facts.architecture is not None or facts.model_type is not None or spec.model.id is None:
        return
    unchecked = "its config overrides were" if spec.model.config else "its task and attention were"
    yield said(
        "model.architecture",
        f"nothing is known of `{spec.model.id}`: {unchecked} not checked",
        "name its model_type to check them: `model.architecture=…`",
    )


def gguf_file_is_there(spec: LoadSpec, facts: Facts) -> Iterator[Problem]:
    """The GGUF file that was named is in the local folder.

    Upstream: from_pretrained raises an OSError, and does not say which GGUF files there are.
    """
    asked = spec.model.gguf_file
    if asked is None or facts.checkpoint is None or not is_local(facts):
        return
    files = _names(facts.checkpoint.files, spec.model.subfolder)
    if asked in files:
        return
    there = [name for name in files if name.endswith(".gguf")]
    near = nearest(asked, there) or next(iter(there), None)
    yield absent(
        "model.gguf_file",
        f"`{subject(spec)}` holds no file `{asked}`; "
        + (f"its GGUF files are {quoted(there)}" if there else "it holds no GGUF file at all"),
        f"`model.gguf_file={near}`" if near else "`model.gguf_file=null` reads its other weights",
    )


def gguf_needs_its_package(spec: LoadSpec, facts: Facts) -> Iterator[Problem]:
    """transformers reads GGUF files by the package gguf.

    Upstream: from_pretrained raises an ImportError, after it has downloaded the file.
    """
    if spec.model.gguf_file is None or not reads_weights(spec):
        return
    yield from lacking(
        "model.gguf_file",
        "reading a GGUF file",
        "gguf",
        facts,
        minimum=GGUF_MINIMUM,
        install="'yaie[gguf]'",
    )


def config_is_there(spec: LoadSpec, facts: Facts) -> Iterator[Problem]:
    """A local folder says by its config.json what it is; a GGUF file says it itself.

    Upstream: from_pretrained raises a ValueError about a `model_type` key in a config.json that is
    not there.
    """
    if facts.checkpoint is None or not is_local(facts) or spec.model.gguf_file is not None:
        return
    files = _names(facts.checkpoint.files, spec.model.subfolder)
    gguf = next((name for name in files if name.endswith(".gguf")), None)
    if facts.checkpoint.config is None and facts.checkpoint.adapter_config is None:
        yield absent(
            "model.id",
            f"`{subject(spec)}` holds no config.json, so it is no checkpoint",
            f"`model.gguf_file={gguf}`" if gguf else None,
        )


def weights_are_there(spec: LoadSpec, facts: Facts) -> Iterator[Problem]:
    """A local folder that is loaded from holds weights.

    Upstream: from_pretrained raises an OSError.
    """
    files = _local_files(spec, facts)
    if files is None or _weights(files, ".safetensors") or _weights(files, ".bin"):
        return
    if facts.checkpoint is None or facts.checkpoint.config is None:
        return
    gguf = next((name for name in files if name.endswith(".gguf")), None)
    held = quoted(sorted(files)) if files else "nothing"
    yield absent(
        "model.id",
        f"`{subject(spec)}` holds no weights, neither safetensors nor `.bin`; it holds {held}",
        f"`model.gguf_file={gguf}`" if gguf else "`weights=random` loads it without",
    )


def named_weights_are_there(spec: LoadSpec, facts: Facts) -> Iterator[Problem]:
    """The one weight file that a config.json names is in the local folder.

    Upstream: from_pretrained raises a FileNotFoundError.
    """
    named = own_config(spec, facts).get("transformers_weights")
    if not named or spec.model.gguf_file is not None or not reads_weights(spec):
        return
    if facts.checkpoint is not None and is_local(facts) and facts.checkpoint.format is None:
        yield absent(
            "model.id",
            f"config.json of `{subject(spec)}` names the weights `{named}`, and there is no such"
            " file in the folder",
            "`weights=random` loads it without",
        )


def weights_are_of_the_asked_format(spec: LoadSpec, facts: Facts) -> Iterator[Problem]:
    """Where one of the two formats is insisted on, the local folder holds it.

    Upstream: from_pretrained raises an OSError, and does not say that the other format is there.
    """
    only = spec.model.use_safetensors
    files = _local_files(spec, facts)
    if only is None or files is None:
        return
    asked, other = (".safetensors", ".bin") if only else (".bin", ".safetensors")
    if not _weights(files, asked) and (held := _weights(files, other)):
        yield absent(
            "model.use_safetensors",
            f"`{str(only).lower()}` reads `{asked}` files alone, and `{subject(spec)}` holds"
            f" {quoted(held)}",
            "`model.use_safetensors=null`",
        )


def variant_is_there(spec: LoadSpec, facts: Facts) -> Iterator[Problem]:
    """The variant of the weights that was named is in the local folder.

    Upstream: from_pretrained raises an OSError, and does not say which variants there are.
    """
    asked = spec.model.variant
    files = _local_files(spec, facts)
    if asked is None or files is None:
        return
    held = [*_weights(files, ".safetensors"), *_weights(files, ".bin")]
    if held and not any(f".{asked}." in name or f".{asked}-" in name for name in held):
        yield absent(
            "model.variant",
            f"`{subject(spec)}` holds no weights of the variant `{asked}`; it holds {quoted(held)}",
            "`model.variant=null`",
        )


def pickled_weights_need_a_safe_torch(spec: LoadSpec, facts: Facts) -> Iterator[Problem]:
    """A `.bin` file is a pickle, which older versions of torch run code from.

    Upstream: torch below 2.6 is refused; from there on the file is read, and below 2.10 one that
    was made for it runs code.
    """
    if not reads_weights(spec) or facts.checkpoint is None or facts.checkpoint.format != "bin":
        return
    held = quoted(facts.checkpoint.weight_files, shown=2)
    if older(facts, "torch", SAFE_UNPICKLING):
        yield refused(
            "model.id",
            f"{held} is a pickle, which torch {facts.host.packages['torch']} can be made to run"
            f" code from (CVE-2026-24747); torch {SAFE_UNPICKLING} or newer reads it safely",
            "`pip install -U torch`",
        )
    else:
        yield said(
            "model.id",
            f"{held} is a pickle: it is read as weights only, but slower than safetensors and"
            " without their guarantees",
        )


def _local_files(spec: LoadSpec, facts: Facts) -> list[str] | None:
    """Files of the local folder that weights are looked for in; None where they are not, as where
    config.json names the one file."""
    if not reads_weights(spec) or spec.model.gguf_file is not None:
        return None
    if facts.checkpoint is None or not is_local(facts):
        return None
    if isinstance(own_config(spec, facts).get("transformers_weights"), str):
        return None
    return _names(facts.checkpoint.files, spec.model.subfolder)


def _names(files: Iterable[str], subfolder: str) -> list[str]:
    """Files of the checkpoint's own folder, by their names in it."""
    prefix = f"{subfolder.strip('/')}/" if subfolder else ""
    inside = [name.removeprefix(prefix) for name in files if name.startswith(prefix)]
    return inside or list(files)


def _weights(files: Iterable[str], suffix: str) -> list[str]:
    """Weight files of a format, by the names that transformers looks for."""
    stem = "model" if suffix == ".safetensors" else "pytorch_model"
    return [
        name
        for name in files
        if name.endswith(suffix) and PurePosixPath(name).name.startswith(stem)
    ]
