"""Everything that is true about one load, from what is at hand: no network, no torch."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from yaie.facts.adapter import AdapterFacts, read_adapter
from yaie.facts.architecture import ArchitectureFacts
from yaie.facts.catalogue import Catalogue
from yaie.facts.checkpoint import CheckpointFacts, read_checkpoint
from yaie.facts.facts import Facts
from yaie.facts.headers import stored_tensors
from yaie.facts.limits import Limits
from yaie.facts.setting import Setting, here
from yaie.facts.task import decide_task
from yaie.sources.locate import locate
from yaie.spec.adapter import Peft
from yaie.spec.load_spec import LoadSpec
from yaie.spec.model import ModelSpec
from yaie.spec.weights import Pretrained


def gather(spec: LoadSpec, setting: Setting | None = None) -> Facts:
    """The facts of a load, here or in another setting.

    Raises InputError for an id that can name nothing, SourceError for a path that is not there or
    a file that is not what it must be.
    """
    checkpoint = _checkpoint(spec.model)
    if checkpoint is not None and isinstance(spec.weights, Pretrained):
        # A file that is cut short is told here, before anything is imported.
        checkpoint = replace(checkpoint, tensors=stored_tensors(checkpoint))
    return gather_around(spec, checkpoint, setting)


def gather_without_checkpoint(spec: LoadSpec, setting: Setting | None = None) -> Facts:
    """The facts of a load whose checkpoint cannot be read, as if nothing of it were at hand."""
    return _around(spec, None, setting, None)


def gather_around(
    spec: LoadSpec, checkpoint: CheckpointFacts | None, setting: Setting | None = None
) -> Facts:
    """The facts of a load whose checkpoint has been read already."""
    adapter = spec.adapter
    held = read_adapter(adapter, spec.model.cache_dir) if isinstance(adapter, Peft) else None
    return _around(spec, checkpoint, setting, held)


def _around(
    spec: LoadSpec,
    checkpoint: CheckpointFacts | None,
    setting: Setting | None,
    adapter: AdapterFacts | None,
) -> Facts:
    there = setting or here()
    known = there.catalogue
    model_type = _model_type(spec.model, checkpoint)
    architecture = known.architecture(model_type) if model_type else None
    parts = _parts(architecture, (spec.model.config, _config(spec.model, checkpoint)), known)
    return Facts(
        transformers=known.version,
        tasks=known.tasks,
        model_types=known.model_types,
        architecture=architecture,
        sub_architectures=parts,
        checkpoint=checkpoint,
        host=there.host,
        model_type=model_type,
        task=decide_task(spec, checkpoint, architecture, known),
        limits=_limits(
            bool(spec.model.config or spec.attention.submodules),
            {"": architecture} | parts,
            known,
        ),
        quantization=known.quantization,
        adapter=adapter,
    )


def _checkpoint(model: ModelSpec) -> CheckpointFacts | None:
    if model.id is None:
        return None
    source = locate(
        model.id,
        revision=model.revision,
        cache_dir=model.cache_dir,
        subfolder=model.subfolder,
    )
    return read_checkpoint(source, model) if source else None


def _config(model: ModelSpec, checkpoint: CheckpointFacts | None) -> Mapping[str, Any]:
    """The checkpoint's own config, or what is known of it where it is not at hand."""
    if checkpoint and checkpoint.config is not None:
        return checkpoint.config
    return model.known.config if model.known else {}


def _model_type(model: ModelSpec, checkpoint: CheckpointFacts | None) -> str | None:
    config = _config(model, checkpoint)
    known = config.get("model_type")
    said = (checkpoint and checkpoint.model_type) or model.architecture or known
    if not isinstance(said, str):
        return None
    # AutoConfig takes a Mistral whose layers differ in their attention for a Ministral.
    renamed = said == "mistral" and "layer_types" in config
    return "ministral" if renamed else said


def _parts(
    architecture: ArchitectureFacts | None, configs: tuple[Mapping[str, Any], ...], known: Catalogue
) -> dict[str, ArchitectureFacts]:
    """Facts of the sub-configs, by field; the first config that tells a model_type decides.

    Those of parts of parts are read where the first of the configs, the overrides, reaches them.
    """
    if architecture is None:
        return {}
    told = {f: _told(f, configs) for f in architecture.open_sub_configs}
    types = {f: told.get(f) or default for f, default in architecture.sub_configs.items()}
    found = {f: facts for f, named in types.items() if (facts := known.architecture(named))}
    for name, part in tuple(found.items()):
        if isinstance(configs[0].get(name), Mapping):
            inner = _parts(part, tuple(_part(config, name) for config in configs), known)
            found |= {f"{name}.{deeper}": facts for deeper, facts in inner.items()}
    return found


def _part(config: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    part = config.get(name)
    return part if isinstance(part, Mapping) else {}


def _limits(
    asked: bool, parts: Mapping[str, ArchitectureFacts | None], known: Catalogue
) -> dict[str, Limits]:
    """What was observed of each config, where a field is overridden or a part has its kernel."""
    if not asked:
        return {}
    # Unpacking takes milliseconds that a check of neither need not wait.
    from yaie.facts.limits_file import limits_of
    from yaie.facts.shaping_file import shaping_of

    named = {path: facts.model_type for path, facts in parts.items() if facts is not None}
    return {
        path: replace(limits_of(known.version, name), shaping=shaping_of(known.version, name))
        for path, name in named.items()
    }


def _told(field: str, configs: tuple[Mapping[str, Any], ...]) -> str | None:
    """The model_type that a sub-config says of itself."""
    for config in configs:
        match config.get(field):
            case {"model_type": str(said)}:
                return said
    return None
