"""The README's Istio on a laptop in Python: in front of a sample, proven, changed, removed."""

import meshery

with meshery.LocalSample.start(sample="echo") as echo:
    spec = {"mesh": "istio-local", "upstream": echo.entry, "mtls": True}
    with meshery.LocalMesh.start(spec) as mesh:
        print(
            f"requests enter at {mesh.url()}; {len(mesh.processes)} processes are at work"
        )
        for check in mesh.verify():
            print(f"{check['claim']}: {check['passed']} ({check['evidence']})")
        p50 = mesh.propagation(5)["p50_ns"]
        print(f"half of all changes of its configuration arrive within {p50} ns")
