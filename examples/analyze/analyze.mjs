// Finds mistakes in mesh configuration; ends with 1 when something is wrong. The same program as main.rs, for files:
//
//     node analyze.mjs FILE...

import { analyze } from "meshery";

const files = process.argv.slice(2);
if (files.length === 0) {
  console.error("usage: analyze.mjs FILE...");
  process.exit(2);
}
const { findings, errors } = await analyze(files);
for (const { code, message, place } of errors) console.error(`${place ?? ""}: error[${code}]: ${message}`);
for (const { code, help, location, message, resource, severity } of findings) {
  const { line, column } = location.span.start;
  console.log(`${location.file}:${line}:${column}: ${severity}[${code}]: ${resource}: ${message}`);
  if (help !== undefined) console.log(`  help: ${help}`);
}
const wrong = findings.some(({ severity }) => severity === "error") || errors.length > 0;
process.exitCode = wrong ? 1 : 0;
