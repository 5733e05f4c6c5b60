// Every way to stop a call, and what is left then.

import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { mkdtempSync, readFileSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { test } from "node:test";
import { setTimeout } from "node:timers/promises";
import { Worker } from "node:worker_threads";

import { Comparison, MesheryError, compare, runLoad } from "meshery";

import { ROOT, checkSchema, endless, envoy, family, serve } from "./support.mjs";

function checkStopped(partial) {
  assert.ok(partial instanceof Comparison);
  const document = partial.toJSON();
  checkSchema("comparison", document);
  assert.equal(document.end.error.code, "cancelled");
  assert.ok(document.arms.some(({ runs }) => runs.length > 0));
}

/** What stops an endless comparison, as an error. */
function stopping(options) {
  return serve((upstream) => compare(endless(upstream), options).catch((caught) => caught));
}

/** The processes that this one has started. */
function children() {
  return readdirSync("/proc/self/task").flatMap((thread) => {
    try {
      return readFileSync(`/proc/self/task/${thread}/children`, "utf8").split(" ").filter(Boolean);
    } catch {
      return []; // the thread has ended
    }
  });
}

function afterTheFirstRun(act) {
  return ({ event, run }) => {
    if (event === "run_finished" && run === 1) act();
  };
}

test("a signal stops a comparison, which keeps its runs", async () => {
  const controller = new AbortController();
  const reason = new Error("enough");
  const onProgress = afterTheFirstRun(() => controller.abort(reason));
  const error = await stopping({ signal: controller.signal, onProgress });
  assert.ok(error instanceof MesheryError);
  assert.deepEqual([error.name, error.code, error.cause], ["AbortError", "cancelled", reason]);
  checkStopped(error.partial);
});

test("an aborted signal starts nothing", async () => {
  const onProgress = () => assert.fail("it has started");
  const error = await stopping({ signal: AbortSignal.abort(), onProgress });
  assert.deepEqual([error.name, error.code, error.partial], ["AbortError", "cancelled", undefined]);
});

test("what onProgress throws stops the call and comes out", async () => {
  const onProgress = afterTheFirstRun(() => {
    throw new RangeError("no more");
  });
  const error = await stopping({ onProgress });
  assert.ok(error instanceof RangeError);
  checkStopped(error.partial);
});

test("a stopped load keeps its measurement", async () => {
  const controller = new AbortController();
  const onProgress = ({ event }) => event === "load" && controller.abort();
  const error = await serve((address) => {
    const spec = { target: `http://${address}/`, pace: { constant: "100/s" }, connections: 2 };
    return runLoad(spec, { signal: controller.signal, onProgress }).catch((caught) => caught);
  });
  assert.equal(error.code, "cancelled");
  checkSchema("measurement", error.partial);
  assert.deepEqual(error.partial.validity.invalid.filter(({ code }) => code === "cancelled").length, 1);
});

test("a worker that is ended takes its comparison with it", async (context) => {
  const path = envoy(context);
  if (!path) return;
  const source = `
    const { parentPort, workerData } = require("node:worker_threads");
    const { compare } = require(workerData.meshery);
    const onProgress = ({ event }) => event === "run_finished" && parentPort.postMessage("run");
    compare({ ...workerData.spec, upstream: undefined }, { envoy: workerData.envoy, onProgress });
  `;
  const workerData = { spec: endless(), envoy: path, meshery: join(ROOT, "bindings-node") };
  const worker = new Worker(source, { eval: true, workerData });
  await new Promise((resolve, reject) => worker.once("message", resolve).once("error", reject));
  assert.notEqual(children().length, 0, "the upstream runs");
  await worker.terminate();
  while (children().length > 0) await setTimeout(50);
});

test("Ctrl-C stops a program and leaves nothing", async (context) => {
  const path = envoy(context);
  if (!path) return;
  const out = mkdtempSync(join(tmpdir(), "meshery-"));
  const mark = `node-${process.pid}`;
  const program = join(ROOT, "examples/compare/compare.mjs");
  const options = ["--rounds", "1000", "--duration", "200ms", "--out", out, "--envoy", path];
  const running = spawn(process.execPath, [program, ...options], { env: { ...process.env, MESHERY_FAMILY: mark } });
  running.stdout.resume();
  const ended = new Promise((resolve) => running.once("exit", resolve));
  let asked = false;
  for await (const line of createInterface(running.stderr)) {
    // Once: a second Ctrl-C is one that a program need not wait for.
    if (line.startsWith("run ") && !asked) asked = running.kill("SIGINT");
  }
  assert.equal(await ended, 130);
  assert.deepEqual(family(`MESHERY_FAMILY=${mark}`), []);
  assert.equal(JSON.parse(readFileSync(join(out, "result.json"), "utf8")).end.error.code, "cancelled");
  rmSync(out, { recursive: true });
});
