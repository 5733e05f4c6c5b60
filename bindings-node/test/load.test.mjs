// Load tests.

import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { join } from "node:path";
import { test } from "node:test";
import { promisify } from "node:util";

import { convertResult, exportMeasurement, runLoad, search } from "meshery";

import { ROOT, checkSchema, serve } from "./support.mjs";

const small = { stop: { count: 200 }, warm_up: "0s", connections: 2 };

test("a measurement is by the schema and counts every request", async () => {
  const found = await serve((address) => runLoad({ target: `http://${address}/`, ...small }));
  checkSchema("measurement", found);
  assert.deepEqual(found.measured.counts.fates, { ok: 200 });
  assert.deepEqual(found.measured.counts.statuses, { 200: 200 });
});

test("an open load draws its requests and keeps its rate", async () => {
  const open = {
    pace: { poisson_exact: "500/s" },
    stop: { duration: "1s" },
    warm_up: "0s",
    connections: 8,
    seed: 7,
    mix: [{ weight: 3, request: { path: "/{{uuid}}" } }, { request: {} }],
  };
  const found = await serve((address) => runLoad({ target: `http://${address}/`, ...open }));
  checkSchema("measurement", found);
  assert.deepEqual(found.measured.counts.fates, { ok: 500 });
  assert.deepEqual([found.spec.seed, found.series[0].scheduled], [7, 500]);
  assert.ok(found.percentiles[0].value_ns > 0);
});

test("a check that fails is a fate with evidence", async () => {
  const checked = { checks: [{ size: { at_least: 100000 } }], thresholds: { checks: ["rate>0.99"] } };
  const found = await serve((address) => runLoad({ target: `http://${address}/`, ...small, ...checked }));
  checkSchema("measurement", found);
  assert.deepEqual(found.measured.counts.fates, { check_failed: 200 });
  assert.match(found.check_failures[0].samples[0].found, /^\d+ bytes$/);
  assert.equal(found.thresholds[0].holds, false);
});

test("a load that is stopped in the middle keeps what it has", async () => {
  const endless = { pace: { constant: "200/s" }, stop: { duration: "600s" }, warm_up: "0s" };
  const controller = new AbortController();
  const onProgress = (event) => {
    if (event.event === "load" && event.done > 50) controller.abort();
  };
  const options = { signal: controller.signal, onProgress };
  const caught = await serve((address) =>
    runLoad({ target: `http://${address}/`, ...endless }, options).catch((error) => error),
  );
  assert.deepEqual([caught.name, caught.code], ["AbortError", "cancelled"]);
  checkSchema("measurement", caught.partial);
  assert.equal(caught.partial.validity.invalid[0].code, "cancelled");
  assert.ok(caught.partial.measured.counts.fates.ok > 0);
});

test("a search finds an interval", async () => {
  const goals = [{ name: "never", thresholds: { response: ["min<0"] } }];
  const spec = { goals, lowest: "50/s", highest: "100/s", short: "100ms", full: "200ms", decided_by: "200ms" };
  const found = await serve((address) =>
    search({ ...spec, load: { target: `http://${address}/`, connections: 2, warm_up: "0s" } }),
  );
  checkSchema("search-result", found);
  assert.deepEqual(found.goals, [{ goal: "never", lower: null, upper: "50/s", complete: true }]);
  await assert.rejects(search({ ...spec, goals: [], load: { target: "http://a/" } }), { place: "goals" });
});

test("a measurement is written in the formats of others", async () => {
  const found = await serve((address) => runLoad({ target: `http://${address}/`, ...small }));
  const fortio = exportMeasurement(found, "fortio");
  assert.equal(JSON.parse(fortio).DurationHistogram.Count, 200);
  assert.match(convertResult(fortio, "fortio", "csv"), /200/);
  assert.throws(() => exportMeasurement(found, "xls"), { code: "invalid_input" });
  assert.throws(() => exportMeasurement(found, "oha"), { code: "unsupported" });
  assert.throws(() => convertResult("{", "fortio", "csv"), { code: "syntax" });
});

test("what is not JSON is refused", async () => {
  await assert.rejects(runLoad({ target: "http://127.0.0.1/", connections: Number.NaN }), { code: "invalid_input" });
  await assert.rejects(runLoad(), { code: "invalid_input" });
});

test("the example prints a measurement", async () => {
  const program = join(ROOT, "examples/load/load.mjs");
  const run = (address) => {
    const spec = { target: `http://${address}/`, ...small };
    return promisify(execFile)(process.execPath, [program, JSON.stringify(spec)]);
  };
  const { stdout } = await serve(run);
  checkSchema("measurement", JSON.parse(stdout));
});
