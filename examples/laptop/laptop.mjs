// The README's Istio on a laptop in Node: installed in front of a sample application, proven, changed, removed.
import { LocalMesh, LocalSample } from "meshery";

const echo = await LocalSample.start({ sample: "echo" });
const mesh = await LocalMesh.start({ mesh: "istio-local", upstream: echo.entry, mtls: true });
console.log(`requests enter at ${mesh.url()}; ${Object.keys(mesh.processes).length} processes are at work`);
for (const { claim, passed, evidence } of await mesh.verify()) {
  console.log(`${claim}: ${passed} (${evidence})`);
}
const { p50_ns } = await mesh.propagation(5);
console.log(`half of all changes of its configuration arrive within ${p50_ns} ns`);
mesh.stop();
echo.stop();
