// The README's programs, run as printed.

import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, dirname, join } from "node:path";
import { test } from "node:test";

import { ROOT, checkSchema, controlPlane, envoy } from "./support.mjs";

test("the quickstart runs as printed", (context) => {
  const path = envoy(context);
  if (path === undefined) return;
  const cwd = mkdtempSync(join(tmpdir(), "meshery-"));
  context.after(() => rmSync(cwd, { recursive: true }));
  const env = { ...process.env, PATH: dirname(path) + delimiter + process.env.PATH };
  const program = join(ROOT, "examples/quickstart/quickstart.mjs");
  const said = execFileSync(process.execPath, [program], { cwd, env, encoding: "utf8" });
  assert.match(said, /envoy[^]*95 % interval/);
  const result = JSON.parse(readFileSync(join(cwd, "quickstart/result.json"), "utf8"));
  checkSchema("comparison", result);
  assert.deepEqual(result.end, { ended: "complete" });
  assert.ok(existsSync(join(cwd, "quickstart/report.html")));
});

test("configuration is checked and mended as printed", () => {
  const said = execFileSync(process.execPath, [join(ROOT, "examples/check/check.mjs")], { encoding: "utf8" });
  assert.match(said, /^error\[MSH101\]/);
  assert.match(said, /^\+ {2}- route: \[\{ destination: \{ host: reviews \} \}\] # everything$/m);
  assert.match(said, /mended: true\n$/);
});

test("the laptop runs as printed", async (context) => {
  const path = envoy(context);
  const plane = path && (await controlPlane(context, { nodes: [] })); // skipped without the servers
  if (!plane) return;
  plane.stop();
  const env = { ...process.env, MESHERY_ENVOY: path };
  const said = execFileSync(process.execPath, [join(ROOT, "examples/laptop/laptop.mjs")], { env, encoding: "utf8" });
  assert.match(said, /^requests enter at http:\/\/127\.0\.0\.1:\d+\/; 9 processes are at work\n/);
  assert.equal(said.split(": true (").length, 10, said);
  assert.match(said, /\nhalf of all changes of its configuration arrive within \d+ ns\n$/);
});

test("the lifecycle runs as printed", async (context) => {
  const plane = await controlPlane(context, { nodes: [] }); // skipped without the servers
  if (!plane) return;
  plane.stop();
  const said = execFileSync(process.execPath, [join(ROOT, "examples/lifecycle/lifecycle.mjs")], { encoding: "utf8" });
  assert.match(said, /install shop: 3 to create\n\+ Namespace shop\n[^]*applied Deployment shop\n/);
  assert.match(said, /All objects are there and ready: true/);
  assert.match(said, / {4}\.data\.text: "hello" -> "welcome"\n/);
  assert.match(said, /left behind: \{ added: \[\], removed: \[\], changed: \[\] \}/);
});

test("the samples run as printed", async (context) => {
  const plane = await controlPlane(context, { nodes: [] }); // skipped without the servers
  if (!plane) return;
  plane.stop();
  const said = execFileSync(process.execPath, [join(ROOT, "examples/samples/samples.mjs")], { encoding: "utf8" });
  assert.match(said, /\nhttpbin: One server[^]*\n18 objects are there and ready\n18 objects are gone\n$/);
});
