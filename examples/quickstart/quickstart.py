"""The README's quickstart in Python."""

import meshery

comparison = meshery.compare(rounds=5, load={"stop": {"duration": "2s"}})
print(comparison)
comparison.save("quickstart")
