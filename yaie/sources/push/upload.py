"""The operations of a commit, whose large files are sent before it, and tell how far they are."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from io import BufferedReader, FileIO
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO

from yaie.sources.download import Meter, Progress
from yaie.sources.push.change import Change
from yaie.sources.remote import RemoteFile, agrees
from yaie.sources.upstream import by_xet

if TYPE_CHECKING:
    from huggingface_hub import HfApi

_NOTHING_IGNORED = "# nothing\n"
"""For the hub to go by instead of a .gitignore in the repository, by which it drops files without
a word."""
_SMALL = 10_000_000
"""Bytes of a file that is sent together with others."""


class Upload:
    """A change on its way to the hub; what the hub has is not sent again."""

    def __init__(self, change: Change, progress: Progress) -> None:
        from huggingface_hub import CommitOperationDelete

        self._contents = change.added
        self._sizes = {name: _size(content) for name, content in change.added.items()}
        self._read = dict.fromkeys(self._sizes, 0)
        self._meter = Meter(sum(self._sizes.values()), progress)
        self._done = 0
        self._additions = {
            name: _addition(name, content, self._teller(name))
            for name, content in change.added.items()
        }
        self._removals = [
            CommitOperationDelete(path_in_repo=name, is_folder=False) for name in change.removed
        ]

    @property
    def operations(self) -> list[Any]:
        """For the commit."""
        return [*self._additions.values(), *self._removals]

    @property
    def sent(self) -> int:
        """Bytes that went to the hub. Xet reads files itself, and is believed to have sent all."""
        unread = (size for name, size in self._sizes.items() if not self._read[name])
        return sum(self._read.values()) + (sum(unread) if by_xet() else 0)

    def send(self, api: HfApi, repo: str, branch: str) -> None:
        """Sends the large files, each once; the small ones go with the commit itself."""
        self._meter.stand_at(0)
        for names in self._parcels():
            api.preupload_lfs_files(
                repo,
                [self._additions[name] for name in names],
                revision=branch,
                gitignore_content=_NOTHING_IGNORED,
                free_memory=False,
            )
            self._done += sum(self._sizes[name] for name in names)
            self._meter.stand_at(self._done)

    def agrees(self, name: str, there: RemoteFile | None) -> bool:
        """Whether the hub lists a file as it was sent, or as it was found to be there."""
        if name not in self._additions or there is None:
            return there is not None
        if there.sha256 is not None:
            return bool(there.sha256 == self._additions[name].upload_info.sha256.hex())
        content = self._contents[name]
        return isinstance(content, bytes) or agrees(content, there)

    def _parcels(self) -> Iterator[list[str]]:
        """All small files together, each large one alone."""
        if small := [name for name, size in self._sizes.items() if size <= _SMALL]:
            yield small
        yield from ([name] for name, size in self._sizes.items() if size > _SMALL)

    def _teller(self, name: str) -> Callable[[int], None]:
        def tell(position: int) -> None:
            self._read[name] = max(self._read[name], position)
            self._meter.stand_at(min(self._done + position, self._meter.total))

        return tell


def _size(content: Path | bytes) -> int:
    return len(content) if isinstance(content, bytes) else content.stat().st_size


def _addition(name: str, content: Path | bytes, tell: Callable[[int], None]) -> Any:
    """An operation as huggingface_hub wants one, that tells what is read of it to be sent."""
    from huggingface_hub import CommitOperationAdd

    class Addition(CommitOperationAdd):
        @contextmanager
        def as_file(self, with_tqdm: bool = False) -> Iterator[BinaryIO]:
            if isinstance(content, bytes):
                tell(len(content))
                with super().as_file() as file:
                    yield file
                return
            with _Told(FileIO(content), tell) as file:
                yield file

    return Addition(path_in_repo=name, path_or_fileobj=content)


class _Told(BufferedReader):
    """A file that tells how far it was read."""

    def __init__(self, file: FileIO, tell: Callable[[int], None]) -> None:
        super().__init__(file)
        self._tell = tell

    def read(self, size: int | None = -1) -> bytes:
        block = super().read(size)
        self._tell(self.tell())
        return block
