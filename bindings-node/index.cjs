"use strict";
// The package as its users see it; index.d.ts says what everything is for. The native half is meshery.node.

const { version } = require("./package.json");
const { Analysis, Order, Session, analyze, assertNoFindings, explain, order, rules, testRules } = require("./analyze.cjs");
const { MesheryError, call, guarded } = require("./call.cjs");
const { Lifecycle, Operation, Plan, Snapshot } = require("./lifecycle.cjs");
const { LocalMesh, LocalSample, programs } = require("./local.cjs");
const native = require("./meshery.node");

/** The native half of every result, for other classes of this file. */
const halves = new WeakMap();

/** The result of a comparison. */
class Comparison {
  #native;

  constructor(inner) {
    this.#native = inner;
    halves.set(this, inner);
  }

  static fromJSON(document) {
    return new Comparison(guarded(() => native.Comparison.fromJson(JSON.stringify(document))));
  }

  toJSON() {
    return JSON.parse(guarded(() => this.#native.render("json")));
  }

  effect(arm, metric) {
    return JSON.parse(guarded(() => this.#native.effect(arm, metric)));
  }

  verdict(arm, metric) {
    return this.effect(arm, metric).verdict;
  }

  get table() {
    return guarded(() => this.#native.render("table"));
  }

  get html() {
    return guarded(() => this.#native.htmlFragment());
  }

  gate(spec = {}) {
    return JSON.parse(guarded(() => this.#native.gate(JSON.stringify(spec))));
  }

  save(directory) {
    guarded(() => this.#native.save(String(directory)));
  }

  toString() {
    return this.table;
  }
}

/** The result of a campaign. */
class Campaign {
  #native;

  constructor(inner) {
    this.#native = inner;
    halves.set(this, inner);
  }

  static fromJSON(document) {
    return new Campaign(guarded(() => native.Campaign.fromJson(JSON.stringify(document))));
  }

  toJSON() {
    return JSON.parse(guarded(() => this.#native.render("json")));
  }

  get cells() {
    const names = JSON.parse(guarded(() => this.#native.cells()));
    return names.map(([workload, point]) => ({ workload, point, comparison: this.cell(workload, point) }));
  }

  cell(workload, point = "") {
    return new Comparison(guarded(() => this.#native.cell(workload, point)));
  }

  get table() {
    return guarded(() => this.#native.render("table"));
  }

  get html() {
    return guarded(() => this.#native.htmlFragment());
  }

  gate(spec = {}) {
    return JSON.parse(guarded(() => this.#native.gate(JSON.stringify(spec))));
  }

  save(directory) {
    guarded(() => this.#native.save(String(directory)));
  }

  toString() {
    return this.table;
  }
}

/** Results over time. */
class History {
  #native;

  constructor(path) {
    this.#native = guarded(() => new native.History(String(path)));
  }

  add(result, release) {
    return guarded(() => this.#native.add(half(result), release));
  }

  get entries() {
    return JSON.parse(guarded(() => this.#native.entries()));
  }

  get series() {
    return JSON.parse(guarded(() => this.#native.series()));
  }

  get html() {
    return guarded(() => this.#native.html());
  }

  review(entry) {
    return JSON.parse(guarded(() => this.#native.review(entry)));
  }

  standing(result, baseline) {
    return JSON.parse(guarded(() => this.#native.standing(half(result), baseline)));
  }

  setBaseline(name, entry) {
    guarded(() => this.#native.setBaseline(name, entry));
  }

  baseline(name) {
    return guarded(() => this.#native.baseline(name)) ?? undefined;
  }

  exportTo(path) {
    guarded(() => this.#native.exportTo(String(path)));
  }

  importFrom(path) {
    return guarded(() => this.#native.importFrom(String(path)));
  }
}

/** A real Kubernetes control plane, for tests and for trying things out. */
class ControlPlane {
  #native;

  constructor(inner) {
    this.#native = inner;
  }

  static start(spec = {}, options = {}) {
    const start = (listener) => native.startControlPlane(JSON.stringify(spec), listener);
    return call(start, (inner) => new ControlPlane(inner), options);
  }

  get address() {
    return guarded(() => this.#native.address());
  }

  get version() {
    return guarded(() => this.#native.version());
  }

  get kubeconfig() {
    return guarded(() => this.#native.kubeconfig());
  }

  get kubeconfigPath() {
    return guarded(() => this.#native.kubeconfigPath());
  }

  get processes() {
    return guarded(() => this.#native.processes());
  }

  lifecycle() {
    return new Lifecycle({ kubeconfig: this.kubeconfig });
  }

  destine(namespace, namePrefix, fate) {
    guarded(() => this.#native.destine(namespace, namePrefix, JSON.stringify(fate)));
  }

  cordon(node, cordoned = true) {
    return call((listener) => this.#native.cordon(node, cordoned, listener), () => undefined);
  }

  silence(node) {
    guarded(() => this.#native.silence(node));
  }

  mark() {
    return call((listener) => this.#native.mark(listener), JSON.parse);
  }

  requests(since = 0, until = undefined) {
    return JSON.parse(guarded(() => this.#native.requests(since, until)));
  }

  stop() {
    guarded(() => this.#native.stop());
  }

  [Symbol.dispose]() {
    this.stop();
  }

  async [Symbol.asyncDispose]() {
    this.stop();
  }
}

/** The native half of a comparison or a campaign. */
function half(result) {
  const found = halves.get(result);
  if (!found) throw new TypeError("neither a Comparison nor a Campaign");
  return found;
}

async function compare(spec = {}, options = {}) {
  const start = (listener) => native.compare(JSON.stringify(spec), programs(options), listener);
  return call(start, (found) => new Comparison(found), options);
}

function planCampaign(spec = {}) {
  return JSON.parse(guarded(() => native.planCampaign(JSON.stringify(spec))));
}

async function runCampaign(spec, options) {
  const start = (listener) =>
    native.runCampaign(JSON.stringify(spec), String(options.journal), programs(options), listener);
  return call(start, (document) => new Campaign(native.Campaign.fromJson(document)), options);
}

async function runLoad(spec = {}, options = {}) {
  const start = (listener) => native.runLoad(JSON.stringify(spec), listener);
  return call(start, JSON.parse, options);
}

function judgeThresholds(measurement, thresholds) {
  return JSON.parse(guarded(() => native.judgeThresholds(JSON.stringify(measurement), JSON.stringify(thresholds))));
}

function statistic(name, x = [], y = undefined, settings = {}) {
  return JSON.parse(guarded(() => native.statistic(name, x, y, JSON.stringify(settings))));
}

function statistics() {
  return JSON.parse(guarded(() => native.statistics()));
}

function samples() {
  return JSON.parse(guarded(() => native.samples()));
}

function sampleSpec(spec = {}) {
  return JSON.parse(guarded(() => native.sampleSpec(JSON.stringify(spec))));
}

async function search(spec = {}, options = {}) {
  const start = (listener) => native.search(JSON.stringify(spec), listener);
  return call(start, JSON.parse, options);
}

function exportMeasurement(measurement, target) {
  return guarded(() => native.exportMeasurement(JSON.stringify(measurement), target));
}

function convertResult(text, source, target) {
  return guarded(() => native.convertResult(text, source, target));
}

module.exports = {
  Analysis,
  Campaign,
  Comparison,
  ControlPlane,
  History,
  Lifecycle,
  LocalMesh,
  LocalSample,
  MesheryError,
  Operation,
  Order,
  Plan,
  Session,
  Snapshot,
  analyze,
  assertNoFindings,
  compare,
  convertResult,
  explain,
  exportMeasurement,
  judgeThresholds,
  order,
  planCampaign,
  rules,
  runCampaign,
  runLoad,
  sampleSpec,
  samples,
  search,
  statistic,
  statistics,
  testRules,
  version,
};
