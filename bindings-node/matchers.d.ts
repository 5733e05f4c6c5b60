import type { Campaign, Comparison, Gate, Measurement, Thresholds } from "./index.js";

/** What a matcher of vitest or jest answers. */
export interface Matched {
  pass: boolean;
  message: () => string;
}

/** Of which arm, and of which metric; without one, of all metrics of the whole. */
export interface Equivalence {
  arm: string;
  metric?: string;
}

/** For `expect.extend(matchers)` of vitest and jest. */
export const matchers: {
  /** `expect(measurement).toMeetSlo({ response: ["p(99)<250"] })` */
  toMeetSlo(measurement: Measurement, thresholds: Thresholds): Matched;
  /** `expect(comparison).toBeEquivalentTo("none", { arm: "envoy", metric: "latency.p50" })` */
  toBeEquivalentTo(comparison: Comparison, baseline: string, of: Equivalence): Matched;
  /** `expect(comparison).toPassGate({ fail_on: [], budgets: ["latency.p99 < 1ms"] })` */
  toPassGate(result: Comparison | Campaign, gate?: Gate): Matched;
};

/** As `toMeetSlo`, for node:assert: throws an AssertionError. */
export function assertMeetsSlo(measurement: Measurement, thresholds: Thresholds): void;
/** As `toBeEquivalentTo`, for node:assert. */
export function assertEquivalent(comparison: Comparison, baseline: string, of: Equivalence): void;
/** As `toPassGate`, for node:assert. */
export function assertPassesGate(result: Comparison | Campaign, gate?: Gate): void;
