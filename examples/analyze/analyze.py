"""Finds mistakes in mesh configuration; ends with 1 when something is wrong.

The same program as main.rs, with fewer options:

    python analyze.py PATH...
"""

import sys

import meshery


def main() -> int:
    if len(sys.argv) < 2:
        print("usage: analyze.py PATH...", file=sys.stderr)
        return 2
    analysis = meshery.analyze(sys.argv[1:])
    print(analysis, end="")
    return int(analysis.is_at_least("error"))


if __name__ == "__main__":
    sys.exit(main())
