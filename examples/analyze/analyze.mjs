// Finds mistakes in mesh configuration; ends with 1 when something is wrong. The same program as main.rs, with fewer
// options:
//
//     node analyze.mjs PATH...

import { analyze } from "meshery";

const paths = process.argv.slice(2);
if (paths.length === 0) {
  console.error("usage: analyze.mjs PATH...");
  process.exit(2);
}
const analysis = await analyze(paths);
process.stdout.write(`${analysis}`);
process.exitCode = analysis.isAtLeast("error") ? 1 : 0;
