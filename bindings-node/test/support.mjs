// What the tests share.

import { existsSync, readFileSync, readdirSync } from "node:fs";
import { createServer } from "node:http";
import { request } from "node:https";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

import { Ajv2020 } from "ajv/dist/2020.js";
import { ControlPlane } from "meshery";

export const ROOT = dirname(dirname(dirname(fileURLToPath(import.meta.url))));

const load = { stop: { count: 50 }, warm_up: "0s", connections: 2 };
const none = { name: "none", mesh: "none" };

/** As little as a comparison can be: two arms, one block, some fifty requests a run. */
export const BRIEF = { arms: [none, { name: "envoy", mesh: "envoy" }], rounds: 1, load };

/** One that no test waits for; it needs no Envoy. */
export function endless(upstream) {
  return { arms: [none, { name: "again", mesh: "none", control: true }], rounds: 1000, upstream, load };
}

export function json(path) {
  return JSON.parse(readFileSync(join(ROOT, path), "utf8"));
}

/** Skips a test for what is not there; in CI nothing may be, so that it fails. */
export function missing(test, what) {
  if (process.env.CI) throw new Error(what);
  test.skip(what);
}

/** Where Envoy is; without one, the test is skipped, or fails in CI. */
export function envoy(test) {
  const path = process.env.MESHERY_ENVOY ?? join(ROOT, "target/envoy/bin/envoy");
  if (existsSync(path)) return path;
  return missing(test, `no Envoy at ${path}: run \`cargo xtask setup\`, or set MESHERY_ENVOY`);
}

/** A real control plane; without the servers, the test is skipped, or fails in CI. */
export async function controlPlane(test, spec = {}) {
  try {
    return await ControlPlane.start(spec);
  } catch (error) {
    if (error.code !== "program_missing" || process.env.CI) throw error;
    test.skip(error.message);
    return undefined;
  }
}

/** Asks the API server by the credentials of a kubeconfig, or changes an object. */
export function ask(plane, path, patch) {
  const part = (name) => Buffer.from(new RegExp(`${name}: (\\S+)`).exec(plane.kubeconfig)[1], "base64");
  const options = {
    method: patch ? "PATCH" : "GET",
    ca: part("certificate-authority-data"),
    cert: part("client-certificate-data"),
    key: part("client-key-data"),
    headers: { "user-agent": "node-test", ...(patch && { "content-type": "application/merge-patch+json" }) },
  };
  return new Promise((resolve, reject) => {
    const asked = request(plane.address + path, options, (answer) => {
      let text = "";
      answer.on("data", (chunk) => (text += chunk)).on("end", () => resolve(JSON.parse(text)));
    });
    asked.on("error", reject).end(patch && JSON.stringify(patch));
  });
}

/** Refuses a document that is not by the published schema. */
export function checkSchema(name, document) {
  const ajv = new Ajv2020({ strict: false, validateFormats: false });
  const validate = ajv.compile(json(`meshery-core/schema/${name}.schema.json`));
  if (!validate(document)) throw new Error(`${name}: ${ajv.errorsText(validate.errors)}`);
}

/** The processes that have inherited a mark in their environment. */
export function family(mark) {
  return readdirSync("/proc").filter((process) => {
    try {
      return /^\d+$/.test(process) && readFileSync(`/proc/${process}/environ`).includes(mark);
    } catch {
      return false; // it has ended, or is somebody else's
    }
  });
}

/** Works with the address of an HTTP server in this process. */
export async function serve(work) {
  const server = createServer((_, answer) => answer.end());
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  try {
    return await work(`127.0.0.1:${server.address().port}`);
  } finally {
    server.closeAllConnections();
    server.close();
  }
}
