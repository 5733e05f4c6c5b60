"use strict";
// What runs as processes of this machine; local.d.ts says what everything is for.

const { call, guarded } = require("./call.cjs");
const native = require("./meshery.node");

/** The native half of everything here. */
const halves = new WeakMap();

/** What samples and meshes share. */
class LocalInstallation {
  constructor(inner) {
    halves.set(this, inner);
  }

  get entry() {
    return halves.get(this).entry();
  }

  url(path = "/") {
    return halves.get(this).url(path);
  }

  get processes() {
    return halves.get(this).processes();
  }

  stop() {
    guarded(() => halves.get(this).stop());
  }

  [Symbol.dispose]() {
    this.stop();
  }

  async [Symbol.asyncDispose]() {
    this.stop();
  }
}

/** A sample application as processes of this machine. */
class LocalSample extends LocalInstallation {
  static start(spec = {}, options = {}) {
    return started(LocalSample, native.startSample, spec, options);
  }
}

/** A mesh as processes of this machine. */
class LocalMesh extends LocalInstallation {
  static start(spec = {}, options = {}) {
    return started(LocalMesh, native.startMesh, spec, options);
  }

  verify(options = {}) {
    return call((listener) => halves.get(this).verify(listener), JSON.parse, options);
  }

  propagation(changes, options = {}) {
    const wanted = JSON.stringify(changes ?? null);
    return call((listener) => halves.get(this).propagation(wanted, listener), JSON.parse, options);
  }
}

function started(kind, start, spec, options) {
  const begin = (listener) => start(JSON.stringify(spec), programs(options), listener);
  return call(begin, (inner) => new kind(inner), options);
}

/** Where Envoy is, if that is known. */
function programs({ envoy = process.env.MESHERY_ENVOY }) {
  return envoy ? { envoy: String(envoy) } : {};
}

module.exports = { LocalMesh, LocalSample, programs };
