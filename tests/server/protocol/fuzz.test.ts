import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import fc from "fast-check";
import * as v from "valibot";
import { type CommandType, commands } from "../../../server/protocol/commands.ts";
import { Fuzzing, leastCases } from "../../support/fuzzing.ts";
import { anyValue, malformedTexts, spoiled } from "../../support/hostile.ts";
import type { Socket } from "../../support/person.ts";
import { stage } from "../../support/stage.ts";

let hostile: Socket;
let bystander: Socket;
let fuzzing: Fuzzing;
afterAll(async () => {
  expect((await bystander.say("undisturbed")).author).toBe(2);
  expect(bystander.events.filter(({ type }) => type === "error")).toEqual([]);
});
// Limits so wide that what is tested is what the frames say, not how many they are.
const { server, alice, bob, contents } = stage({
  once: true,
  env: { MESSAGES_PER_MINUTE: "1000000", MESSAGE_BURST: "1000000" },
  people: ["alice", "bob"],
});
beforeAll(async () => {
  hostile = await alice.enter();
  bystander = await bob.enter();
  fuzzing = new Fuzzing();
});

/** What is answered to a frame before anything sent after it: one error, or the answer of a command. */
async function answersTo(frame: string | Uint8Array<ArrayBuffer>) {
  const from = hostile.events.length;
  hostile.raw.send(frame);
  await hostile.ask("ping", {}, "pong");
  return hostile.events.splice(from).filter(({ type }) => type !== "pong" && type !== "presence.changed");
}

const room = "room:0123456789abcdef";
const good: Record<CommandType, Record<string, unknown>> = {
  "chat.enter": { type: "chat.enter", ref: "f", people: "tag" },
  "message.send": {
    type: "message.send",
    ref: "f",
    conversation: "group",
    clientId: "019ab3c2-7f60-7cc3-9d5a-2b1f0c9e4a77",
    body: { text: "hello" },
  },
  "message.delete": { type: "message.delete", ref: "f", conversation: "group", seq: 1 },
  "message.edit": { type: "message.edit", ref: "f", conversation: "group", seq: 1, body: { text: "so" } },
  "message.react": {
    type: "message.react",
    ref: "f",
    conversation: "group",
    seq: 1,
    emoji: "👍🏽",
    on: true,
  },
  "message.pin": { type: "message.pin", ref: "f", conversation: "group", seq: 1, on: true },
  "message.read": { type: "message.read", ref: "f", conversation: "group", seqs: [1, 2] },
  "thread.read": { type: "thread.read", ref: "f", conversation: "group", seq: 1, after: 2, limit: 5 },
  "pins.read": { type: "pins.read", ref: "f", conversation: "group", before: 5 },
  "conversation.sync": { type: "conversation.sync", ref: "f", conversation: "group", epoch: "e", after: 0 },
  "history.read": { type: "history.read", ref: "f", conversation: "group", before: 5, limit: 5 },
  "read.mark": { type: "read.mark", ref: "f", conversation: "group", seq: 1 },
  "read.unmark": { type: "read.unmark", ref: "f", conversation: "group", seq: 1 },
  "read.markAll": { type: "read.markAll", ref: "f" },
  "readers.read": { type: "readers.read", ref: "f", conversation: "group" },
  "typing.begin": { type: "typing.begin", ref: "f", conversation: "group" },
  "typing.end": { type: "typing.end", ref: "f", conversation: "group" },
  "room.create": {
    ...{ type: "room.create", ref: "f", conversation: room, access: "private", name: "Plans" },
    ...{ description: "What we do", history: "joined", writers: "owners", people: [2] },
  },
  "room.join": { type: "room.join", ref: "f", conversation: room },
  "room.leave": { type: "room.leave", ref: "f", conversation: room },
  "room.add": { type: "room.add", ref: "f", conversation: room, people: [2] },
  "room.remove": { type: "room.remove", ref: "f", conversation: room, person: 2 },
  "room.change": {
    ...{ type: "room.change", ref: "f", conversation: room, name: "Plans", description: "" },
    ...{ writers: "owners", archived: true },
  },
  "room.list": { type: "room.list", ref: "f" },
  "room.read": { type: "room.read", ref: "f", conversation: room },
  ping: { type: "ping", ref: "f" },
};

const isCommand = (value: unknown) => Object.values(commands).some((schema) => v.is(schema, value));

