import { afterAll, expect, test } from "bun:test";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { openWire } from "../../../scripts/bench/open-wire.ts";
import { ensureCertificate } from "../../../server/certificates/ensure.ts";
import { outcomeOf } from "../../support/outcome.ts";

const dataDir = mkdtempSync(join(tmpdir(), "secure-chat-wire-"));
const { pair } = await ensureCertificate({
  dataDir,
  tls: null,
  hostname: "localhost",
  interfaces: {},
  now: Date.now(),
});
const sizes = [0, 2, 125, 126, 65_535, 65_536, 200_000, 3];
const server = Bun.serve({
  port: 0,
  hostname: "127.0.0.1",
  tls: pair,
  fetch: (request, server) => (server.upgrade(request) ? undefined : new Response(null, { status: 403 })),
  websocket: {
    message(socket, text) {
      if (text !== "frames") return void socket.send(text);
      for (const size of sizes) socket.send("x".repeat(size));
      socket.ping();
    },
    pong: (socket) => void socket.send("done"),
  },
});
const address = { port: server.port!, path: "/", headers: {} };

afterAll(async () => {
  await server.stop(true);
  rmSync(dataDir, { recursive: true });
});

test("frames of every size are counted, a ping is answered, and who listens gets whole texts", async () => {
  const texts: number[] = [];
  const { promise, resolve } = Promise.withResolvers<void>();
  const wire = await openWire(address, (text) => {
    texts.push(text.length);
    if (text.toString() === "done") resolve();
  });
  wire.say("frames");
  await promise;
  expect(texts).toEqual([...sizes, "done".length]);
  expect(wire.frames).toBe(sizes.length + 1);
  wire.close();
  await wire.closed;
});

test("who does not listen counts the same bytes", async () => {
  const wire = await openWire(address);
  wire.say("frames");
  const total = sizes.reduce((sum, size) => sum + size, 0) + "done".length;
  const { promise, resolve } = Promise.withResolvers<string>();
  const turn = () => {
    if (wire.bytes < total) return setImmediate(turn);
    wire.onText = (text) => resolve(text.toString());
    wire.say("and now someone listens");
  };
  turn();
  expect(await promise).toBe("and now someone listens");
  expect({ frames: wire.frames, bytes: wire.bytes }).toEqual({
    frames: sizes.length + 2,
    bytes: total + "and now someone listens".length,
  });
  wire.close();
  await wire.closed;
});

test("a server that does not upgrade is told by name", async () => {
  const refusing = Bun.serve({ port: 0, hostname: "127.0.0.1", tls: pair, fetch: () => new Response("no") });
  expect(await outcomeOf(openWire({ ...address, port: refusing.port! }))).toThrow("No WebSocket at port");
  await refusing.stop(true);
});
