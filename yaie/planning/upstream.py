"""The one seam to transformers: its exceptions become problems, its warnings are collected.

Imports transformers and torch.
"""

from __future__ import annotations

import errno
import logging
import os
import pickle
import sys
import warnings
from collections.abc import Iterator
from contextlib import contextmanager

from yaie.errors import Fault, Problem, SourceError, UnsupportedError, YaieError
from yaie.spec.wording import sized


@contextmanager
def mapped(doing: str) -> Iterator[None]:
    """Turns what transformers, torch or safetensors raise into a YaieError, by type alone."""
    try:
        yield
    except YaieError:
        raise
    except Exception as error:
        raise problem_of(error, doing) from error
    except SystemExit as error:
        # A model's own code may end its program; one that a signal ends has 128 and its number.
        if isinstance(error.code, int) and error.code > 128:
            raise
        raise problem_of(error, doing) from error


def problem_of(error: Exception | SystemExit, doing: str) -> YaieError:
    """The YaieError for an exception that upstream raised while doing something."""
    from safetensors import SafetensorError

    said = f"{doing}: {type(error).__name__}: {_first_lines(error)}"
    match error:
        case pickle.UnpicklingError():
            # torch's own text advises to run what the file names.
            text = f"{doing}: the weights are a pickle that is damaged, or names code to be run"
            hint = "bring the weights as safetensors: code in a pickle is not run"
            return SourceError(Problem(path="", message=text, hint=hint, fault=Fault.SOURCE))
        case _ if lacks_memory(error):
            hint = "try `precision=bf16`, `quantization=bnb_4bit` or `device=auto`"
            return UnsupportedError(
                Problem(path="", message=said, hint=hint, fault=Fault.UNSUPPORTED)
            )
        case SafetensorError() | EOFError():
            hint = "the file is damaged: bring it anew"
            return SourceError(Problem(path="", message=said, hint=hint, fault=Fault.SOURCE))
        case OSError():
            return SourceError(Problem(path="", message=said, fault=Fault.SOURCE))
    limit = limited() if isinstance(error, RuntimeError) else None
    return UnsupportedError(Problem(path="", message=said, hint=limit, fault=Fault.UNSUPPORTED))


def lacks_memory(error: BaseException) -> bool:
    """Whether an error says by its type that there was no memory."""
    torch = sys.modules.get("torch")
    if torch is not None and isinstance(error, torch.OutOfMemoryError):
        return True
    is_refused = isinstance(error, OSError) and error.errno == errno.ENOMEM
    return isinstance(error, MemoryError) or is_refused


def limited() -> str | None:
    """What to do about the limit that this process's memory has; None where it has none.

    For want of memory on a CPU torch raises a bare RuntimeError, which comes of such a limit.
    """
    try:
        from resource import RLIM_INFINITY, RLIMIT_AS, getrlimit
    except ImportError:
        # Windows has no such limits.
        return None
    limit, _ = getrlimit(RLIMIT_AS)
    if limit == RLIM_INFINITY:
        return None
    return f"raise `ulimit -v`, which lets this process have {sized(limit)}, if memory ran out"


@contextmanager
def writing(doing: str) -> Iterator[None]:
    """Within `mapped`: what safetensors cannot write is the disk's fault, not that of a file."""
    from safetensors import SafetensorError

    try:
        yield
    except SafetensorError as error:
        said = f"{doing}: {_first_lines(error)}"
        raise SourceError(Problem(path="", message=said, fault=Fault.SOURCE)) from error


def _first_lines(error: BaseException, most: int = 600) -> str:
    # torch tells the frames of its own C++ behind some messages.
    text = " ".join(str(error).partition("\nException raised from")[0].split())
    return text if len(text) <= most else text[:most] + " …"


@contextmanager
def quieted() -> Iterator[list[str]]:
    """Keeps transformers' bars and log lines off the terminal; yields its warnings as they come.

    The automatic conversion to safetensors, which posts to a third party, is off meanwhile.
    """
    from transformers.utils import logging as upstream

    collector = _Collector()
    logger = logging.getLogger("transformers")
    handlers, propagate = logger.handlers[:], logger.propagate
    had_bars = upstream.is_progress_bar_enabled()
    logger.handlers, logger.propagate = [collector], False
    upstream.disable_progress_bar()
    conversion = os.environ.get("DISABLE_SAFETENSORS_CONVERSION")
    os.environ["DISABLE_SAFETENSORS_CONVERSION"] = "1"
    try:
        with warnings.catch_warnings(record=True) as caught, idle_warnings_silenced():
            warnings.simplefilter("default")
            # To those who write libraries; what users are to change is told as FutureWarning.
            warnings.simplefilter("ignore", DeprecationWarning)
            # peft 0.21 asks a model by a name that transformers 5.23 has deprecated.
            warnings.filterwarnings("ignore", "`is_gradient_checkpointing`", FutureWarning)
            yield collector.messages
        collector.messages.extend(str(w.message) for w in caught)
    finally:
        logger.handlers, logger.propagate = handlers, propagate
        if had_bars:
            upstream.enable_progress_bar()
        if conversion is None:
            del os.environ["DISABLE_SAFETENSORS_CONVERSION"]


class _Collector(logging.Handler):
    """Keeps warnings of transformers, less its table of keys, which the receipt holds."""

    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self.messages: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        if record.funcName != "log_state_dict_report":
            self.messages.append(record.getMessage())


@contextmanager
def idle_warnings_silenced() -> Iterator[None]:
    """Keeps loggers quiet that warn of what a user can do nothing about.

    transformers imports torchao wherever it is installed, for all models; its build for CUDA warns
    on a CPU of each library that it finds no use for (0.18), and torch 2.13 of torchao; accelerate
    of limits for devices that are not here; bitsandbytes of a kernel of the hub that is not used.
    """
    names = ("torchao", "torch.utils._pytree", "accelerate", "bitsandbytes")
    loggers = [logging.getLogger(name) for name in names]
    levels = [logger.level for logger in loggers]
    for logger in loggers:
        logger.setLevel(logging.ERROR)
    try:
        yield
    finally:
        for logger, level in zip(loggers, levels, strict=True):
            logger.setLevel(level)
