// Checks of configuration.

import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { test } from "node:test";

import { Session, analyze, assertNoFindings, explain, order, rules, testRules } from "meshery";

import { ROOT, checkSchema } from "./support.mjs";

const folder = join(ROOT, "meshery-mesh/tests/fixtures/rules/MSH101");
const fixtures = (kind) => readdirSync(folder).filter((name) => name.startsWith(kind)).map((name) => join(folder, name));

const ROUTE = `apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: { name: reviews, namespace: shop }
spec: { hosts: [reviews], http: [{ route: [{ destination: { host: reviws } }] }] }
`;
const SERVICE = "{ apiVersion: v1, kind: Service, metadata: { name: reviews, namespace: shop } }\n";
const select = ["MSH101"];

test("a file, several files, a folder and texts by name are read", async () => {
  const [path] = fixtures("bad");
  const { findings, errors } = await analyze(path);
  assert.deepEqual(errors, []);
  assert.notEqual(findings.length, 0);
  for (const finding of findings) checkSchema("finding", finding);
  assert.deepEqual((await analyze([path])).findings, findings);
  assert.equal((await analyze(folder)).isAtLeast("warning"), true);
  assert.deepEqual((await analyze({ empty: "" })).toJSON(), { findings: [], errors: [] });
});

test("what cannot be read is said", async () => {
  const { errors } = await analyze(["missing.yaml"]);
  checkSchema("error", errors[0]);
  assert.equal(errors[0].place, "missing.yaml");
  const analysis = await analyze({ "a.yaml": "kind: [" });
  checkSchema("analysis", analysis.toJSON());
  assert.match(analysis.errors[0].place, /^a\.yaml:/);
});

test("options go by their schema", async () => {
  const [closed] = (await analyze({ a: ROUTE }, { select, closed: true })).findings;
  assert.equal(closed.severity, "error");
  const [eased] = (await analyze({ a: ROUTE }, { select, severities: { MSH101: "info" } })).findings;
  assert.equal(eased.severity, "info");
  const allow = { name: "allow.yaml", text: "- { rules: [MSH101], reason: it comes tomorrow }" };
  const analysis = await analyze({ a: ROUTE }, { select, allow });
  assert.deepEqual([analysis.findings, analysis.allowed[0].reason], [[], "it comes tomorrow"]);
  const { fingerprints } = await analyze({ a: ROUTE }, { select });
  assert.deepEqual((await analyze({ a: `# more\n${ROUTE}` }, { select, baseline: fingerprints })).findings, []);
  await assert.rejects(analyze({ a: ROUTE }, { profil: "all" }), { code: "invalid_input" });
});

