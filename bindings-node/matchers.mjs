// The same objects as for `require`.
export { assertEquivalent, assertMeetsSlo, assertPassesGate, matchers } from "./matchers.cjs";
