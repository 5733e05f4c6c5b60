// The package as a whole: both kinds of import, its version, its README.

const assert = require("node:assert/strict");
const { mkdtempSync, readFileSync, rmSync, writeFileSync } = require("node:fs");
const { spawnSync } = require("node:child_process");
const { join } = require("node:path");
const { test } = require("node:test");

const meshery = require("meshery");

test("require and import give the same objects", async () => {
  const { default: _, ...imported } = await import("meshery");
  assert.deepEqual({ ...imported }, { ...meshery });
});

test("the version is that of the workspace", () => {
  const manifest = readFileSync(join(__dirname, "../../Cargo.toml"), "utf8");
  assert.equal(meshery.version, /^version = "(.*)"$/m.exec(manifest)[1]);
});

/** Every field and every fixed word of a schema. */
function words(schema) {
  if (typeof schema !== "object" || schema === null) return [];
  const own = [...Object.keys(schema.properties ?? {}), ...(schema.enum ?? []), ...(schema.const ? [schema.const] : [])];
  const inner = Object.entries(schema).filter(([key]) => key !== "default").flatMap(([, value]) => words(value));
  return [...own, ...inner];
}

test("the typings know every word of what a user writes and branches on", () => {
  const typings = ["analyze.d.ts", "index.d.ts", "lifecycle.d.ts", "local.d.ts"].map((name) => readFileSync(join(__dirname, "..", name), "utf8")).join();
  for (const name of ["analysis", "analysis-options", "campaign-plan", "campaign-spec", "audited-request", "change-plan", "check-outcome", "comparison-spec", "control-plane-spec", "detection", "drift", "error", "event", "finding", "gate", "gate-result", "history-review", "instance-spec", "instance-status", "load-spec", "mesh-spec", "operation-options", "operation-report", "propagation", "remark", "rule-info", "sample-info", "sample-spec"]) {
    const path = join(__dirname, `../../meshery-core/schema/${name}.schema.json`);
    const known = words(JSON.parse(readFileSync(path, "utf8")));
    assert.ok(known.length > 3);
    const missing = known.filter((word) => !new RegExp(`\\b${word}\\b`).test(typings));
    assert.deepEqual(missing, [], `${name}: what the typings do not know`);
  }
});

test("errors say all they know", async () => {
  const error = await meshery.compare({ rounds: 0 }).catch((caught) => caught);
  const { name, code, place, expected, found, context, message } = error;
  assert.deepEqual(
    { name, code, place, expected, found, context, message },
    {
      name: "MesheryError",
      code: "invalid_input",
      place: "rounds",
      expected: "at least 1",
      found: "0",
      context: {},
      message: "rounds: out of range: expected at least 1, found 0",
    },
  );
});

test("the README runs as printed, with a shorter load", async (context) => {
  const { BRIEF, envoy } = await import("./support.mjs");
  const path = envoy(context);
  if (!path) return;
  const readme = readFileSync(join(__dirname, "../README.md"), "utf8");
  const [, snippet] = /```js\n(.*?)```/s.exec(readme);
  assert.match(snippet, /await compare\(\{.*\}\)/);
  const folder = mkdtempSync(join(__dirname, "readme-"));
  try {
    writeFileSync(join(folder, "readme.mjs"), snippet.replace(/await compare\(\{.*\}\)/, `await compare(${JSON.stringify(BRIEF)})`));
    const env = { ...process.env, MESHERY_ENVOY: path };
    const done = spawnSync(process.execPath, ["readme.mjs"], { cwd: folder, encoding: "utf8", env });
    assert.equal(done.status, 0, done.stderr);
    assert.match(readFileSync(join(folder, "out/report.html"), "utf8"), /<svg/);
  } finally {
    rmSync(folder, { recursive: true });
  }
});
