"""Puts a load on a URL and prints what came of it, as JSON.

The same program as main.rs:

    python load.py '{ "target": "http://127.0.0.1:8080/", "stop": { "count": 1000 } }'
"""

import json
import sys

import meshery


def main() -> None:
    if len(sys.argv) != 2:
        sys.exit("needed: a load specification as JSON")
    measurement = meshery.run_load(json.loads(sys.argv[1]))
    print(json.dumps(measurement, indent=2))


if __name__ == "__main__":
    main()
