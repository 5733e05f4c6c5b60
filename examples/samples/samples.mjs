// The README's sample applications in Node: one call brings Bookinfo, one removes it.
import { ControlPlane, samples } from "meshery";

for (const { name, summary } of samples()) console.log(`${name}: ${summary}`);
const plane = await ControlPlane.start();
const lifecycle = plane.lifecycle(); // on a cluster of yours: new Lifecycle()

const namespace_labels = { "istio-injection": "enabled" }; // as the mesh wants to be asked
const { created } = await lifecycle.installSample({ sample: "bookinfo", namespace_labels });
console.log(created.length, "objects are there and ready");
const { deleted } = await lifecycle.uninstall("bookinfo");
console.log(deleted.length, "objects are gone");
plane.stop();
