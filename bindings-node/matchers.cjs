"use strict";
// Matchers for vitest and jest, and the same as assertions for node:assert; matchers.d.ts says what everything is for.

const { AssertionError } = require("node:assert");
const { Campaign, Comparison, judgeThresholds } = require("./index.cjs");

/** Whether a measurement reaches what it has to. */
function toMeetSlo(measurement, thresholds) {
  const outcomes = judgeThresholds(measurement, thresholds);
  const broken = outcomes.filter(({ holds }) => !holds);
  const lines = (some) => some.map(({ metric, threshold, found }) => `${metric} ${threshold}: found ${found ?? "nothing"}`);
  const pass = outcomes.length > 0 && broken.length === 0;
  const message = () =>
    pass
      ? `expected some of these not to hold: ${lines(outcomes).join("; ")}`
      : `expected these to hold: ${lines(broken).join("; ") || "no threshold was named"}`;
  return { pass, message };
}

/** Whether an arm is shown to be equivalent to its baseline: in one metric, or in all metrics of the whole. */
function toBeEquivalentTo(comparison, baseline, { arm, metric }) {
  if (!(comparison instanceof Comparison)) throw new TypeError("not a Comparison");
  const counts = (effect) => effect.arm === arm && (metric ? effect.metric === metric : !effect.metric.includes("/"));
  const effects = comparison.toJSON().effects.filter(counts);
  const other = effects.filter((effect) => effect.verdict !== "equivalent" || effect.baseline !== baseline);
  const pass = effects.length > 0 && other.length === 0;
  const lines = other.map((effect) => `${effect.metric} is ${effect.verdict} against ${effect.baseline}`);
  const message = () =>
    pass
      ? `expected ${arm} not to be equivalent to ${baseline}`
      : `expected ${arm} to be equivalent to ${baseline}: ${lines.join("; ") || "there is no such effect"}`;
  return { pass, message };
}

/** Whether a result passes a gate. */
function toPassGate(result, gate) {
  if (!(result instanceof Comparison || result instanceof Campaign)) throw new TypeError("not a result of meshery");
  const { passed, failures } = result.gate(gate);
  const lines = failures.map((note) => `${note.cell} ${note.arm} ${note.metric} ${note.found} (${note.rule})`.trim());
  const message = () => (passed ? "expected the gate not to be passed" : `expected the gate to be passed: ${lines.join("; ")}`);
  return { pass: passed, message };
}

/** An assertion out of a matcher. */
function asserted(name, matcher) {
  return (...given) => {
    const { pass, message } = matcher(...given);
    if (!pass) throw new AssertionError({ message: message(), operator: name });
  };
}

const assertEquivalent = asserted("assertEquivalent", toBeEquivalentTo);
const assertMeetsSlo = asserted("assertMeetsSlo", toMeetSlo);
const assertPassesGate = asserted("assertPassesGate", toPassGate);
const matchers = { toBeEquivalentTo, toMeetSlo, toPassGate };

module.exports = {
  assertEquivalent,
  assertMeetsSlo,
  assertPassesGate,
  matchers,
};
