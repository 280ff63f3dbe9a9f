"""The one JSON document that `--json` prints on stdout."""

from __future__ import annotations

import json
from collections.abc import Mapping


def write(document: Mapping[str, object]) -> None:
    """Prints the document; anything that is not JSON is a bug of ours and raises."""
    print(json.dumps(document, indent=2))
