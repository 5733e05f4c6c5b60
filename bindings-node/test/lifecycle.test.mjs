// Installing, upgrading and removing on a real control plane, from Node.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";

import { Lifecycle, MesheryError, Operation, Plan } from "meshery";

import { ask, checkSchema, controlPlane } from "./support.mjs";

const PASSWORD = "correct-horse-battery-staple";
const MANIFESTS = `
apiVersion: v1
kind: ServiceAccount
metadata: { name: shop }
---
apiVersion: v1
kind: ConfigMap
metadata: { name: shop }
data: { colour: COLOUR }
---
apiVersion: v1
kind: Secret
metadata: { name: shop }
stringData: { password: PASSWORD-COLOUR }
---
apiVersion: apps/v1
kind: Deployment
metadata: { name: shop }
spec:
  selector: { matchLabels: { app: shop } }
  template:
    metadata: { labels: { app: shop } }
    spec:
      serviceAccountName: shop
      containers: [{ name: shop, image: shop }]
`;

/** What is wanted, in a namespace of the same name. */
function shop(name, colour = "blue", version = "1") {
  const text = MANIFESTS.replaceAll("COLOUR", colour).replace("PASSWORD", PASSWORD);
  return { name, namespace: name, version, sources: [{ text }] };
}

let plane, missing;
before(async () => {
  plane = await controlPlane({ skip: (why) => (missing = why) });
});
after(() => plane?.stop());

/** A test that is skipped without the servers. */
function lifecycleTest(name, work) {
  test(name, async (context) => {
    if (missing) context.skip(missing);
    else await work(plane.lifecycle());
  });
}

lifecycleTest("from nothing to nothing", async (lifecycle) => {
  const before = await lifecycle.snapshot();
  const said = [];
  const onProgress = (event) => said.push(event);

  const first = await lifecycle.plan(shop("all"));
  checkSchema("change-plan", first.document);
  assert.ok(`${first}`.startsWith("install all 1: 5 to create\n+ Namespace all\n"));
  assert.deepEqual(Plan.fromJSON(JSON.parse(JSON.stringify(first))).document, first.toJSON());
  assert.deepEqual(new Set(first.roles("installer").map(({ kind }) => kind)), new Set(["ClusterRole", "Role"]));

  const report = await lifecycle.install(shop("all"), { onProgress });
  checkSchema("operation-report", report);
  assert.deepEqual([report.kind, report.revision, report.created.length], ["install", 1, 5]);
  const status = await lifecycle.status("all");
  checkSchema("instance-status", status);
  assert.deepEqual([status.healthy, status.holder], [true, undefined]);
  const [outcome] = await lifecycle.verify("all");
  checkSchema("check-outcome", outcome);
  assert.ok(outcome.passed);
  assert.ok((await lifecycle.plan(shop("all"))).isEmpty);
  assert.deepEqual(await lifecycle.events("all"), report.events);

  const plan = await lifecycle.plan(shop("all", "red", "2"));
  assert.ok(`${plan}`.includes('.data.colour: "blue" -> "red"') && `${plan}`.includes(".data.password: "));
  assert.ok(plan.toAnsi().includes("\x1b[33m~ ConfigMap") && plan.toHtml().includes("<ins>"));
  const upgraded = await lifecycle.upgrade(shop("all", "red", "2"), { onProgress });
  assert.deepEqual(upgraded.updated.map(({ kind }) => kind), ["ConfigMap", "Secret"]);
  assert.equal((await lifecycle.planRollback("all")).document.to_version, "1");
  const rolledBack = await lifecycle.rollback("all", { onProgress });
  assert.ok((await lifecycle.plan(shop("all"))).isEmpty);

  assert.equal((await lifecycle.planUninstall("all")).document.changes.length, 5);
  const removed = await lifecycle.uninstall("all", { onProgress });
  assert.deepEqual([removed.deleted.length, removed.kept, removed.residue], [5, [], []]);
  const later = await lifecycle.snapshot();
  assert.deepEqual(before.compare(later), { added: [], removed: [], changed: [] });
  assert.ok(before.size === later.size && before.size > 100);
  const spoken = JSON.stringify([said, report, status, `${plan}`, plan.toAnsi(), plan.toHtml(), plan, upgraded, rolledBack, removed]);
  for (const colour of ["blue", "red"]) {
    const value = `${PASSWORD}-${colour}`;
    assert.ok(!spoken.includes(value) && !spoken.includes(Buffer.from(value).toString("base64")));
  }
});

