"""What grants power or has effects, and is therefore said on the command line only. Data."""

from __future__ import annotations

from yaie.errors import Problem
from yaie.spec.free_choice import is_kernel
from yaie.spec.scalar import Scalar
from yaie.spec.statements import Change, Choice, Field, dotted

_GRANTS = {
    "model.trust_remote_code": "Python that a repository brings with it would run",
    "model.cache_dir": "files would be written to a folder",
    "device.offload_folder": "files would be written to a folder",
    "device.ranks": "processes would be started",
}

VERB_FLAGS = {
    "save": "--save DIR",
    "push": "--push REPO",
    "export": "--export onnx",
    "prompt": "--prompt TEXT",
    "text": "--text TEXT",
    "image": "--image FILE",
    "audio": "--audio FILE",
    "endpoint": "HF_ENDPOINT=URL",
    "launcher": None,
    "hydra": None,
}
"""Top-level keys that a recipe cannot have, and what says the same outside of it."""


def granted(statement: Choice | Change) -> Problem | None:
    """The problem of a statement that a recipe may not make."""
    if isinstance(statement, Choice):
        if statement.group == "attention" and is_kernel(statement.option):
            return _kernel("attention", f"attention={statement.option}", statement.origin)
        return None
    return _field(statement) if isinstance(statement, Field) else None


def _field(field: Field) -> Problem | None:
    path, value = field.path, field.value
    raw = value.value if isinstance(value, Scalar) else value
    if reason := _GRANTS.get(dotted(path)):
        return None if raw in (False, None) else _refused(field, reason)
    if path[:2] == ("model", "known"):
        return _known(field)
    if path == ("model", "use_safetensors") and raw is False:
        return _refused(field, "pickled weights can run code")
    if path[:2] == ("attention", "submodules") and isinstance(raw, str) and is_kernel(raw):
        return _kernel(dotted(path), f"{dotted(path)}={raw}", field.origin)
    return None


def _refused(field: Field, reason: str) -> Problem:
    path = dotted(field.path)
    text = field.value.text if isinstance(field.value, Scalar) else field.value
    return Problem(
        path=path,
        message=f"{reason}, so a recipe cannot say it; the command line can",
        hint=f"`{path}={text}`",
        origin=field.origin,
    )


def _known(field: Field) -> Problem:
    return Problem(
        path=dotted(field.path),
        message="what is known of a config.json is said by an option, so a recipe cannot say it",
        hint="write it in `DIR/model/mine.yaml`, and add `--config-dir DIR`",
        origin=field.origin,
    )


def _kernel(path: str, override: str, origin: str) -> Problem:
    return Problem(
        path=path,
        message="a hub kernel is code that runs here, so a recipe cannot name one; the command "
        "line can",
        hint=f"`{override}`",
        origin=origin,
    )
