// Checks of configuration.

import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";

import { analyze } from "meshery";

import { ROOT, checkSchema } from "./support.mjs";

const folder = join(ROOT, "meshery-mesh/tests/fixtures/rules/MSH101");
const fixtures = (kind) => readdirSync(folder).filter((name) => name.startsWith(kind)).map((name) => join(folder, name));

test("a file, several files and texts by name are read", async () => {
  const [path] = fixtures("bad");
  const { findings, errors } = await analyze(path);
  assert.deepEqual(errors, []);
  assert.notEqual(findings.length, 0);
  for (const finding of findings) checkSchema("finding", finding);
  assert.deepEqual((await analyze([path])).findings, findings);
  assert.deepEqual(await analyze({ empty: "" }), { findings: [], errors: [] });
});

test("what cannot be read is said", async () => {
  await assert.rejects(analyze("missing.yaml"), { code: "ENOENT" });
  const { errors } = await analyze({ "a.yaml": "kind: [" });
  checkSchema("error", errors[0]);
  assert.match(errors[0].place, /^a\.yaml:/);
});

test("the example finds the place and says so with its exit code", () => {
  const program = join(ROOT, "examples/analyze/analyze.mjs");
  const file = (kind) => join(ROOT, "meshery-mesh/tests/fixtures/analyze", `${kind}.yaml`);
  const run = (kind) => spawnSync(process.execPath, [program, file(kind)], { encoding: "utf8" });
  const bad = run("bad");
  assert.equal(bad.status, 1, bad.stderr);
  assert.match(bad.stdout, /\.yaml:\d+:\d+: error\[MSH101\]/);
  assert.equal(run("good").status, 0);
});