lifecycleTest("what somebody else has changed is found, and undone when asked for", async (lifecycle) => {
  await lifecycle.install(shop("drifting"));
  const before = await lifecycle.snapshot();
  const path = "/api/v1/namespaces/drifting/configmaps/shop";
  await ask(plane, path, { data: { colour: "green" }, metadata: { labels: { a: "b" } } });
  const [changed] = before.compare(await lifecycle.snapshot()).changed;
  const [drift] = await lifecycle.drift("drifting");
  checkSchema("drift", drift);
  assert.deepEqual([drift.object, drift.kind], [changed, "changed"]);
  assert.deepEqual(drift.fields.find((field) => field.path === ".data.colour"), { path: ".data.colour", before: "green", after: "blue" });
  const [manager] = drift.managers;
  await assert.rejects(lifecycle.install(shop("drifting")), { code: "conflict" });
  await lifecycle.install(shop("drifting"), { overrule: [manager] });
  assert.equal((await ask(plane, path)).data.colour, "blue");
  assert.deepEqual(await lifecycle.drift("drifting"), []);
});

const istiod = `
apiVersion: apps/v1
kind: Deployment
metadata: { name: istiod, labels: { app: istiod } }
spec:
  selector: { matchLabels: { app: istiod } }
  template:
    metadata: { labels: { app: istiod } }
    spec: { containers: [{ name: discovery, image: "docker.io/istio/pilot:1.30.3" }] }
`;

lifecycleTest("meshes are detected", async (lifecycle) => {
  assert.deepEqual((await lifecycle.detect()).meshes, []);
  await lifecycle.install({ name: "mesh", namespace: "mesh", sources: [{ text: istiod }] });
  const detection = await lifecycle.detect();
  checkSchema("detection", detection);
  const [{ mesh, state, versions, installers }] = detection.meshes;
  assert.deepEqual([mesh, state, versions, installers], ["istio", "running", ["1.30.3"], ["meshery-mesh"]]);
  await lifecycle.uninstall("mesh");
  assert.deepEqual((await lifecycle.detect()).meshes, []);
});

const ambient = {
  name: "ambient",
  namespace: "istio-system",
  mesh: "istio",
  settings: { profile: "ambient" },
  sources: [{ text: "{ apiVersion: v1, kind: ConfigMap, metadata: { name: istio } }" }],
};

lifecycleTest("namespaces are enrolled and withdrawn", async (lifecycle) => {
  await lifecycle.install(ambient);
  await lifecycle.install(shop("moving"));
  const labels = async () => (await ask(plane, "/api/v1/namespaces/moving")).metadata.labels;
  const spec = { instance: "ambient", namespaces: ["moving"] };
  const plan = await lifecycle.planEnrol(spec);
  checkSchema("change-plan", plan.document);
  assert.ok(`${plan}`.startsWith("enrol ambient: 1 to update, 1 to keep\n~ Namespace moving\n"), `${plan}`);
  // No proxies are on the nodes that would say that they serve a pod: nobody waits for it.
  const report = await lifecycle.enrol(spec, { wait: false });
  checkSchema("enrolment-report", report);
  assert.deepEqual(report.marked.map(({ name }) => name), ["moving"]);
  assert.match(report.left_alone[0].reason, /need not be made anew/);
  assert.equal((await labels())["istio.io/dataplane-mode"], "ambient");

  assert.ok(!(await lifecycle.planWithdraw(spec)).isEmpty);
  const operation = lifecycle.withdraw(spec, { wait: false });
  const happened = [];
  for await (const { happening } of operation) happened.push(happening);
  assert.ok(happened.includes("applied"));
  assert.equal((await operation).kind, "withdraw");
  assert.equal((await labels())["istio.io/dataplane-mode"], undefined);
  const unknown = { instance: "moving", namespaces: ["default"] };
  await assert.rejects(lifecycle.enrol(unknown), { code: "unsupported", place: "instance" });
  const twice = { ...spec, namespaces: ["moving", "moving"] };
  await assert.rejects(lifecycle.withdraw(twice), { code: "invalid_input", place: "namespaces[1]" });
});

