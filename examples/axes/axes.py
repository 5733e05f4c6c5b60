"""Protocol × pace × stop: a load on a URL in every combination of them."""

import sys

import meshery

for protocol in ["http1", "http2"]:
    for pace in ["closed", {"constant": "500/s"}, {"poisson": "500/s"}]:
        for stop in [{"count": 100}, {"duration": "250ms"}]:
            found = meshery.run_load(
                target=sys.argv[1],
                protocol=protocol,
                pace=pace,
                stop=stop,
                connections=4,
                warm_up="0s",
                checks=[{"status": [200]}],
                thresholds={"response": ["p(99)<1000"]},
            )
            fates = found["measured"]["counts"]["fates"]
            p50 = found["measured"]["response"]["p50_ns"]
            print(f"{protocol} {pace} {stop}: {fates}, p50 {p50} ns")
