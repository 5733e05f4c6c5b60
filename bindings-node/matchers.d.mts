export * from "./matchers.js";