test("fixes are shown before they are made", async () => {
  const analysis = await analyze({ a: ROUTE, b: SERVICE }, { select });
  assert.deepEqual(analysis.fixed(), {});
  assert.deepEqual(analysis.fixed({ unsafe: true }), { a: ROUTE.replace("reviws", "reviews") });
  assert.match(analysis.diff({ unsafe: true }), /^\+spec: \{ hosts: \[reviews\]/m);
  assert.match(`${analysis}`, /MSH101/);
  assert.equal(JSON.parse(analysis.render("sarif")).version, "2.1.0");
});

test("a session follows its files", async () => {
  const session = await Session.start({ select });
  await session.put({ a: ROUTE, b: SERVICE });
  assert.equal((await session.analysis()).findings.length, 1);
  await session.put({ a: ROUTE.replace("reviws", "reviews") });
  assert.equal((await session.analysis()).findings.length, 0);
  session.remove("b");
  assert.equal((await session.analysis()).findings.length, 1);
});

test("clusters are told apart", async () => {
  const session = await Session.start({ select: ["IST0170"] });
  const service = (port) => `${SERVICE.trim().slice(0, -1)}, spec: { ports: [{ name: http, port: ${port} }] } }`;
  await session.put({ "east.yaml": service(80) }, { cluster: "east" });
  await session.put({ "west.yaml": service(81) }, { cluster: "west" });
  const { findings } = await session.analysis();
  assert.notEqual(findings.length, 0);
  for (const { cluster } of findings) assert.match(cluster, /east|west/);
});

test("changes are put in order", async () => {
  const found = await order({}, { "a.yaml": ROUTE.replace("reviws", "reviews"), "b.yaml": SERVICE });
  checkSchema("order", found.toJSON());
  const changes = found.steps.flatMap(({ changes }) => changes.map(({ object }) => object));
  assert.deepEqual(changes, ["Service shop/reviews", "VirtualService shop/reviews"]);
  assert.match(`${found}`, /^1\. create Service shop\/reviews\n2\. create VirtualService/);
  assert.equal(found.findings[0].resource, "VirtualService shop/reviews");
  assert.equal((await order({}, "missing.yaml")).errors.length, 1);
});

const strange = {
  code: "SHOP1",
  name: "shop-hosts-known",
  summary: "A route has a strange host",
  kind: "VirtualService.networking.istio.io",
  *check(route, world) {
    const known = world.of("Service").map(({ metadata }) => metadata.name);
    for (const [number, host] of route.spec.hosts.entries()) {
      const field = `spec.hosts[${number}]`;
      if (!known.includes(host)) yield { message: `${host} is strange`, field, help: "name a Service" };
    }
  },
};

test("rules of one's own find as all others", async () => {
  const own = [strange];
  const [found] = (await analyze({ a: ROUTE }, { own, select: ["SHOP1"] })).findings;
  assert.deepEqual([found.code, found.field, found.help], ["SHOP1", "spec.hosts[0]", "name a Service"]);
  assert.deepEqual(found.location.span.start, { offset: 117, line: 4, column: 17 });
  assert.deepEqual((await analyze({ a: ROUTE, b: SERVICE }, { own, select: ["SHOP1"] })).findings, []);
});

test("rules in CEL are tested", async () => {
  const path = join(mkdtempSync(join(tmpdir(), "meshery-")), "rules.yaml");
  const rule = (holds) => `code: SHOP2
name: shop-owned
summary: Nobody owns an object
kind: Service
holds: ${holds}
tests:
- bad: "{ apiVersion: v1, kind: Service, metadata: { name: a } }"
`;
  writeFileSync(path, rule("has(object.metadata.labels)"));
  assert.deepEqual(await testRules(path), []);
  const { findings } = await analyze({ b: SERVICE }, { rules: [path], select: ["SHOP2"] });
  assert.deepEqual(
    findings.map(({ code }) => code),
    ["SHOP2"],
  );
  writeFileSync(path, rule("'!has(object.metadata.labels)'"));
  const [error] = await testRules(path);
  assert.match(error.message, /does not find its bad example/);
  rmSync(dirname(path), { recursive: true });
});

test("an assertion fails with all that is wrong", async () => {
  await assertNoFindings({ a: ROUTE.replace("reviws", "reviews"), b: SERVICE });
  await assert.rejects(assertNoFindings({ a: ROUTE }, { severity: "warning", select }), /MSH101/);
});

test("every rule has its page", () => {
  for (const rule of rules()) checkSchema("rule-info", rule);
  assert.match(explain("MSH101"), /^# MSH101/);
  assert.throws(() => explain("MSH1O1"), { code: "not_found", expected: "MSH101" });
});

test("the example finds the place and says so with its exit code", () => {
  const program = join(ROOT, "examples/analyze/analyze.mjs");
  const file = (kind) => join(ROOT, "meshery-mesh/tests/fixtures/analyze", `${kind}.yaml`);
  const run = (kind) => spawnSync(process.execPath, [program, file(kind)], { encoding: "utf8" });
  const bad = run("bad");
  assert.equal(bad.status, 1, bad.stderr);
  assert.match(bad.stdout, /error\[MSH101\][^]*bad\.yaml:\d+:\d+\n/);
  assert.equal(run("good").status, 0);
});
