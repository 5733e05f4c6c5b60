"""Compares no mesh, no mesh again, Envoy sidecars, and Envoy sidecars with mTLS.

The same program as main.rs: writes DIR/result.json and DIR/report.html and prints the
table. Ctrl-C ends it and keeps the runs made so far.
"""

import argparse
import sys
from typing import Any

import meshery


def options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--out", default=".", metavar="DIR")
    parser.add_argument("--envoy", metavar="PATH")
    parser.add_argument("--rounds", type=int, default=6)
    parser.add_argument("--rate", default="2000/s")
    parser.add_argument("--duration", default="2.5s")
    parser.add_argument("--seed", type=int)
    parser.add_argument("--upstream", metavar="HOST:PORT")
    return parser.parse_args()


def show(event: dict[str, Any]) -> None:
    if event["event"] == "comparison_started":
        print(f"{event['runs']} runs, seed {event['seed']}", file=sys.stderr)
    elif event["event"] == "run_finished":
        p50, mark = event["p50_ns"], "" if event["valid"] else " (invalid)"
        answer = "no answer" if p50 is None else f"p50 {p50 / 1e6:.3f} ms"
        print(f"run {event['run']}: {event['arm']}: {answer}{mark}", file=sys.stderr)


def main() -> int:
    given = options()
    load = {
        "pace": {"constant": given.rate},
        "stop": {"duration": given.duration},
        "warm_up": "500ms",
    }
    spec = {"rounds": given.rounds, "seed": given.seed, "upstream": given.upstream}
    try:
        comparison = meshery.compare(spec, load=load, envoy=given.envoy, progress=show)
        code = 0
    except KeyboardInterrupt as stop:
        comparison = getattr(stop, "partial", None)
        code = 130
    except meshery.MesheryError as error:
        print(f"error[{error.code}]: {error}", file=sys.stderr)
        return 1
    if comparison is not None:
        comparison.save(given.out)
        print(comparison)
    return code


if __name__ == "__main__":
    sys.exit(main())
