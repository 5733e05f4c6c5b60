// Load tests.

import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { join } from "node:path";
import { test } from "node:test";
import { promisify } from "node:util";

import { runLoad } from "meshery";

import { ROOT, checkSchema, serve } from "./support.mjs";

const small = { stop: { count: 200 }, warm_up: "0s", connections: 2 };

test("a measurement is by the schema and counts every request", async () => {
  const found = await serve((address) => runLoad({ target: `http://${address}/`, ...small }));
  checkSchema("measurement", found);
  assert.deepEqual(found.measured.counts.fates, { ok: 200 });
  assert.deepEqual(found.measured.counts.statuses, { 200: 200 });
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
