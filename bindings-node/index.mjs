// The same objects as for `require`: there is one addon in a process.
export {
  Campaign,
  Comparison,
  MesheryError,
  analyze,
  compare,
  convertResult,
  exportMeasurement,
  planCampaign,
  runCampaign,
  runLoad,
  search,
  version,
} from "./index.cjs";
