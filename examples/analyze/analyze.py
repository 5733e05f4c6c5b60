"""Finds mistakes in mesh configuration; ends with 1 when something is wrong.

The same program as main.rs, for files:

    python analyze.py FILE...
"""

import sys

import meshery


def main() -> int:
    if len(sys.argv) < 2:
        print("usage: analyze.py FILE...", file=sys.stderr)
        return 2
    analysis = meshery.analyze(sys.argv[1:])
    for error in analysis["errors"]:
        place = error.get("place", "")
        print(f"{place}: error[{error['code']}]: {error['message']}", file=sys.stderr)
    for found in analysis["findings"]:
        start = found["location"]["span"]["start"]
        place = f"{found['location']['file']}:{start['line']}:{start['column']}"
        kind = f"{found['severity']}[{found['code']}]"
        print(f"{place}: {kind}: {found['resource']}: {found['message']}")
        if "help" in found:
            print(f"  help: {found['help']}")
    wrong = any(found["severity"] == "error" for found in analysis["findings"])
    return int(wrong or bool(analysis["errors"]))


if __name__ == "__main__":
    sys.exit(main())
