// The same objects as for `require`: there is one addon in a process.
export { Comparison, MesheryError, analyze, compare, runLoad, version } from "./index.cjs";
