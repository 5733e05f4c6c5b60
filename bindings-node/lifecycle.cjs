"use strict";
// Installing, upgrading, rolling back and removing on a cluster; lifecycle.d.ts says what everything is for.

const { call, guarded } = require("./call.cjs");
const native = require("./meshery.node");

/** What an operation would do, before it does it. */
class Plan {
  #native;

  constructor(inner) {
    this.#native = inner;
  }

  static fromJSON(document) {
    return planned(JSON.stringify(document));
  }

  get document() {
    return JSON.parse(guarded(() => this.#native.toJson()));
  }

  toJSON() {
    return this.document;
  }

  get isEmpty() {
    return this.#native.isEmpty();
  }

  get permissions() {
    return this.document.permissions;
  }

  roles(name) {
    return JSON.parse(guarded(() => this.#native.roles(name)));
  }

  toAnsi() {
    return this.#native.toAnsi();
  }

  toHtml() {
    return this.#native.toHtml();
  }

  toString() {
    return this.#native.toText();
  }
}

function planned(text) {
  return new Plan(guarded(() => native.Plan.fromJson(text)));
}

/** The native half of every snapshot. */
const halves = new WeakMap();

/** Everything that is on a cluster at a time. */
class Snapshot {
  constructor(inner) {
    halves.set(this, inner);
  }

  get size() {
    return halves.get(this).size();
  }

  compare(later) {
    if (!(later instanceof Snapshot)) throw new TypeError("not a Snapshot");
    return JSON.parse(guarded(() => halves.get(this).compare(halves.get(later))));
  }
}

/** An operation under way: a promise of its report, and its events as they happen. */
class Operation {
  #report;
  #events = [];
  #ended = false;
  #news = signalled();

  constructor(start, { signal, onProgress }) {
    const hear = (event) => {
      this.#events.push(event);
      this.#tell();
      onProgress?.(event);
    };
    const end = () => {
      this.#ended = true;
      this.#tell();
    };
    this.#report = call(start, JSON.parse, { signal, onProgress: hear }).finally(end);
  }

  #tell() {
    this.#news.resolve();
    this.#news = signalled();
  }

  then(fulfilled, rejected) {
    return this.#report.then(fulfilled, rejected);
  }

  catch(rejected) {
    return this.#report.catch(rejected);
  }

  finally(settled) {
    return this.#report.finally(settled);
  }

  async *[Symbol.asyncIterator]() {
    // Who iterates hears at the end what went wrong, however long that takes.
    this.#report.catch(() => {});
    for (let seen = 0; ; seen += 1) {
      while (seen === this.#events.length && !this.#ended) await this.#news.promise;
      if (seen === this.#events.length) break;
      yield this.#events[seen];
    }
    await this.#report;
  }

  get [Symbol.toStringTag]() {
    return "Operation";
  }
}

/** A promise with what keeps it. */
function signalled() {
  let resolve;
  const promise = new Promise((keep) => (resolve = keep));
  return { promise, resolve };
}

/** Installs, upgrades, rolls back and removes on one cluster. */
class Lifecycle {
  #native;

  constructor({ kubeconfig, context, helm, kustomize, kubectl } = {}) {
    const text = (given) => (given === undefined ? undefined : String(given));
    const given = [kubeconfig, context, helm, kustomize, kubectl].map(text);
    this.#native = guarded(() => new native.Lifecycle(...given));
  }

  plan(spec = {}, options = {}) {
    return this.#ask("plan", [JSON.stringify(spec)], planned, options);
  }

  planRollback(name, { to, ...options } = {}) {
    return this.#ask("planRollback", [name, to], planned, options);
  }

  planUninstall(name, options = {}) {
    return this.#ask("planUninstall", [name], planned, options);
  }

  planEnrol(spec = {}, options = {}) {
    return this.#ask("planEnrol", [JSON.stringify(spec)], planned, options);
  }

  planWithdraw(spec = {}, options = {}) {
    return this.#ask("planWithdraw", [JSON.stringify(spec)], planned, options);
  }

  install(spec = {}, options = {}) {
    return this.#operate("install", [JSON.stringify(spec)], options);
  }

  installSample(spec = {}, options = {}) {
    return this.#operate("installSample", [JSON.stringify(spec)], options);
  }

  upgrade(spec = {}, options = {}) {
    return this.#operate("upgrade", [JSON.stringify(spec)], options);
  }

  rollback(name, { to, ...options } = {}) {
    return this.#operate("rollback", [name, to], options);
  }

  uninstall(name, options = {}) {
    return this.#operate("uninstall", [name], options);
  }

  enrol(spec = {}, options = {}) {
    return this.#operate("enrol", [JSON.stringify(spec)], options);
  }

  withdraw(spec = {}, options = {}) {
    return this.#operate("withdraw", [JSON.stringify(spec)], options);
  }

  status(name, options = {}) {
    return this.#ask("status", [name], JSON.parse, options);
  }

  verify(name, options = {}) {
    return this.#ask("verify", [name], JSON.parse, options);
  }

  running(options = {}) {
    return this.#ask("running", [], JSON.parse, options);
  }

  detect(options = {}) {
    return this.#ask("detect", [], JSON.parse, options);
  }

  drift(name, options = {}) {
    return this.#ask("drift", [name], JSON.parse, options);
  }

  events(name, options = {}) {
    return this.#ask("events", [name], JSON.parse, options);
  }

  handBack(name, options = {}) {
    return this.#ask("handBack", [name], JSON.parse, options);
  }

  snapshot(options = {}) {
    return call((listener) => this.#native.snapshot(listener), (inner) => new Snapshot(inner), options);
  }

  #ask(question, about, read, { signal, onProgress, ...options }) {
    return call(this.#begin(question, about, options), read, { signal, onProgress });
  }

  #operate(operation, about, { signal, onProgress, ...options }) {
    return new Operation(this.#begin(operation, about, options), { signal, onProgress });
  }

  /** What starts a call. */
  #begin(name, about, options) {
    return (listener) => this.#native[name](...about, JSON.stringify(options), listener);
  }
}

module.exports = { Lifecycle, Operation, Plan, Snapshot };
