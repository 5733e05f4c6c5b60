// The same objects as for `require`: there is one addon in a process.
export {
  Comparison,
  MesheryError,
  analyze,
  compare,
  convertResult,
  exportMeasurement,
  runLoad,
  search,
  version,
} from "./index.cjs";