describe("ASVS 2.2.1 2.2.2 whatever a frame holds, it is answered, and changes nothing unless it is right", () => {
  for (const [type, command] of Object.entries(good)) {
    test(type, async () => {
      expect(v.is(commands[type as CommandType], command)).toBe(true);
      const before = contents();
      const property = fc.asyncProperty(spoiled(command), async (given) => {
        fc.pre(!isCommand(given));
        const answers = await answersTo(JSON.stringify(given) ?? "");
        expect(answers).toHaveLength(1);
        const [error] = answers;
        if (error?.type !== "error") throw new Error(`It was taken: ${JSON.stringify(given)}`);
        expect(error.code).toBeOneOf(["invalid", "malformed", "unknown_command", "message_too_large"]);
        expect(error.message).toMatch(/^\S.*\.$/su);
        const ref = (given as { ref?: unknown } | null)?.ref;
        if (v.is(commands.ping.entries.ref, ref))
          expect(error.ref).toBe(error.code === "malformed" ? undefined : ref);
        expect(contents()).toEqual(before);
      });
      await fuzzing.try(property, 250);
    });
  }

  test("texts that are no JSON, and bytes that are no text", async () => {
    const before = contents();
    for (const text of malformedTexts) {
      expect([text, await answersTo(text)]).toEqual([text, [expect.objectContaining({ code: "malformed" })]]);
    }
    for (const bytes of [new Uint8Array(0), new Uint8Array(500), Buffer.from(JSON.stringify(good.ping))]) {
      expect(await answersTo(bytes)).toMatchObject([{ type: "error", code: "malformed" }]);
    }
    expect(contents()).toEqual(before);
  });

  test("any texts at all, in any order, without waiting", async () => {
    const text = fc.oneof(
      fc.string(),
      fc.json({ maxDepth: 20 }),
      anyValue.map((value) => JSON.stringify(value)),
    );
    const before = contents();
    const property = fc.asyncProperty(fc.array(text, { minLength: 1, maxLength: 20 }), async (texts) => {
      const from = hostile.events.length;
      for (const text of texts) hostile.raw.send(text);
      await hostile.ask("ping", {}, "pong");
      const codes = hostile.events
        .slice(from)
        .flatMap((event) => (event.type === "error" ? [event.code] : []));
      expect(codes).toHaveLength(texts.length);
      expect(codes).not.toContain("internal");
    });
    await fuzzing.try(property, 150);
    expect(contents()).toEqual(before);
  });
});

test("right commands with any values are answered without a bug", async () => {
  const number = fc.oneof(fc.nat(), fc.constantFrom(0, 1, 2 ** 31, 2 ** 32, Number.MAX_SAFE_INTEGER));
  const conversation = fc.constantFrom(
    "group",
    "direct:1:2",
    "direct:1:9",
    "direct:8:9",
    "direct:1:999999999999999",
  );
  const ref = fc.string({ unit: "binary", minLength: 1, maxLength: 64 }).filter((ref) => ref.length <= 64);
  const text = fc.string({ unit: "binary", minLength: 1, maxLength: 60 });
  const command = fc.oneof(
    fc.record({ type: fc.constant("chat.enter"), ref, people: ref }),
    fc.record({
      type: fc.constant("message.send"),
      ref,
      conversation,
      clientId: fc.uuid(),
      body: fc.record({ text }),
    }),
    fc.record({
      type: fc.constant("conversation.sync"),
      ref,
      conversation,
      epoch: fc.constant(server.store.epoch),
      after: number,
    }),
    fc.record({ type: fc.constant("message.delete"), ref, conversation, seq: number }),
    fc
      .record({ ref, conversation, where: fc.constantFrom("before", "after", "around"), number })
      .map(({ where, number, ...rest }) => ({ type: "history.read", ...rest, [where]: number })),
    fc.record({ type: fc.constantFrom("readers.read", "typing.begin", "typing.end"), ref, conversation }),
    fc.record({ type: fc.constantFrom("read.mark", "read.unmark"), ref, conversation, seq: number }),
  );
  const socket = await alice.enter();
  const property = fc.asyncProperty(command, async (given) => {
    const from = socket.events.length;
    socket.raw.send(JSON.stringify(given));
    await socket.ask("ping", {}, "pong");
    const errors = socket.events.slice(from).flatMap((event) => (event.type === "error" ? [event.code] : []));
    expect(errors).not.toContain("internal");
  });
  await fuzzing.try(property, 600);
  await socket.ask("chat.enter", {}, "chat.entered");
  socket.close();
  socket.events.length = 0;
});

test("ASVS 1.5.3 requests and frames refuse the same texts, in the same words", async () => {
  for (const text of malformedTexts) {
    const response = await alice.fetch("PUT", "/api/account/password", text);
    const [event] = await answersTo(text);
    const { code, message } = (await response.json()).error;
    expect(event).toEqual({ type: "error", code, message });
  }
});

test("a frame beyond the limit closes this socket alone, unread", async () => {
  const socket = await alice.enter();
  socket.raw.send(" ".repeat(131_073));
  expect(await socket.closed).toBe(1009);
  await hostile.ask("ping", {}, "pong");
});

test("these were as many as are counted on, and nothing is kept of them", () => {
  hostile.events.length = 0;
  fuzzing.expectAll(leastCases.frames);
});
