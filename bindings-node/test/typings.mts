// Compiled, not run: what the typings must allow, and what they must refuse.

import {
  type Analysis,
  type ComparisonSpec,
  type EnrolmentReport,
  Lifecycle,
  LocalMesh,
  LocalSample,
  MesheryError,
  type OperationReport,
  type Verdict,
  analyze,
  compare,
  runLoad,
  samples,
} from "meshery";

const spec: ComparisonSpec = { rounds: 5, load: { pace: { constant: "2000/s" }, stop: { duration: "2s" } } };
const comparison = await compare(spec, {
  envoy: "envoy",
  signal: AbortSignal.timeout(1000),
  onProgress: (event) => {
    if (event.event === "run_finished") console.log(event.arm, event.p50_ns ?? "no answer");
  },
});
const verdict: Verdict = comparison.verdict("envoy", "latency.p99");
const low: number | undefined = comparison.effect("envoy", "memory").ci95?.low;
comparison.save("out");

const measurement = await runLoad({ target: "http://127.0.0.1/", stop: { count: 1 } });
const sent: number = measurement.measured.counts.sent;
const analysis: Analysis = await analyze({ "a.yaml": "" });

const lifecycle = new Lifecycle({ kubeconfig: "admin.yaml" });
const operation = lifecycle.install({ name: "shop", sources: [{ path: "shop.yaml" }] }, { adopt: true, timeout: "5m" });
for await (const event of operation) {
  if (event.happening === "status" && event.health !== "ready") console.log(event.object.name, event.reason);
}
const report: OperationReport = await operation;
const both: OperationReport[] = await Promise.all([operation, lifecycle.rollback("shop", { to: 1 })]);

const sampled: OperationReport = await lifecycle.installSample({ sample: "bookinfo", namespace: "books" }, { timeout: "5m" });
const moved: EnrolmentReport = await lifecycle.enrol({ instance: "istio-canary", namespaces: ["shop"] }, { wait: false });
const revisions: (string | undefined)[] = moved.pods.map((pod) => pod.revision);
const images: string[] = samples().flatMap((sample) => sample.images);
const echo = await LocalSample.start({ sample: "echo", settings: { delay: "20ms" } }, { envoy: "envoy" });
const mesh = await LocalMesh.start({ mesh: "istio-local", upstream: echo.entry, mtls: true });
const proven: boolean = (await mesh.verify({ signal: AbortSignal.timeout(1000) })).every((check) => check.passed);
const p50: number | null | undefined = (await mesh.propagation(5))?.p50_ns;
for (const each of [mesh, echo]) each.stop();

try {
  await compare();
} catch (error) {
  if (error instanceof MesheryError && error.code === "program_missing") console.log(error.expected, error.context);
}

// @ts-expect-error: there is no default export
import meshery from "meshery";

// @ts-expect-error: a rate has a unit
await runLoad({ target: "http://127.0.0.1/", pace: { constant: 2000 } });
// @ts-expect-error: an unknown field
await compare({ runs: 5 });
// @ts-expect-error: an unknown option
lifecycle.install({ name: "shop" }, { adopts: true });
// @ts-expect-error: a mesh has something behind it
LocalMesh.start({ mesh: "envoy" });
// @ts-expect-error: a sample has a name
lifecycle.installSample({ namespace: "books" });
// @ts-expect-error: an instance is named
lifecycle.withdraw({ namespaces: ["shop"] });
// @ts-expect-error: no such verdict
const worse: Verdict = "worse";

export { analysis, both, images, low, meshery, p50, proven, report, revisions, sampled, sent, verdict, worse };