lifecycleTest("events arrive in order, and again", async (lifecycle) => {
  const operation = lifecycle.install(shop("watched"));
  assert.ok(operation instanceof Operation);
  const seen = [];
  for await (const event of operation) seen.push(event);
  assert.deepEqual(seen.map(({ sequence }) => sequence), seen.map((_, place) => place + 1));
  for (const event of seen) checkSchema("event", event);
  const { events } = await operation;
  assert.deepEqual(events.map((event) => ({ event: "operation", ...event })), seen);
  const again = [];
  for await (const event of operation) again.push(event);
  assert.deepEqual(again, seen);
});

lifecycleTest("what went wrong comes out of the loop and of the promise", async (lifecycle) => {
  const operation = lifecycle.uninstall("nobody");
  const looped = async () => {
    for await (const event of operation) assert.fail(event);
  };
  await assert.rejects(looped, { code: "not_found" });
  await assert.rejects(operation, { code: "not_found" });
});

lifecycleTest("stopped in the middle, a second call finishes", async (lifecycle) => {
  plane.destine("stopped", "shop", "ignored");
  const controller = new AbortController();
  const reason = new Error("enough");
  const operation = lifecycle.install(shop("stopped"), { signal: controller.signal });
  for await (const { stage } of operation) if (stage === "wait") break;
  assert.ok((await lifecycle.status("stopped")).holder);
  await assert.rejects(lifecycle.uninstall("stopped"), { code: "busy" });
  controller.abort(reason);
  const error = await operation.catch((caught) => caught);
  assert.ok(error instanceof MesheryError);
  assert.deepEqual([error.name, error.code, error.cause], ["AbortError", "cancelled", reason]);
  const { healthy, holder } = await lifecycle.status("stopped");
  assert.deepEqual([healthy, holder], [false, undefined]);
  plane.destine("stopped", "shop", "ready");
  assert.equal((await lifecycle.install(shop("stopped"))).revision, 1);
  assert.ok((await lifecycle.status("stopped")).healthy);
});

lifecycleTest("what onProgress throws stops an operation", async (lifecycle) => {
  plane.destine("thrown", "shop", "ignored");
  const onProgress = ({ stage }) => {
    if (stage === "wait") throw new RangeError("no more");
  };
  await assert.rejects(lifecycle.install(shop("thrown"), { onProgress }), RangeError);
  assert.equal((await lifecycle.status("thrown")).holder, undefined);
});

lifecycleTest("errors say what is wrong and where", async (lifecycle) => {
  for (const question of ["status", "verify", "drift", "events", "handBack", "planUninstall"]) {
    await assert.rejects(lifecycle[question]("nobody"), { code: "not_found" });
  }
  await assert.rejects(lifecycle.upgrade(shop("nobody")), { code: "not_found" });
  await assert.rejects(lifecycle.rollback("nobody", { to: 3 }), { code: "not_found" });
  await assert.rejects(lifecycle.plan(shop("Shop")), { code: "invalid_input", place: "name" });
  await assert.rejects(lifecycle.plan({ ...shop("a"), source: [] }), { code: "invalid_input", place: "source" });
  await assert.rejects(lifecycle.plan({ name: "a" }), { code: "invalid_input", place: "sources" });
  await assert.rejects(lifecycle.install(shop("a"), { waits: true }), { code: "invalid_input", place: "waits" });
  await assert.rejects(lifecycle.install(shop("a"), { signal: AbortSignal.abort() }), { code: "cancelled" });
  const nowhere = new Lifecycle({ kubeconfig: "/nowhere/kubeconfig" });
  await assert.rejects(nowhere.status("shop"), { code: "invalid_input", place: "/nowhere/kubeconfig" });
  const unknown = new Lifecycle({ kubeconfig: plane.kubeconfig, context: "nobody's" });
  await assert.rejects(unknown.snapshot(), { code: "invalid_input" });
  assert.ok((await new Lifecycle({ kubeconfig: plane.kubeconfigPath, context: "meshery" }).snapshot()).size > 100);
});
