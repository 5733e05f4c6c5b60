// Results over time, and the matchers that judge results.

import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";

import { Comparison, History, runLoad } from "meshery";
import { assertEquivalent, assertMeetsSlo, assertPassesGate, matchers } from "meshery/matchers";

import { checkSchema, json, serve } from "./support.mjs";

const scratch = mkdtempSync(join(tmpdir(), "meshery-"));
after(() => rmSync(scratch, { recursive: true }));

const DOCUMENT = json("meshery-core/tests/golden/documents/comparison.json");

/** The same result as if measured on another day. */
function release(number) {
  const day = 86_400_000_000_000;
  return Comparison.fromJSON({ ...DOCUMENT, started_unix_ns: DOCUMENT.started_unix_ns + number * day });
}

test("releases are kept, reviewed, exported and named", () => {
  const history = new History(join(scratch, "history.sqlite"));
  const entries = [0, 1, 2, 3, 4, 5, 6].map((number) => history.add(release(number), `1.${number}`));
  assert.deepEqual(history.entries.map(({ id }) => id), entries);
  const review = history.review(entries.at(-1));
  checkSchema("history-review", review);
  assert.ok(review.trends.every(({ standing }) => standing === "usual"));
  for (const series of history.series) {
    checkSchema("history-series", series);
    assert.equal(series.points.length, 7);
  }
  assert.match(history.html, /Release by release/);
  assert.throws(() => history.standing(release(9), "main"), { code: "invalid_input" });
  assert.equal(history.baseline("main"), undefined);
  history.setBaseline("main", entries[5]);
  assert.equal(history.baseline("main"), entries[5]);
  assert.ok(history.standing(release(9), "main").every(({ releases }) => releases === 6));
  assert.throws(() => history.add({}, "1.9"), TypeError);

  history.exportTo(join(scratch, "history.jsonl"));
  const other = new History(join(scratch, "other.sqlite"));
  assert.equal(other.importFrom(join(scratch, "history.jsonl")), 7);
  assert.deepEqual(other.series, history.series);
});

test("matchers judge comparisons", () => {
  const comparison = release(0);
  const gate = { fail_on: [], budgets: ["envoy: latency.p50 < 1us"] };
  checkSchema("gate-result", comparison.gate(gate));
  const failed = matchers.toPassGate(comparison, gate);
  assert.equal(failed.pass, false);
  assert.match(failed.message(), /latency\.p50 < 1us/);
  assert.throws(() => assertPassesGate(comparison, gate), { code: "ERR_ASSERTION", operator: "assertPassesGate" });
  assertPassesGate(comparison, { fail_on: [], budgets: ["latency.p50 < 1s"] });
  assertEquivalent(comparison, "none", { arm: "none-again", metric: "throughput" });
  const differs = matchers.toBeEquivalentTo(comparison, "none", { arm: "envoy" });
  assert.match(differs.message(), /latency\.p50 is regressed against none/);
  assert.equal(matchers.toBeEquivalentTo(comparison, "none", { arm: "nobody" }).pass, false);
  assert.throws(() => matchers.toPassGate({}, gate), TypeError);
});

test("matchers judge measurements", async () => {
  const measurement = await serve((upstream) =>
    runLoad({ target: `http://${upstream}/`, stop: { count: 50 }, warm_up: "0s", connections: 1 }),
  );
  assertMeetsSlo(measurement, { response: ["p(50)<10000"], failed: ["rate<0.5"] });
  const failed = matchers.toMeetSlo(measurement, { response: ["max<0.000001"] });
  assert.equal(failed.pass, false);
  assert.match(failed.message(), /response max<0\.000001: found/);
  assert.equal(matchers.toMeetSlo(measurement, {}).pass, false);
  assert.throws(() => assertMeetsSlo(measurement, { response: ["p(50) less"] }), { code: "invalid_input" });
});
