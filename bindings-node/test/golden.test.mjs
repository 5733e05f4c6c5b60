// The golden cases, the same as in Rust (examples/tests/golden.rs) and Python.

import assert from "node:assert/strict";
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";

import { Comparison, LocalMesh, MesheryError, Plan, analyze, compare, order, runLoad } from "meshery";

import { ROOT, json } from "./support.mjs";

const FOLDER = "meshery-core/tests/golden";
const files = readdirSync(join(ROOT, FOLDER)).filter((name) => name.endsWith(".json"));

function lookUp({ document }) {
  const comparison = Comparison.fromJSON(json(join(FOLDER, document)));
  const verdicts = {};
  for (const { arm, metric } of comparison.toJSON().effects) {
    (verdicts[arm] ??= {})[metric] = comparison.verdict(arm, metric);
  }
  return { verdicts, table: comparison.table };
}

function show({ plan: document, role }) {
  const plan = Plan.fromJSON(document);
  return {
    empty: plan.isEmpty,
    text: plan.toString(),
    ansi: plan.toAnsi(),
    html: plan.toHtml(),
    roles: plan.roles(role),
    document: plan.document,
  };
}

const install = (input) => LocalMesh.start(input);
const analyzed = async (texts) => (await analyze(texts)).toJSON();

/** All that an analysis is asked for. */
async function check({ texts, options }) {
  const analysis = await analyze(texts, options);
  const formats = ["github", "html", "junit", "markdown", "sarif", "text"];
  return {
    analysis: analysis.toJSON(),
    fingerprints: analysis.fingerprints,
    fixed: analysis.fixed({ unsafe: true }),
    diff: analysis.diff({ unsafe: true }),
    is_error: analysis.isAtLeast("error"),
    rendered: Object.fromEntries(formats.map((name) => [name, analysis.render(name)])),
  };
}

async function putInOrder({ running, wanted, options }) {
  const found = await order(running, wanted, options);
  return { order: found.toJSON(), text: `${found}` };
}

const calls = {
  analyze: analyzed,
  check,
  compare,
  comparison: lookUp,
  install,
  order: putInOrder,
  plan: show,
  run_load: runLoad,
};

function checkError(error, { mentions = [], ...expected }) {
  if (!(error instanceof MesheryError)) throw error;
  for (const part of mentions) assert.ok(error.message.includes(part), error.message);
  const found = Object.fromEntries(Object.keys(expected).map((name) => [name, error[name]]));
  assert.deepEqual(found, expected);
}

test("there are cases", () => assert.notEqual(files.length, 0));

for (const file of files) {
  const { name, call, input, expect } = json(join(FOLDER, file));
  test(`case ${name}`, async () => {
    let found;
    try {
      found = await calls[call](input);
    } catch (error) {
      checkError(error, expect.error);
      return;
    }
    assert.deepEqual(found, expect.ok);
  });
}
