"""The README's quickstart in Python."""

import meshery

comparison = meshery.compare(
    arms=[{"name": "none", "mesh": "none"}, {"name": "envoy", "mesh": "envoy"}],
    rounds=5,
    load={
        "pace": {"constant": "2000/s"},
        "stop": {"duration": "500ms"},
        "warm_up": "200ms",
    },
)
print(comparison)
comparison.save("quickstart")  # result.json, report.html
