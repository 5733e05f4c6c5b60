// Comparisons with a real Envoy.

import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";

import { Comparison, MesheryError, compare } from "meshery";

import { BRIEF, checkSchema, envoy } from "./support.mjs";

const scratch = mkdtempSync(join(tmpdir(), "meshery-"));
after(() => rmSync(scratch, { recursive: true }));

test("a comparison", async (suite) => {
  const path = envoy(suite);
  if (!path) return;
  const events = [];
  const onProgress = (event) => events.push(event);
  const comparison = await compare({ ...BRIEF, seed: 7 }, { envoy: path, onProgress });
  const document = comparison.toJSON();

  await suite.test("is by the schema", () => {
    checkSchema("comparison", document);
    assert.deepEqual(document.end, { ended: "complete" });
    assert.equal(document.seed, 7);
    for (const { checks, runs } of document.arms) {
      assert.ok(checks.every(({ passed }) => passed));
      assert.deepEqual(runs.map(({ error }) => error), [null]);
    }
  });

  await suite.test("tells what happens, in order", () => {
    for (const event of events) checkSchema("event", event);
    const kinds = events.map(({ event }) => event);
    const count = (kind) => kinds.filter((other) => other === kind).length;
    assert.deepEqual([count("run_started"), count("run_finished"), count("judged")], [2, 2, document.effects.length]);
    assert.ok(kinds.indexOf("comparison_started") < kinds.indexOf("run_started"));
    assert.equal(kinds.at(-1), "judged");
  });

  await suite.test("is looked up by arm and metric", () => {
    for (const effect of document.effects) {
      assert.deepEqual(comparison.effect(effect.arm, effect.metric), effect);
      assert.equal(comparison.verdict(effect.arm, effect.metric), effect.verdict);
    }
    const refused = ({ code, message }) => code === "invalid_input" && message.includes("p99");
    assert.throws(() => comparison.verdict("envoy", "p99"), refused);
  });

  await suite.test("shows itself", () => {
    assert.equal(`${comparison}`, comparison.table);
    assert.match(comparison.table, /envoy/);
    assert.match(comparison.html, /<svg|<table/);
    assert.doesNotMatch(comparison.html, /<script/);
  });

  await suite.test("can be saved and read again", () => {
    const folder = join(scratch, "new");
    comparison.save(folder);
    const saved = JSON.parse(readFileSync(join(folder, "result.json"), "utf8"));
    assert.deepEqual(saved, comparison.toJSON());
    assert.match(readFileSync(join(folder, "report.html"), "utf8"), /^<!DOCTYPE html>/i);
    assert.equal(Comparison.fromJSON(saved).table, comparison.table);
  });

  await suite.test("says when it cannot be saved", () => {
    const file = join(scratch, "file");
    writeFileSync(file, "");
    assert.throws(() => comparison.save(file), (error) => error instanceof MesheryError && error.code === "io");
  });
});

test("a missing Envoy is an error at its arm", async () => {
  const error = await compare({ ...BRIEF, upstream: "127.0.0.1:1" }, { envoy: join(scratch, "envoy") }).catch((caught) => caught);
  assert.ok(error instanceof MesheryError);
  assert.equal(error.code, "program_missing");
  assert.match(error.place, /^arms\[1\]/);
});
