"""Checks configuration, mends it, and checks it again."""

import meshery

SHOP = """\
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: { name: reviews, namespace: shop }
spec:
  hosts: [reviews]
  http:
  - route: [{ destination: { host: reviws } }] # everything
---
apiVersion: v1
kind: Service
metadata: { name: reviews, namespace: shop }
spec: { ports: [{ name: http, port: 80 }] }
"""

# What is not among the files does not exist. `session.put("deploy/")` would read a folder.
session = meshery.Session(profile="correctness", closed=True)
session.put({"shop.yaml": SHOP})
analysis = session.analysis()
print(analysis, end="")

# Which host is meant is a guess, so that this fix is not a safe one; comments stay where they are.
print(analysis.diff(unsafe=True), end="")
session.put(analysis.fixed(unsafe=True))
print("mended:", not session.analysis().is_at_least("error"))
