// A real control plane, from Node.

import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { test } from "node:test";

import { ControlPlane } from "meshery";

import { ask, checkSchema, controlPlane } from "./support.mjs";

test("a control plane answers, tells what it was asked, and leaves nothing", async (t) => {
  const plane = await controlPlane(t);
  if (!plane) return;
  assert.match(plane.version, /^v1\.\d+\./);
  const before = await plane.mark();
  const nodes = await ask(plane, "/api/v1/nodes");
  assert.deepEqual(nodes.items.map((node) => node.metadata.name), ["node-1"]);
  const requests = plane.requests(before, await plane.mark()).filter((found) => found.user_agent === "node-test");
  assert.deepEqual(requests.map((found) => [found.verb, found.object.resource, found.status]), [["list", "nodes", 200]]);
  checkSchema("audited-request", requests[0]);

  await plane.cordon("node-1");
  assert.equal((await ask(plane, "/api/v1/nodes/node-1")).spec.unschedulable, true);
  assert.throws(() => plane.destine("default", "a", "happy"), { code: "invalid_input" });

  const { kubeconfigPath, processes } = plane;
  assert.deepEqual(Object.keys(processes).length, 4);
  plane.stop();
  plane[Symbol.dispose]();
  assert.ok(!existsSync(kubeconfigPath));
  assert.throws(() => plane.address, { code: "not_found" });
});

test("what is asked of a control plane is read before anything starts", async () => {
  await assert.rejects(ControlPlane.start({ nodes: [{ nam: "a" }] }), { code: "invalid_input", place: "nodes[0].nam" });
  await assert.rejects(ControlPlane.start({ programs: "/nowhere" }), { code: "program_missing" });
});
