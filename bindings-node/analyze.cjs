"use strict";
// Checks of configuration; analyze.d.ts says what everything is for.

const { AssertionError } = require("node:assert");
const { readFile } = require("node:fs/promises");
const { guarded } = require("./call.cjs");
const native = require("./meshery.node");

/** What came of an analysis. */
class Analysis {
  #native;
  #document;

  constructor(inner) {
    this.#native = inner;
    this.#document = JSON.parse(inner.render("json"));
  }

  get findings() {
    return this.#document.findings;
  }

  get allowed() {
    return this.#document.allowed ?? [];
  }

  get errors() {
    return this.#document.errors;
  }

  get fingerprints() {
    return this.#native.fingerprints();
  }

  isAtLeast(severity) {
    return guarded(() => this.#native.isAtLeast(severity));
  }

  render(format) {
    return guarded(() => this.#native.render(format));
  }

  fixed({ unsafe = false } = {}) {
    return Object.fromEntries(this.#native.fixed(unsafe));
  }

  diff({ unsafe = false } = {}) {
    return this.#native.diff(unsafe);
  }

  toJSON() {
    return this.#document;
  }

  toString() {
    return this.render("text");
  }
}

/** All objects of an analysis, for rules of one's own. */
class World {
  #objects;

  constructor(objects) {
    this.#objects = objects;
  }

  of(kind) {
    const [name, group] = kindOf(kind);
    return this.#objects.filter((it) => it.kind === name && it.group === group).map(({ object }) => object);
  }
}

/** The kind and group of `VirtualService.networking.istio.io`. */
function kindOf(text) {
  const at = text.indexOf(".");
  return at < 0 ? [text, ""] : [text.slice(0, at), text.slice(at + 1)];
}

/** What a rule of one's own says of all objects of its kind. */
function remarks({ check, kind, ...info }, objects, world) {
  const [name, group] = kindOf(kind);
  const said = (it, object) => {
    if (it.kind !== name || it.group !== group) return [];
    const all = [...(check(it.object, world) ?? [])];
    const remark = (one) => (typeof one === "string" ? { message: one } : one);
    return all.map((one) => ({ rule: { severity: "error", ...info }, object, field: "", help: null, ...remark(one) }));
  };
  return objects.flatMap(said);
}

/** Files that change, and what is wrong with them. */
class Session {
  #native;
  #own;

  constructor(inner, own) {
    this.#native = inner;
    this.#own = own;
  }

  static async start({ own = [], ...options } = {}) {
    const spec = JSON.stringify(await withFiles(options));
    return new Session(
      guarded(() => native.Session.of(spec)),
      own,
    );
  }

  async put(sources, { cluster } = {}) {
    this.#native.put(await filesOf(sources, cluster));
  }

  async putRunning(cluster) {
    const [files, errors] = await runningOf(cluster);
    this.#native.put(files);
    return errors;
  }

  remove(name) {
    this.#native.remove(name);
  }

  async analysis() {
    if (this.#own.length > 0) {
      const objects = JSON.parse(guarded(() => this.#native.objects()));
      const world = new World(objects);
      const all = this.#own.flatMap((rule) => remarks(rule, objects, world));
      guarded(() => this.#native.remark(JSON.stringify(all)));
    }
    return new Analysis(await this.#native.analysis());
  }
}

async function filesOf(sources, cluster) {
  const paths = typeof sources === "string" ? [sources] : sources;
  if (Array.isArray(paths)) return native.filesOfPaths(paths.map(String), cluster);
  const texts = Object.entries(paths).map(([name, text]) => [name, Buffer.from(text)]);
  return native.Files.ofTexts(texts, cluster);
}

async function runningOf(cluster) {
  const running = await cluster.running();
  return [guarded(() => native.Files.ofJson(JSON.stringify(running))), running[1]];
}

/** How to get from what runs to what is wanted. */
class Order {
  #text;
  #document;

  constructor(text, document) {
    this.#text = text;
    this.#document = document;
  }

  get steps() {
    return this.#document.steps;
  }

  get findings() {
    return this.#document.findings;
  }

  get errors() {
    return this.#document.errors;
  }

  toJSON() {
    return this.#document;
  }

  toString() {
    return this.#text;
  }
}

async function order(running, wanted, options = {}) {
  const isCluster = typeof running.running === "function";
  const files = isCluster ? (await runningOf(running))[0] : await filesOf(running);
  const [after, spec] = [await filesOf(wanted), JSON.stringify(await withFiles(options))];
  const [text, document] = guarded(() => native.order(files, after, spec));
  return new Order(text, JSON.parse(document));
}

/** Options with files in the place of their paths. */
async function withFiles(options) {
  const file = async (value) => (typeof value === "string" ? { name: value, text: await readFile(value, "utf8") } : value);
  const given = Object.entries(options).filter(([, value]) => value !== undefined);
  const read = async ([key, value]) => {
    if (["allow", "mesh_config", "mesh_networks"].includes(key)) return [key, await file(value)];
    if (key === "rules") return [key, await Promise.all(value.map(file))];
    return [key, value];
  };
  return Object.fromEntries(await Promise.all(given.map(read)));
}

async function analyze(sources = [], { cluster, ...options } = {}) {
  const session = await Session.start(options);
  if (cluster) await session.putRunning(cluster);
  await session.put(sources);
  return session.analysis();
}

async function assertNoFindings(sources = [], { severity = "error", ...options } = {}) {
  const analysis = await analyze(sources, options);
  if (analysis.isAtLeast(severity)) {
    throw new AssertionError({ message: `\n${analysis}`, operator: "assertNoFindings" });
  }
}

function rules() {
  return JSON.parse(guarded(() => native.rules()));
}

function explain(name) {
  return guarded(() => native.explain(name));
}

async function testRules(path) {
  const text = await readFile(path, "utf8");
  const [, errors] = JSON.parse(guarded(() => native.testRules(path, text)));
  return errors;
}

module.exports = { Analysis, Order, Session, analyze, assertNoFindings, explain, order, rules, testRules };
