"""Builds the catalogue that ships with yaie, or checks that it is what transformers says today.

    python tools/build_catalogue.py [--check] [--transformers VERSION]

A release other than the installed one is read in an environment of its own, which is made in build/
where it is not there.

Build it where timm, torchvision, torchaudio and scipy are installed: architectures that need them
have no default model otherwise, so that nothing of it can be observed.
"""

from __future__ import annotations

import argparse
import gzip
import os
import subprocess
from importlib import metadata
from pathlib import Path

from tools.releases import environment, interpreter
from yaie.facts.building import build
from yaie.facts.catalogue import Catalogue
from yaie.sources.kept import keep

FOLDER = Path(__file__).parent.parent / "yaie" / "facts" / "data"


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true", help="compare only, write nothing")
    parser.add_argument("--transformers", metavar="VERSION", help="the release to read")
    args = parser.parse_args()
    if args.transformers not in (None, metadata.version("transformers")):
        return _in_its_environment(args.transformers, *(["--check"] if args.check else []))
    path = FOLDER / f"catalogue-{metadata.version('transformers')}.jsonl.gz"
    packed = build(processes=os.cpu_count() or 1)
    if args.check:
        return _compare(packed, path.read_bytes())
    keep(packed, path)
    path.chmod(0o644)
    print(f"{path}: {len(packed) / 1024:.0f} KiB")
    for package, names in _unseen(Catalogue(packed)).items():
        print(f"unseen without {package}: {', '.join(names)}")
    return 0


def _unseen(known: Catalogue) -> dict[str, list[str]]:
    """Package that is not here → architectures of which nothing could be observed for its lack."""
    found: dict[str, list[str]] = {}
    for facts in filter(None, map(known.architecture, known.model_types)):
        packages = {name for cls in facts.classes.values() for name in cls.unseen_without}
        for package in sorted(packages):
            found.setdefault(package, []).append(facts.model_type)
    return found


def _in_its_environment(version: str, *flags: str) -> int:
    command = [str(interpreter(version)), __file__, *flags]
    return subprocess.run(command, env=environment()).returncode


def _compare(built: bytes, shipped: bytes) -> int:
    """Prints the architectures that differ; the status is 1 if any does."""
    old, new = (set(gzip.decompress(packed).splitlines()) for packed in (shipped, built))
    for line in sorted(new - old):
        print("differs:", line[:60].decode())
    return int(old != new)


if __name__ == "__main__":
    raise SystemExit(main())
