// The statistics from Node, against SciPy's figures in the reference file.

import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";

import { statistic, statistics } from "meshery";

import { ROOT } from "./support.mjs";

const REFERENCE = join(ROOT, "../shared/stats/reference-open.json");

/** The methods, and where the reference has their first figures. */
const FIGURES = [
  ["welch", ["welch", "p_two_sided"], 1e-6],
  ["student", ["student", "p_two_sided"], 1e-6],
  ["log-ratio", ["log_ratio", "p_two_sided"], 1e-6],
  ["cliffs-delta", ["cliffs_delta"], 1e-9],
  ["hodges-lehmann", ["hodges_lehmann", "shift"], 1e-9],
  ["brunner-munzel", ["brunner_munzel", "p_two_sided"], 1e-6],
];

test("figures are those of the reference", (context) => {
  if (!existsSync(REFERENCE)) {
    if (process.env.CI) throw new Error(`the statistics reference is not at ${REFERENCE}`);
    context.skip(`the statistics reference is not at ${REFERENCE}`);
    return;
  }
  const compared = Object.fromEntries(FIGURES.map(([method]) => [method, 0]));
  for (const { id, x, y, expected } of JSON.parse(readFileSync(REFERENCE, "utf8")).pairs) {
    if (!x.literal || !y.literal) continue; // a recipe, which the tests in Rust draw
    for (const [method, path, tolerance] of FIGURES) {
      const wanted = path.reduce((found, name) => found?.[name], expected);
      if (typeof wanted !== "number") continue;
      const [found] = statistic(method, x.literal, y.literal);
      const close = Math.abs(found - wanted) <= tolerance * Math.max(Math.abs(found), Math.abs(wanted)) + 1e-12;
      assert.ok(close, `${id}: ${method} ${found}, not ${wanted}`);
      compared[method] += 1;
    }
  }
  for (const [method, count] of Object.entries(compared)) assert.ok(count >= 10, `${method}: ${count}`);
});

test("what does not fit a method is refused", () => {
  assert.throws(() => statistic("tea-leaves", [1]), { code: "invalid_input", place: "name" });
  assert.throws(() => statistic("welch", [1, 2]), { code: "invalid_input", place: "y" });
  assert.throws(() => statistic("kpss", [1, 2], [1, 2]), { code: "invalid_input", place: "y" });
  assert.equal(statistics()["mann-whitney"], "p of no dominance");
});
