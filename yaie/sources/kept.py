"""What yaie itself keeps between runs, in the user's cache folder."""

from __future__ import annotations

import os
import sys
from pathlib import Path


def kept_folder() -> Path:
    """The folder of yaie's own in the user's cache folder."""
    home = Path.home()
    if sys.platform == "darwin":
        return home / "Library" / "Caches" / "yaie"
    if sys.platform == "win32":
        return Path(os.environ.get("LOCALAPPDATA") or home / "AppData" / "Local") / "yaie" / "cache"
    return Path(os.environ.get("XDG_CACHE_HOME") or home / ".cache") / "yaie"


def keep(content: bytes, path: Path) -> None:
    """Writes a file in one step, so that no reader sees half of it, be the power cut."""
    path.parent.mkdir(parents=True, exist_ok=True)
    import tempfile

    handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=f"{path.name}.")
    try:
        with open(handle, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(handle)
        os.replace(temporary, path)
    except BaseException:
        os.unlink(temporary)
        raise
