// The README's lifecycle in Node: install, verify, remove, without a cluster.
import { ControlPlane } from "meshery";

const SHOP = `
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
`;

const spec = { name: "shop", namespace: "shop", sources: [{ text: SHOP }] };
const plane = await ControlPlane.start();
const lifecycle = plane.lifecycle(); // on a cluster of yours: new Lifecycle()
const before = await lifecycle.snapshot();

console.log(`${await lifecycle.plan(spec)}`);
for await (const { happening, object } of lifecycle.install(spec)) {
  if (happening === "applied") console.log(`applied ${object.kind} ${object.name}`);
}
for (const { claim, passed, evidence } of await lifecycle.verify("shop")) {
  console.log(`${claim}: ${passed} (${evidence})\n`);
}

spec.sources = [{ text: SHOP.replace("hello", "welcome") }];
console.log(`${await lifecycle.plan(spec)}`); // field by field
await lifecycle.upgrade(spec);

await lifecycle.uninstall("shop");
console.log("left behind:", before.compare(await lifecycle.snapshot()));
plane.stop();
