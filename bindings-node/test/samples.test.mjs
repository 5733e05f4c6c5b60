// Sample applications on a real control plane and on this machine, from Node.

import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { get } from "node:http";
import { test } from "node:test";

import { Lifecycle, LocalSample, sampleSpec, samples } from "meshery";

import { ask, checkSchema, controlPlane, envoy } from "./support.mjs";

test("every sample is told of", () => {
  const all = samples();
  for (const sample of all) {
    checkSchema("sample-info", sample);
    const instance = sampleSpec({ sample: sample.name });
    checkSchema("instance-spec", instance);
    assert.deepEqual([instance.name, instance.version], [sample.name, sample.version]);
  }
  const names = all.map(({ name }) => name);
  assert.ok(names.includes("echo"));
  assert.deepEqual(names, names.toSorted());
});

test("what is wrong with a sample is named at its place", async () => {
  const settings = { abort_percentage: 101 };
  assert.throws(() => sampleSpec({ sample: "bookstore" }), { code: "invalid_input", place: "sample" });
  assert.throws(() => sampleSpec({ sample: "echo", nam: "a" }), { code: "invalid_input", place: "nam" });
  assert.throws(() => sampleSpec({ sample: "echo", settings }), { place: "settings.abort_percentage" });
  const nowhere = new Lifecycle({ kubeconfig: "/nowhere/kubeconfig" });
  await assert.rejects(nowhere.installSample({ sample: "echo" }), { place: "/nowhere/kubeconfig" });
  await assert.rejects(LocalSample.start({ sample: "bookstore" }), { code: "invalid_input", place: "sample" });
  await assert.rejects(LocalSample.start({ sample: "bookinfo" }), { code: "unsupported", place: "sample" });
  await assert.rejects(LocalSample.start({ sample: "echo", namespace: "shop" }), { place: "namespace" });
});

test("a sample comes by one call and goes by one", async (context) => {
  const plane = await controlPlane(context);
  if (!plane) return;
  try {
    const lifecycle = plane.lifecycle();
    const before = await lifecycle.snapshot();
    const spec = {
      sample: "echo",
      namespace: "shop",
      namespace_labels: { "istio-injection": "enabled" },
      namespace_annotations: { "linkerd.io/inject": "enabled" },
      settings: { delay: "20ms" },
    };
    checkSchema("sample-spec", spec);
    const plan = await lifecycle.plan(sampleSpec(spec));
    const operation = lifecycle.installSample(spec);
    const seen = [];
    for await (const { happening } of operation) seen.push(happening);
    assert.equal(seen.at(-1), "ended");
    const report = await operation;
    checkSchema("operation-report", report);
    assert.deepEqual([report.created.length, plan.document.changes.length], [7, 7]);
    assert.ok((await lifecycle.status("echo")).healthy);
    const { metadata } = await ask(plane, "/api/v1/namespaces/shop");
    assert.equal(metadata.labels["istio-injection"], "enabled");
    assert.equal(metadata.annotations["linkerd.io/inject"], "enabled");
    assert.equal((await lifecycle.uninstall("echo")).deleted.length, 7);
    assert.deepEqual(before.compare(await lifecycle.snapshot()), { added: [], removed: [], changed: [] });
    await assert.rejects(lifecycle.installSample({ sample: "bookstore" }), { code: "invalid_input", place: "sample" });
  } finally {
    plane.stop();
  }
});

/** The status, and the version that has answered. */
function answer(url, host = "anybody") {
  return new Promise((resolve, reject) => {
    const asked = get(url, { headers: { host }, agent: false }, (found) => {
      let text = "";
      const said = () => (found.statusCode === 200 ? JSON.parse(text).body : "");
      found.on("data", (chunk) => (text += chunk)).on("end", () => resolve(`${found.statusCode} ${said()}`));
    });
    asked.on("error", reject);
  });
}

async function answers(url, host, times) {
  const all = new Set();
  for (let asked = 0; asked < times; asked += 1) all.add(await answer(url, host));
  return [...all].sort();
}

test("the echo on this machine answers in both versions", async (context) => {
  const path = envoy(context);
  if (!path) return;
  const steps = [];
  const echo = await LocalSample.start({ sample: "echo" }, { envoy: path, onProgress: (event) => steps.push(event) });
  assert.deepEqual(Object.keys(echo.processes).sort(), ["echo", "v1", "v2"]);
  assert.ok(echo.url().includes(echo.entry));
  assert.deepEqual(await answers(echo.url("/any"), "anybody", 10), ["200 v1", "200 v2"]);
  assert.deepEqual(await answers(echo.url(), "echo-v2", 5), ["200 v2"]);
  assert.ok(steps.some(({ title }) => title === "Start v1 of the echo"));
  echo.stop();
  echo[Symbol.dispose]();
  assert.ok(Object.values(echo.processes).every((pid) => !existsSync(`/proc/${pid}`)));
});

test("the echo fails as it is told", async (context) => {
  const path = envoy(context);
  if (!path) return;
  const settings = { abort_percentage: 100, abort_status: 418, faulty: "v1" };
  const echo = await LocalSample.start({ sample: "echo", settings }, { envoy: path });
  try {
    assert.deepEqual(await answers(echo.url(), "echo-v1", 5), ["418 "]);
    assert.deepEqual(await answers(echo.url(), "echo-v2", 5), ["200 v2"]);
  } finally {
    echo.stop();
  }
});
