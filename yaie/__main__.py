"""`python -m yaie`; `yaie` is the same program."""

from __future__ import annotations

import os
import sys


def main() -> int:
    """Runs the command line of this process."""
    from yaie.cli.program import main as program

    code = program(sys.argv[1:])
    if code and "RANK" in os.environ:
        # Of a sharded load: peers that wait for this rank keep it from leaving by the door.
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)
    return code


if __name__ == "__main__":
    sys.exit(main())
