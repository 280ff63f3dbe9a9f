"""Tensors of a `.bin` file, told by its pickle alone: nothing in it is run, no number is read.

A `.bin` file is a zip archive of a pickle and of the numbers. The pickle makes its tensors by a
few functions of torch; here they yield names, dtypes and shapes, and nothing else can be called.
"""

from __future__ import annotations

import io
import pickle
import zipfile
from collections import OrderedDict
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import IO, Any

from yaie.facts.tensor import SAFETENSORS, TensorFacts
from yaie.sources.documents import spoiled

MOST_PICKLE_BYTES = 100_000_000
"""As for a header of safetensors."""

_STORAGES = {
    "BFloat16Storage": "bfloat16",
    "BoolStorage": "bool",
    "ByteStorage": "uint8",
    "CharStorage": "int8",
    "ComplexFloatStorage": "complex64",
    "DoubleStorage": "float64",
    "FloatStorage": "float32",
    "HalfStorage": "float16",
    "IntStorage": "int32",
    "LongStorage": "int64",
    "ShortStorage": "int16",
    "UntypedStorage": "uint8",
}
"""torch's classes of storages → the dtype of what is in them."""
_DTYPES = frozenset(name for name, _ in SAFETENSORS.values())


class _UnknownError(Exception):
    """The pickle calls for something that is not known here; torch may know it."""


def pickled(opened: IO[bytes], file: Path, size: int) -> Mapping[str, TensorFacts] | None:
    """The tensors of a `.bin` file; None where a whole reading alone can tell.

    That is the form before torch 1.6, which is no archive, and what else than tensors is in it.
    Raises SourceError for an archive that is damaged. `file` is its name in messages.
    """
    if opened.read(4) != b"PK\x03\x04":
        return None
    try:
        content = _pickle(opened, file)
    except (zipfile.BadZipFile, NotImplementedError, ValueError, EOFError) as error:
        raise spoiled(file, f"is damaged or cut short, as a zip archive: {error}") from error
    try:
        held = _Unpickler(io.BytesIO(content)).load()
    except _UnknownError:
        return None
    # A damaged pickle can raise nearly anything.
    except Exception as error:
        raise spoiled(file, f"is damaged: its pickle cannot be read ({error})") from error
    return _named(held)


def _pickle(opened: IO[bytes], file: Path) -> bytes:
    with zipfile.ZipFile(opened) as archive:
        found = [info for info in archive.infolist() if info.filename.endswith("/data.pkl")]
        if len(found) != 1:
            raise spoiled(file, "is a zip archive, but not one of torch: it holds no `data.pkl`")
        (info,) = found
        # torch never compresses; a small archive that unpacks to a huge one is no checkpoint's.
        if info.compress_type != zipfile.ZIP_STORED or info.file_size > MOST_PICKLE_BYTES:
            raise spoiled(file, f"holds no sensible `data.pkl`: {info.file_size:,} bytes")
        return archive.read(info)


def _named(held: object) -> Mapping[str, TensorFacts] | None:
    """The tensors of a state dict; None for anything else."""
    if not isinstance(held, dict):
        return None
    if not all(isinstance(n, str) and isinstance(t, TensorFacts) for n, t in held.items()):
        return None
    return dict(held)


class _Unpickler(pickle.Unpickler):
    """Yields TensorFacts where torch would make tensors; anything else raises _UnknownError."""

    def find_class(self, module: str, name: str) -> Any:
        # Functions made anew each time: a pickle can set attributes of what it was given.
        match module, name:
            case "collections", "OrderedDict":
                return _Ordered
            case "torch._utils", "_rebuild_tensor_v2" | "_rebuild_tensor":
                return _tensor()
            case "torch._utils", "_rebuild_tensor_v3":
                return _tensor_of_dtype()
            case "torch._utils", "_rebuild_parameter":
                return _parameter()
            case "torch" | "torch.storage", _ if name in _STORAGES:
                return _STORAGES[name]
            case "torch", _ if name in _DTYPES:
                return name
        raise _UnknownError(f"{module}.{name}")

    def persistent_load(self, pid: Any) -> Any:
        match pid:
            case ("storage", str(dtype), str(), str(), int()):
                return dtype
        raise _UnknownError("a reference that is no storage")


class _Ordered(OrderedDict[Any, Any]):
    """What a state dict is; the attributes that torch gives it are left out."""

    def __setstate__(self, state: object) -> None:
        """Nothing."""


def _tensor() -> Callable[..., TensorFacts]:
    def rebuilt(dtype: str, _offset: int, shape: Iterable[int], *_rest: object) -> TensorFacts:
        return _facts(dtype, shape)

    return rebuilt


def _tensor_of_dtype() -> Callable[..., TensorFacts]:
    def rebuilt(
        _storage: str,
        _offset: int,
        shape: Iterable[int],
        _stride: object,
        _grad: object,
        _hooks: object,
        dtype: str,
        *_rest: object,
    ) -> TensorFacts:
        return _facts(dtype, shape)

    return rebuilt


def _parameter() -> Callable[..., TensorFacts]:
    def rebuilt(tensor: TensorFacts, *_rest: object) -> TensorFacts:
        return tensor

    return rebuilt


def _facts(dtype: object, shape: Iterable[int]) -> TensorFacts:
    sizes = tuple(shape)
    if dtype not in _DTYPES or not all(type(n) is int and n >= 0 for n in sizes):
        raise ValueError(f"a tensor of {dtype} and {sizes}")
    return TensorFacts(dtype=str(dtype), shape=sizes)
