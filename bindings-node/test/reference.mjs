// The statistics reference: its cases, and the samples that its recipes draw.

import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";

import { ROOT, missing } from "./support.mjs";

const PATH = join(ROOT, "../shared/stats/reference-open.json");

/** The whole file; without it the test is skipped, or fails in CI. */
export function load(context) {
  if (existsSync(PATH)) return JSON.parse(readFileSync(PATH, "utf8"));
  return missing(context, `the statistics reference is not at ${PATH}`);
}

/** A sample that is written out, or drawn by a recipe; the recipe's check values hold. */
export function sample(described) {
  if (Array.isArray(described)) return described;
  if (described.literal) return described.literal;
  const values = draw(described);
  const ends = JSON.stringify([values.slice(0, 3), values.at(-1)]);
  if (ends !== JSON.stringify([described.check.first3, described.check.last])) {
    throw new Error(`${JSON.stringify(described)} has ${ends}`);
  }
  return values;
}

/** SplitMix64, as numbers between 0 and 1. */
function units(seed) {
  const wrapped = (value) => BigInt.asUintN(64, value);
  let state = BigInt(seed);
  return () => {
    state = wrapped(state + 0x9e3779b97f4a7c15n);
    let z = state;
    z = wrapped((z ^ (z >> 30n)) * 0xbf58476d1ce4e5b9n);
    z = wrapped((z ^ (z >> 27n)) * 0x94d049bb133111ebn);
    return (Number((z ^ (z >> 31n)) >> 11n) + 0.5) / 2 ** 53;
  };
}

function draw(recipe) {
  const unit = units(recipe.seed);
  const normal = () => {
    const [u, v] = [unit(), unit()];
    return Math.sqrt(-2 * Math.log(u)) * Math.cos(2 * Math.PI * v);
  };
  let state;
  const draws = {
    uniform: () => recipe.a + (recipe.b - recipe.a) * unit(),
    exponential: () => -recipe.scale * Math.log(unit()),
    normal: () => recipe.mean + recipe.sd * normal(),
    lognormal: () => Math.exp(recipe.mu + recipe.sigma * normal()),
    pareto: () => recipe.xm * unit() ** (-1 / recipe.alpha),
    ar1_lognormal: () => {
      const noise = normal();
      state = state === undefined ? noise : recipe.rho * state + Math.sqrt(1 - recipe.rho * recipe.rho) * noise;
      return Math.exp(recipe.mu + recipe.sigma * state);
    },
    mixture: () => {
      const mode = unit() < recipe.p ? "2" : "";
      return Math.exp(recipe[`mu${mode}`] + recipe[`sigma${mode}`] * normal());
    },
  };
  const digits = 10 ** recipe.decimals;
  return Array.from({ length: recipe.n }, () => {
    let value = draws[recipe.dist]() * (recipe.scale_by ?? 1);
    if (recipe.tail_above && value > recipe.tail_above) value *= recipe.tail_factor;
    return Math.floor(value * digits + 0.5) / digits;
  });
}
