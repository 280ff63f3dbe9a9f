"""`python -m yaie`; `yaie` is the same program."""

from __future__ import annotations

import sys


def main() -> int:
    """Runs the command line of this process."""
    from yaie.cli.program import main as program

    return program(sys.argv[1:])


if __name__ == "__main__":
    sys.exit(main())
