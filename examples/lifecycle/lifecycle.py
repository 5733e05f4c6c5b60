"""The README's lifecycle in Python: install, verify, remove, without a cluster."""

import meshery

SHOP = """
{ apiVersion: v1, kind: ConfigMap, metadata: { name: greeting }, data: { text: hello } }
---
apiVersion: apps/v1
kind: Deployment
metadata: { name: shop }
spec:
  selector: { matchLabels: { app: shop } }
  template:
    metadata: { labels: { app: shop } }
    spec: { containers: [{ name: shop, image: shop }] }
"""

spec = {"name": "shop", "namespace": "shop", "sources": [{"text": SHOP}]}
with meshery.ControlPlane.start() as plane:
    lifecycle = plane.lifecycle()  # on a cluster of yours: meshery.Lifecycle()
    before = lifecycle.snapshot()

    print(lifecycle.plan(spec))
    lifecycle.install(spec)
    for check in lifecycle.verify("shop"):
        print(f"{check['claim']}: {check['passed']} ({check['evidence']})\n")

    spec["sources"] = [{"text": SHOP.replace("hello", "welcome")}]
    print(lifecycle.plan(spec))  # field by field
    lifecycle.upgrade(spec)

    lifecycle.uninstall("shop")
    print("left behind:", before.compare(lifecycle.snapshot()))
