// The statistics from Node, against the reference by the rules that all languages read.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";

import { statistic, statistics } from "meshery";

import * as reference from "./reference.mjs";
import { ROOT } from "./support.mjs";

const GOLDEN = JSON.parse(readFileSync(join(ROOT, "meshery-core/tests/golden/documents/statistics.json"), "utf8"));

/** What stands at the end of a path; `*` maps over the members of a list. */
function lookUp(value, path) {
  if (!path) return value;
  const [step, ...more] = path.split("/");
  const rest = more.join("/");
  if (Array.isArray(value) && step === "*") return value.map((item) => lookUp(item, rest));
  return value === null || typeof value !== "object" ? undefined : lookUp(value[step], rest);
}

function roots(testCase, path) {
  if (!path.endsWith("/*")) return [["", lookUp(testCase, path)]];
  return Object.entries(lookUp(testCase, path.slice(0, -2)) ?? {});
}

function setting(testCase, root, key, given) {
  if (typeof given !== "string") return given;
  if (given === "@key") return Number(key);
  let found = given;
  if (given[0] === "@") found = lookUp(root, given.slice(1));
  if (given[0] === "$") found = lookUp(testCase, given.slice(1));
  return GOLDEN.words[found] ?? found;
}

const isNumber = (value) => typeof value === "number";

function expectedOf(figure, root) {
  const known = !figure.when || isNumber(lookUp(root, figure.when));
  return known ? (lookUp(root, figure.expected) ?? undefined) : undefined;
}

function samples(rule, testCase, pairs) {
  const from = rule.pair ? pairs.find(({ id }) => id === lookUp(testCase, rule.pair)) : testCase;
  if (!from) return undefined; // some cases refer to samples that the open file does not hold
  const { x, y } = rule.pair ? { x: "x", y: "y" } : rule;
  const of = (path) => (path ? reference.sample(lookUp(from, path)) : undefined);
  return [of(x) ?? [], of(y)];
}

/** Where the seed decides, the most common answer counts; among equals the first. */
function ask(rule, x, y, settings) {
  const asked = rule.seeds ? Array.from({ length: rule.seeds }, (_, seed) => ({ ...settings, seed })) : [settings];
  const answers = asked.map((each) => JSON.stringify(statistic(rule.method, x, y, each)));
  const times = (answer) => answers.filter((other) => other === answer).length;
  return JSON.parse(answers.reduce((best, answer) => (times(answer) > times(best) ? answer : best)));
}

function tolerance(name, size, tolerances) {
  if (name === "p") return tolerances[size <= GOLDEN.small ? "p_rel_small_n" : "p_rel_asymptotic"];
  if (name === "hd") return tolerances[size >= GOLDEN.large ? "hd_rel_100k" : "statistics_rel"];
  return tolerances[name] ?? GOLDEN.tolerances[name];
}

function isNear({ root, size, tolerances }, figure, found, expected, scale) {
  if (!isNumber(found)) return false;
  const wanted = Number(expected) * (figure.factor ?? 1);
  const distance = Math.abs(found - wanted);
  const name = figure.tolerance;
  if (name === "seeds") return distance <= 6 * lookUp(root, figure.sd) + 1e-12;
  if (name === "exact") return found === wanted;
  if (name.endsWith("_abs")) return distance <= tolerance(name, size, tolerances);
  const floor = name === "p" || name.startsWith("p_") ? 1e-300 : 1e-13;
  return distance <= tolerance(name, size, tolerances) * (Math.abs(wanted) + Math.abs(scale)) + floor;
}

function isClose(question, figure, answer, found, expected) {
  if (figure.tolerance === "listed") return expected.some((set) => JSON.stringify(set) === JSON.stringify(found));
  const scale = figure.scale ? lookUp(answer, figure.scale) : 0;
  if (!Array.isArray(expected)) return isNear(question, figure, found, expected, scale);
  const scaleAt = (at) => (Array.isArray(scale) ? scale[at] : scale);
  const near = (value, at) => isNear(question, figure, found[at], value, scaleAt(at));
  return found.length === expected.length && expected.every(near);
}

/** How many figures of a case are as expected. */
function check(rule, testCase, whole, drawn) {
  let made = 0;
  for (const [key, root] of roots(testCase, rule.root)) {
    const given = Object.entries(rule.settings ?? {});
    const settings = Object.fromEntries(given.map(([name, value]) => [name, setting(testCase, root, key, value)]));
    const figures = rule.figures.filter((figure) => expectedOf(figure, root) !== undefined);
    if (rule.when && !isNumber(lookUp(root, rule.when))) continue;
    if (figures.length === 0 || Object.values(settings).some((value) => value === undefined || value === null)) continue;
    const place = JSON.stringify([rule.section, rule.pair ? testCase.pair : testCase.id, rule.x, rule.y]);
    if (!drawn.has(place)) drawn.set(place, samples(rule, testCase, whole.pairs));
    const [x, y] = drawn.get(place) ?? [];
    if (!x || (rule.paired && x.length !== y.length)) continue;
    const answer = ask(rule, x, y, settings);
    const question = { root, size: Math.max(x.length, y?.length ?? 0), tolerances: whole.tolerances };
    for (const figure of figures) {
      if (figure.short_of_one && Math.abs(answer[figure.short_of_one]) > 1 - 1e-12) continue;
      const [found, expected] = [lookUp(answer, figure.figure), expectedOf(figure, root)];
      const what = `${testCase.id}: ${rule.method} ${figure.figure} ${found}, not ${JSON.stringify(expected)}`;
      assert.ok(isClose(question, figure, answer, found, expected), what);
      made += 1;
    }
  }
  return made;
}

test("every rule of the reference", (context) => {
  const whole = reference.load(context);
  if (!whole) return;
  const drawn = new Map();
  for (const rule of GOLDEN.rules) {
    const made = whole[rule.section].reduce((sum, testCase) => sum + check(rule, testCase, whole, drawn), 0);
    assert.ok(made >= rule.least, `only ${made} figures of ${JSON.stringify(rule)}`);
  }
});

test("what does not fit a method is refused", () => {
  assert.throws(() => statistic("tea-leaves", [1]), { code: "invalid_input", place: "name" });
  assert.throws(() => statistic("welch", [1, 2]), { code: "invalid_input", place: "y" });
  assert.throws(() => statistic("kpss", [1, 2], [1, 2]), { code: "invalid_input", place: "y" });
  assert.throws(() => statistic("quantile", [1, 2], undefined, { tea: 1 }), { place: "settings" });
  assert.equal(statistics()["mann-whitney"], "p of no dominance");
});
