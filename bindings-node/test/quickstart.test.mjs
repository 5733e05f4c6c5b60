// The README's quickstart, run as printed.

import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, dirname, join } from "node:path";
import { test } from "node:test";

import { ROOT, checkSchema, envoy } from "./support.mjs";

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
