import { afterAll, afterEach, beforeEach, describe, expect, test } from "bun:test";
import { shouldReconnect } from "../../../server/protocol/close-codes.ts";
import { limits } from "../../../server/protocol/limits.ts";
import type { Socket } from "../../support/person.ts";
import { stage } from "../../support/stage.ts";
import { logOf } from "../store/conformance/ground.ts";

let socket: Socket;
const { server, alice } = stage({
  once: true,
  env: { MESSAGES_PER_MINUTE: "1000000", MESSAGE_BURST: "1000000" },
  people: ["alice"],
});
beforeEach(async () => {
  socket = await alice.enter();
});
afterEach(async () => {
  socket.close();
  await socket.closed;
});
afterAll(async () => {
  expect(await logOf(server.store)).toEqual([]);
});

/** The refusal of a frame, after which the socket still answers. */
async function refusal(frame: string | Uint8Array<ArrayBuffer>) {
  socket.raw.send(frame);
  const error = await socket.event("error");
  await socket.ask("ping", {}, "pong");
  return error;
}

const send = (changes: object) =>
  JSON.stringify({
    type: "message.send",
    ref: "r",
    conversation: "group",
    clientId: "0b7a2f8e-4f0a-4a1e-9d2b-5e1c3f6a7b8c",
    body: { text: "hello" },
    ...changes,
  });

describe("ASVS 1.5.2 what is no JSON of ours is malformed, and names no command", () => {
  const deep = (depth: number) => `{"type":"ping","ref":"r","x":${"[".repeat(depth)}${"]".repeat(depth)}}`;
  const frames: [string, string | Uint8Array<ArrayBuffer>][] = [
    ["nothing", ""],
    ["half an object", '{"type":"ping","ref":'],
    ["no JSON", "hello"],
    ["bytes", new TextEncoder().encode('{"type":"ping","ref":"r"}')],
    ["no bytes", new Uint8Array()],
    ["a key twice", '{"type":"ping","ref":"r","ref":"s"}'],
    ["a key twice, spelled differently", '{"type":"ping","ref":"r","\\u0072ef":"s"}'],
    ["__proto__", '{"type":"ping","ref":"r","__proto__":{}}'],
    ["17 levels", deep(limits.jsonMaxDepth)],
    ["10,000 levels", deep(10_000)],
  ];
  for (const [name, frame] of frames) {
    test(name, async () => {
      const error = await refusal(frame);
      expect(error).toEqual({ type: "error", code: "malformed", message: "That was not valid JSON." });
    });
  }
});

describe("what is JSON but no command is refused by name where it has one", () => {
  const frames: [string, string, object][] = [
    ["an array", "[]", { code: "invalid" }],
    ["null", "null", { code: "invalid" }],
    ["a number", "7", { code: "invalid" }],
    ["no type", '{"ref":"r"}', { code: "invalid", ref: "r", message: "Type is missing." }],
    ["a type that is none", '{"type":7,"ref":"r"}', { code: "invalid", ref: "r" }],
    ["an unknown command", '{"type":"message.eat","ref":"r"}', { code: "unknown_command", ref: "r" }],
    ["a command of Object's", '{"type":"constructor","ref":"r"}', { code: "unknown_command", ref: "r" }],
    ["no ref", '{"type":"ping"}', { code: "invalid", message: "Ref is missing." }],
    ["an empty ref", '{"type":"ping","ref":""}', { code: "invalid" }],
    ["a ref too long", `{"type":"ping","ref":"${"r".repeat(limits.refMax + 1)}"}`, { code: "invalid" }],
    ["an unknown key", '{"type":"ping","ref":"r","x":1}', { code: "invalid", ref: "r" }],
    ["no such conversation id", send({ conversation: "direct:2:1" }), { code: "invalid", ref: "r" }],
    ["an id that is no UUID", send({ clientId: "1" }), { code: "invalid", ref: "r" }],
    [
      "a UUID in capitals",
      send({ clientId: "0B7A2F8E-4F0A-4A1E-9D2B-5E1C3F6A7B8C" }),
      { code: "invalid", ref: "r" },
    ],
    ["a text that is none", send({ body: { text: ["hello"] } }), { code: "invalid", ref: "r" }],
    ["an empty text", send({ body: { text: "" } }), { code: "invalid", ref: "r" }],
    ["only white space", send({ body: { text: " \n\u3000" } }), { code: "invalid", ref: "r" }],
    ["a control character", send({ body: { text: "a\u0007" } }), { code: "invalid", ref: "r" }],
    ["half a character", send({ body: { text: "a\ud800" } }), { code: "invalid", ref: "r" }],
    ["another author", send({ author: 2 }), { code: "invalid", ref: "r" }],
    ["a negative page", '{"type":"history.read","ref":"r","conversation":"group","before":-1}', { ref: "r" }],
    ["a page too long", '{"type":"history.read","ref":"r","conversation":"group","limit":201}', { ref: "r" }],
    ["half a number", '{"type":"read.mark","ref":"r","conversation":"group","seq":1.5}', { ref: "r" }],
    ["a huge number", '{"type":"read.mark","ref":"r","conversation":"group","seq":1e300}', { ref: "r" }],
  ];
  for (const [name, frame, expected] of frames) {
    test(name, async () => {
      const error = await refusal(frame);
      expect(error).toMatchObject(expected);
      if (!("ref" in expected)) expect(error.ref).toBeUndefined();
      expect(error.message).toMatch(/^[A-Z].*\.$/);
    });
  }
});

test("a frame too large closes its socket with 1009, and disturbs no other", async () => {
  const other = await alice.enter();
  socket.raw.send(send({ body: { text: "x".repeat(limits.frameMaxBytes) } }));
  expect(await socket.closed).toBe(1009);
  expect(shouldReconnect(1009)).toBe(false);
  await other.ask("ping", {}, "pong");
});

test("the largest frame there may be is read", async () => {
  const start = '{"type":"ping","ref":"r"';
  const padded = `${start}${" ".repeat(limits.frameMaxBytes - start.length - 1)}}`;
  socket.raw.send(padded);
  expect(await socket.event("pong")).toEqual({ type: "pong", ref: "r", now: expect.any(Number) });
});
