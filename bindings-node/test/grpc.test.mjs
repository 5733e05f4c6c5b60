// gRPC, against a server on Node's own HTTP/2.

import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer } from "node:http2";
import { test } from "node:test";

import { runLoad } from "meshery";

import { checkSchema } from "./support.mjs";

/** Sends the messages of a call back, and ends it in OK; or refuses one of an empty message. */
async function serving(work) {
  const server = createServer();
  server.on("stream", (stream) => {
    const parts = [];
    stream.on("error", () => {});
    stream.on("data", (part) => parts.push(part));
    stream.on("end", () => {
      const body = Buffer.concat(parts);
      const status = body.length > 5 ? "0" : "3";
      stream.respond({ ":status": 200, "content-type": "application/grpc" }, { waitForTrailers: true });
      stream.on("wantTrailers", () => stream.sendTrailers({ "grpc-status": status }));
      stream.end(body);
    });
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  try {
    return await work(`grpc://127.0.0.1:${server.address().port}/shop.Cart/Echo`);
  } finally {
    server.close();
  }
}

test("calls are counted by their gRPC status", async () => {
  const load = { protocol: "grpc", stop: { count: 100 }, warm_up: "0s", connections: 1 };
  await serving(async (target) => {
    const found = await runLoad({
      ...load,
      target,
      streams: 4,
      pace: { constant: "200/s" },
      request: { messages: ["hello {{counter}}"] },
      checks: [{ body: { matches: "^hello [0-9]+$" } }],
    });
    checkSchema("measurement", found);
    assert.deepEqual(found.measured.counts.fates, { ok: 100 });
    assert.deepEqual(found.measured.counts.statuses, { 0: 100 });
    const refused = await runLoad({ ...load, target, request: { messages: [""] } });
    assert.deepEqual(refused.measured.counts.statuses, { 3: 100 });
  });
});
