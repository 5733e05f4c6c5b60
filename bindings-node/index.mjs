// The same objects as for `require`: there is one addon in a process.
export {
  Campaign,
  Comparison,
  History,
  MesheryError,
  analyze,
  compare,
  convertResult,
  exportMeasurement,
  judgeThresholds,
  planCampaign,
  runCampaign,
  runLoad,
  search,
  statistic,
  statistics,
  version,
} from "./index.cjs";
