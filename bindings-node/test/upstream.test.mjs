// Upstream's own cases, judged from Node: the same data and the same rules as in the other languages.

import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";

import { Session, analyze, rules } from "meshery";

import { ROOT, missing } from "./support.mjs";

// What istioctl leaves out, whoever asks.
const SYSTEM = ["kube-system/", "kube-public/", "kube-node-lease/", "local-path-storage/"];
const codes = new Map(rules().map(({ code, aliases }) => [code, [code, ...aliases]]));

/** A folder of the data; without it the test is skipped, or fails in CI. */
function data(context, folder) {
  const path = join(ROOT, "../shared", folder);
  if (existsSync(path)) return path;
  return missing(context, `the data is not at ${path}`);
}

const read = (path) => JSON.parse(readFileSync(path, "utf8"));

async function onGrid(folder, { analyzer, inputFiles = [], clusterInputFiles = {}, meshConfigFile, meshNetworksFile }) {
  const paths = (files) => files.map((file) => join(folder, file));
  const session = await Session.start({
    profile: "istioctl",
    select: [analyzer],
    closed: true,
    mesh_config: meshConfigFile && join(folder, meshConfigFile),
    mesh_networks: meshNetworksFile && join(folder, meshNetworksFile),
  });
  await session.put(paths(inputFiles));
  for (const [cluster, files] of Object.entries(clusterInputFiles)) await session.put(paths(files), { cluster });
  const { findings, errors } = await session.analysis();
  assert.deepEqual(errors, []);
  assert.ok(findings.every(({ location }) => location.span.start.column > 0));
  const found = findings.filter(({ resource }) => !SYSTEM.some((name) => resource.includes(name)));
  return bag(found.map(({ code, resource }) => [code, resource]));
}

/** Messages in one order, each once. */
const bag = (messages) => [...new Set(messages.map((message) => message.join(" ")))].sort();

test("every case of upstream's grid", async (context) => {
  const folder = data(context, "istio-analyze");
  if (!folder) return;
  const wrong = [];
  for (const one of read(join(folder, "cases.json"))) {
    const expected = bag(one.expected.map((it) => [it.code, it.kind_ns_name]));
    const isSame = JSON.stringify(await onGrid(folder, one)) === JSON.stringify(expected);
    if (!isSame) wrong.push(one.name);
    console.log("GRID", isSame ? "as upstream" : "differs    ", one.name);
  }
  assert.deepEqual(wrong, []);
});

/** The steps of a path; a key in brackets is one of them. */
const steps = (path) => [...path.matchAll(/\[([^\]]*)\]|([^.[]+)/g)].map(([, key, step]) => key || step);

/** Whether one is the other, or in it. */
function related(one, other) {
  const [a, b] = [steps(one), steps(other)];
  return a.slice(0, b.length).every((step, at) => step === b[at]);
}

function isAbout(finding, resource) {
  if (resource === undefined) return true;
  return finding.resource.endsWith(resource) || finding.resource === resource.replace(" default/", " ");
}

function meets({ code, severity, field = "", ...rest }, wanted) {
  const enough = wanted.severity === "warning" ? ["warning", "error"] : ["error"];
  const answers = codes.get(code).includes(wanted.code) && enough.includes(severity);
  return answers && isAbout(rest, wanted.resource) && related(field, wanted.field ?? "");
}

function isCaught(findings, { findings: wanted, resource, violations = [] }) {
  if (wanted) return wanted.every((one) => findings.some((finding) => meets(finding, one)));
  const about = findings.filter((it) => it.severity === "error" && isAbout(it, resource));
  const fields = violations.map(({ field }) => field).filter((field) => field !== undefined);
  return about.length > 0 && fields.every((field) => about.some((it) => related(it.field ?? "", field)));
}

async function verdict(source, folder, { file, kind, expect }) {
  const options = { profile: "all", closed: source === "kiali", now: 0 };
  const { findings, errors } = await analyze(join(folder, file), options);
  assert.deepEqual(errors, []);
  if (kind === "invalid") return isCaught(findings, expect) ? "caught" : "missed";
  const answers = (it) => codes.get(it.code).includes(expect.rule);
  const isWrong = (it) => (source === "kiali" ? answers(it) : it.severity === "error");
  return findings.some(isWrong) ? "flagged" : "passed";
}

test("every document with upstream's verdict", async (context) => {
  const folder = data(context, "config-rules");
  if (!folder) return;
  const counts = { caught: 0, missed: 0, flagged: 0, passed: 0 };
  for (const source of ["consul", "gateway-api", "istio", "kiali", "kuma", "linkerd"]) {
    for (const one of read(join(folder, source, "cases.json"))) {
      const found = await verdict(source, join(folder, source), one);
      counts[found] += 1;
      console.log("CONFIG", found, source, one.name);
    }
  }
  console.log("CONFIG", JSON.stringify(counts));
  assert.equal(counts.flagged, 0);
  assert.ok(counts.caught >= 0.98 * (counts.caught + counts.missed));
});
