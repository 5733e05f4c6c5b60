"""The README's sample applications in Python: one call brings Bookinfo, one removes it."""

import meshery

for sample in meshery.samples():
    print(f"{sample['name']}: {sample['summary']}")
with meshery.ControlPlane.start() as plane:
    lifecycle = plane.lifecycle()  # on a cluster of yours: meshery.Lifecycle()

    asked = {"istio-injection": "enabled"}  # as the mesh wants to be asked
    report = lifecycle.install_sample(sample="bookinfo", namespace_labels=asked)
    print(len(report["created"]), "objects are there and ready")
    print(len(lifecycle.uninstall("bookinfo")["deleted"]), "objects are gone")
