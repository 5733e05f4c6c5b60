// A mesh as processes of this machine, from Node.

import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { test } from "node:test";
import { setTimeout } from "node:timers/promises";

import { LocalMesh } from "meshery";

import { ROOT, checkSchema, controlPlane, envoy, family, serve } from "./support.mjs";

const CHECKS = [
  "request_passes",
  "wire_encrypted",
  "known_identity_admitted",
  "plaintext_refused",
  "anonymous_refused",
  "wrong_identity_refused",
  "foreign_authority_refused",
  "wrong_server_refused",
  "foreign_server_refused",
];

const passed = (checks) => checks.filter((check) => check.passed).map(({ name }) => name);

test("a mesh is installed, proven and removed", async (context) => {
  const path = envoy(context);
  if (!path) return;
  const steps = [];
  const mesh = await serve(async (upstream) => {
    const options = { envoy: path, onProgress: (event) => steps.push(event) };
    const mesh = await LocalMesh.start({ mesh: "envoy", upstream, mtls: true }, options);
    assert.deepEqual(Object.keys(mesh.processes).sort(), ["client", "server"]);
    assert.equal(mesh.url("/any"), `http://${mesh.entry}/any`);
    assert.equal((await fetch(mesh.url(), { headers: { connection: "close" } })).status, 200);
    const checks = await mesh.verify();
    for (const check of checks) checkSchema("check-outcome", check);
    assert.deepEqual(passed(checks), CHECKS);
    assert.equal(await mesh.propagation(1), null, "its configuration does not change while it runs");
    mesh.stop();
    return mesh;
  });
  mesh.stop();
  mesh[Symbol.dispose]();
  assert.ok(Object.values(mesh.processes).every((pid) => !existsSync(`/proc/${pid}`)));
  assert.ok(steps.some(({ title }) => title === "Start the client-side Envoy"));
  await assert.rejects(mesh.verify(), { code: "invalid_input", place: "id" });
  await assert.rejects(mesh.propagation(1), { code: "invalid_input", place: "id" });
});

test("a check that fails is no error", async (context) => {
  const path = envoy(context);
  if (!path) return;
  const mesh = await LocalMesh.start({ mesh: "envoy", upstream: "127.0.0.1:1" }, { envoy: path });
  try {
    const outcomes = (await mesh.verify()).map((check) => [check.name, check.passed]);
    assert.deepEqual(outcomes, [["request_passes", false], ["wire_plaintext", false]]);
  } finally {
    mesh.stop();
  }
});

test("what is wrong with a mesh is named at its place", async (context) => {
  const path = envoy(context);
  if (!path) return;
  const refused = (fields, expected, given = path) => {
    const spec = { mesh: "envoy", upstream: "127.0.0.1:1", ...fields };
    return assert.rejects(LocalMesh.start(spec, { envoy: given }), expected);
  };
  const code = "invalid_input";
  await refused({ mesh: "envoi" }, { code, place: "mesh" });
  await refused({ mesh: "linkerd" }, { code: "unsupported", place: "mesh" });
  await refused({ upstream: "127.0.0.1" }, { code, place: "upstream" });
  await refused({ mtsl: true }, { code, place: "mtsl" });
  await refused({ settings: { concurrency: 0 } }, { code, place: "settings.concurrency" });
  await refused({ settings: { workers: 1 } }, { code, place: "settings.workers" });
  await refused({}, { code: "program_missing" }, "/nowhere");
  const mesh = await LocalMesh.start({ mesh: "none", upstream: "127.0.0.1:1" });
  for (const changes of [-1, 1.5, 2 ** 32, "1", undefined]) {
    await assert.rejects(mesh.propagation(changes), { code, place: "changes" });
  }
  mesh.stop();
});

test("what is started ends with a program that is killed", async (context) => {
  const path = envoy(context);
  if (!path) return;
  const program = `
    const { LocalMesh } = require(${JSON.stringify(join(ROOT, "bindings-node"))});
    LocalMesh.start({ mesh: "envoy", upstream: "127.0.0.1:1" }).then((mesh) => {
      console.log(JSON.stringify(mesh.processes));
      setInterval(() => mesh.entry, 1000);
    });
  `;
  const mark = `node-${process.pid}-mesh`;
  const env = { ...process.env, MESHERY_ENVOY: path, MESHERY_FAMILY: mark };
  const running = spawn(process.execPath, ["--eval", program], { env, stdio: ["ignore", "pipe", "inherit"] });
  const ended = new Promise((resolve) => running.once("exit", resolve));
  for await (const line of createInterface(running.stdout)) {
    assert.equal(Object.keys(JSON.parse(line)).length, 2);
    assert.equal(family(`MESHERY_FAMILY=${mark}`).length, 3);
    running.kill("SIGKILL");
  }
  await ended;
  // The kernel needs a moment to end them.
  while (family(`MESHERY_FAMILY=${mark}`).length > 0) await setTimeout(25);
});

test("Istio is proven and changed by calls that can be stopped", async (context) => {
  const path = envoy(context);
  const plane = path && (await controlPlane(context, { nodes: [] })); // skipped without the servers
  if (!plane) return;
  plane.stop();
  await serve(async (upstream) => {
    const mesh = await LocalMesh.start({ mesh: "istio-local", upstream, mtls: true }, { envoy: path });
    try {
      for (const call of [(options) => mesh.verify(options), (options) => mesh.propagation(1000, options)]) {
        const stopped = call({ signal: AbortSignal.timeout(500) });
        await assert.rejects(stopped, { name: "AbortError", code: "cancelled" });
      }
      assert.deepEqual(passed(await mesh.verify()), CHECKS);
      const found = await mesh.propagation(2);
      checkSchema("propagation", found);
      assert.deepEqual([found.times.count, found.unreached], [2, 0]);
      assert.ok(found.p90_ns >= found.p50_ns && found.p50_ns > 0);
    } finally {
      mesh.stop();
    }
  });
});
