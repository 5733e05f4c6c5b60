// Compares no mesh, no mesh again, Envoy sidecars, and Envoy sidecars with mTLS.
//
// The same program as main.rs: writes DIR/result.json and DIR/report.html and prints the table. Ctrl-C ends it and keeps
// the runs made so far.

import { parseArgs } from "node:util";

import { MesheryError, compare } from "meshery";

const { values: given } = parseArgs({
  options: {
    out: { type: "string", default: "." },
    envoy: { type: "string" },
    rounds: { type: "string", default: "6" },
    rate: { type: "string", default: "2000/s" },
    duration: { type: "string", default: "2.5s" },
    seed: { type: "string" },
    upstream: { type: "string" },
  },
});

const spec = {
  rounds: Number(given.rounds),
  seed: given.seed === undefined ? undefined : Number(given.seed),
  upstream: given.upstream,
  load: { pace: { constant: given.rate }, stop: { duration: given.duration }, warm_up: "500ms" },
};

function onProgress(event) {
  if (event.event === "comparison_started") console.error(`${event.runs} runs, seed ${event.seed}`);
  if (event.event !== "run_finished") return;
  const answer = event.p50_ns === null ? "no answer" : `p50 ${(event.p50_ns / 1e6).toFixed(3)} ms`;
  console.error(`run ${event.run}: ${event.arm}: ${answer}${event.valid ? "" : " (invalid)"}`);
}

function show(comparison) {
  comparison.save(given.out);
  console.log(comparison.table);
}

const interrupt = new AbortController();
process.once("SIGINT", () => interrupt.abort());
try {
  show(await compare(spec, { envoy: given.envoy, signal: interrupt.signal, onProgress }));
} catch (error) {
  if (!(error instanceof MesheryError)) throw error;
  if (error.partial) show(error.partial);
  if (error.code !== "cancelled") console.error(`error[${error.code}]: ${error.message}`);
  process.exitCode = error.code === "cancelled" ? 130 : 1;
}
